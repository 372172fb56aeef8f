"""Every rule has a page, and the code on the page is reported as the page says."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from sdd.audit import AuditReport
from sdd.audit.rules.registry import RULES
from sdd.audit.rules.rule import Rule
from sdd.diagnostics import Severity

Auditor = Callable[..., AuditReport]
PAGES = Path(__file__).parents[2] / "docs" / "rules"
_BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)
_EXPECTED = re.compile(r"#\s*(error|warning|note): \[([a-z-]+)\]")
# These two speak of nearly every small example; they are compared on their own pages alone.
_EVERYWHERE = {"undeclared-public-route", "outside-api-prefix"}


def blocks(page: str, section: str) -> list[str]:
    text = (PAGES / f"{page}.md").read_text(encoding="utf-8")
    found = re.search(rf"^## {section}\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
    assert found, f"{page} has no section {section}"
    return _BLOCK.findall(found.group(1))


EXAMPLES = [
    pytest.param(rule.id, section, block, id=f"{rule.id}-{section}-{number}")
    for rule in RULES
    for section in ("Bad", "Good")
    for number, block in enumerate(blocks(rule.id, section))
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_has_a_page_with_all_sections(rule: Rule) -> None:
    """The page has What, Why, Bad, Good and Limits, and agrees on severity and numbers."""
    text = (PAGES / f"{rule.id}.md").read_text(encoding="utf-8")

    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == ["What", "Why", "Bad", "Good", "Limits"]
    assert f"Severity: {rule.severity.value} · CWE-{rule.cwe} · OWASP {rule.owasp}" in text


def test_no_page_is_left_over() -> None:
    """Every page belongs to a rule."""
    assert {path.stem for path in PAGES.glob("*.md")} - {"README"} == {rule.id for rule in RULES}


@pytest.mark.parametrize(("rule", "section", "block"), EXAMPLES)
def test_an_example_is_reported_as_its_page_says(
    rule: str, section: str, block: str, base_file: str, audit_files: Auditor
) -> None:
    """Each comment is reported on its line, nothing else is, and good code is silent."""
    expected = {
        (number, kind, name)
        for number, line in enumerate(block.split("\n"), start=1)
        for kind, name in _EXPECTED.findall(line)
    }

    report = audit_files({"main.py": block, "base.py": base_file})
    found = {
        (item.span.line, item.severity.value, item.rule)
        for item in report.diagnostics
        if item.span and (item.rule == rule or item.rule not in _EVERYWHERE)
    }

    assert found == expected
    assert section == "Bad" or not any(
        item.severity is Severity.ERROR for item in report.diagnostics
    )
