"""The report as SARIF."""

from typing import Any

from sdd.audit.baseline import ACCEPTED
from sdd.audit.catalog import RuleText
from sdd.audit.outcome import Outcome, outcome
from sdd.audit.output.view import View
from sdd.diagnostics import Severity
from sdd.diagnostics.sarif import Tool, sarif_log
from sdd.names import pascal

# GitHub sorts by this number: from 7.0 on "high", from 4.0 on "medium".
_GRAVITY = {Severity.ERROR: "8.0", Severity.WARNING: "5.0", Severity.NOTE: "2.0"}


def sarif(view: View) -> str:
    """Return the report as one SARIF run."""
    ending = outcome(view.report, view.policy)
    tool = Tool(
        name="sdd audit",
        rules=[_rule(rule) for rule in view.rules.values()],
        path=view.path,
        successful=ending not in {Outcome.UNREADABLE, Outcome.NO_ROUTES},
        external=ACCEPTED,
    )
    return sarif_log(tool, view.report.diagnostics)


def _rule(rule: RuleText) -> dict[str, Any]:
    tags = ["security"] if rule.cwe is not None else ["maintainability"]
    links = ""
    found: dict[str, Any] = {
        "id": rule.id,
        "name": pascal(rule.id),
        "shortDescription": {"text": _sentence(rule.title)},
        "fullDescription": {"text": f"{_sentence(rule.title)} {rule.hint}"},
        "defaultConfiguration": {"level": rule.severity.value},
    }
    if rule.cwe is not None:
        address = f"https://cwe.mitre.org/data/definitions/{rule.cwe}.html"
        found["helpUri"] = address
        tags += [f"external/cwe/cwe-{rule.cwe:03}", f"external/owasp/{rule.owasp}"]
        links = f"\n\n[CWE-{rule.cwe}]({address}), OWASP {rule.owasp}"
    found["help"] = {
        "text": f"{_sentence(rule.title)} {rule.hint}",
        "markdown": f"**{_sentence(rule.title)}**\n\n{rule.hint}{links}",
    }
    found["properties"] = {"tags": tags, "precision": "high"}
    if rule.cwe is not None:
        found["properties"]["security-severity"] = _GRAVITY[rule.severity]
    return found


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
