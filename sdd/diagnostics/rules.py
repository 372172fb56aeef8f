"""What a rule is for, in a line: for lists, for code scanning, for pages."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sdd.diagnostics import Severity
from sdd.names import pascal


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A kind of finding.

    Attributes:
        id: Kebab-case, names the defect.
        severity: What it usually is; a finding may be less.
        title: What is wrong, as a sentence without its full stop.
        remedy: What to write or do.
    """

    id: str
    severity: Severity
    title: str
    remedy: str


def descriptors(rules: Iterable[Rule]) -> list[dict[str, Any]]:
    """Return rules as SARIF's reporting descriptors."""
    return [
        {
            "id": rule.id,
            "name": pascal(rule.id),
            "shortDescription": {"text": f"{rule.title}."},
            "fullDescription": {"text": f"{rule.title}. {rule.remedy}"},
            "defaultConfiguration": {"level": rule.severity.value},
            "help": {
                "text": f"{rule.title}. {rule.remedy}",
                "markdown": f"**{rule.title}.**\n\n{rule.remedy}",
            },
            "properties": {"tags": ["specification"], "precision": "high"},
        }
        for rule in rules
    ]
