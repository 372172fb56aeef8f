"""The page on drift says of every kind what the program says of it, and of no other."""

import re
from pathlib import Path

from sdd.ir.drift.rules import DRIFT_RULES

DOCS = Path(__file__).parents[3] / "docs"
SECTION = re.compile(r"^## (?P<id>\S+)\n(?P<text>.*?)(?=^## |\Z)", re.DOTALL | re.MULTILINE)


def test_every_kind_of_drift_has_its_section() -> None:
    """Severity, title and remedy are those of the program, and both sides are shown."""
    page = (DOCS / "drift-rules.md").read_text(encoding="utf-8")
    sections = {found["id"]: found["text"] for found in SECTION.finditer(page)}

    assert list(sections) == [rule.id for rule in DRIFT_RULES]
    for rule in DRIFT_RULES:
        text = sections[rule.id]
        assert f"Severity: {rule.severity.value}. {rule.title}." in text
        assert rule.remedy in text
        assert "- **Specs**: " in text
        assert "- **Code**: " in text


def test_the_kinds_are_those_that_are_raised() -> None:
    """What the comparison can tell is on the page, and nothing that it cannot."""
    code = "".join(
        path.read_text(encoding="utf-8")
        for path in (DOCS.parent / "sdd" / "ir" / "drift").glob("*.py")
        if path.name != "rules.py"
    )
    raised = set(re.findall(r"\"((?:missing|unspecified|renamed|drifted|moved)-[a-z]+)\"", code))

    assert raised == {rule.id for rule in DRIFT_RULES}
