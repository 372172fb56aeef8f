"""Every check has a page, and the page's code blocks are its test."""

import re
from pathlib import Path

import pytest

from sdd.diagnostics import Diagnostic, Severity
from sdd.speclang import check_specs, read_specs
from sdd.speclang.rules import SPEC_RULES
from sdd.text import SourceText, decode

PAGES = Path(__file__).parents[2] / "docs" / "spec-rules"
BLOCK = re.compile(r"^````markdown (?P<path>\S+)\n(?P<text>.*?)^````$", re.DOTALL | re.MULTILINE)
BYTE = re.compile(rb"\\x([0-9a-f]{2})")
IDS = [rule.id for rule in SPEC_RULES]


def documents(page: str, title: str) -> list[SourceText]:
    """The documents under a heading of a page, with `x` and two digits for a byte."""
    bad, good = page.index("\n## Bad\n"), page.index("\n## Good\n")
    part = page[bad:good] if title == "Bad" else page[good:]
    return [
        decode(
            found["path"],
            BYTE.sub(lambda byte: bytes([int(byte[1], 16)]), found["text"].encode()),
        )
        for found in BLOCK.finditer(part)
    ]


def found_in(sources: list[SourceText]) -> list[Diagnostic]:
    """What reading and checking the documents finds."""
    reading = read_specs(sources)
    return [*reading.diagnostics, *check_specs(reading)]


@pytest.mark.parametrize("rule", SPEC_RULES, ids=IDS)
def test_the_bad_example_has_the_finding(rule: object) -> None:
    """It is found, with a place, and is as grave as the page says."""
    (known,) = [item for item in SPEC_RULES if item is rule]
    page = (PAGES / f"{known.id}.md").read_text(encoding="utf-8")
    found = [item for item in found_in(documents(page, "Bad")) if item.rule == known.id]

    assert found
    assert all(item.span is not None for item in found)
    assert {item.severity for item in found} <= set(Severity)
    assert f"Severity: {known.severity.value}" in page
    assert known.severity in {item.severity for item in found}


@pytest.mark.parametrize("rule", IDS)
def test_the_good_example_has_not(rule: str) -> None:
    """What the page proposes is clean."""
    page = (PAGES / f"{rule}.md").read_text(encoding="utf-8")
    sources = documents(page, "Good")

    assert sources
    assert rule not in {item.rule for item in found_in(sources)}


def test_every_page_is_listed_and_every_rule_that_is_raised_has_one() -> None:
    """Pages, the list and the code name the same rules."""
    listed = {path.stem for path in PAGES.glob("*.md")} - {"README"}
    code = "".join(
        path.read_text(encoding="utf-8")
        for path in (PAGES.parents[1] / "sdd" / "speclang").rglob("*.py")
        if path.name != "rules.py"
    )
    raised = set(re.findall(r"rule=\"([a-z-]+)\"", code)) | set(
        re.findall(r"\"(contradicting-[a-z-]+)\"", code)
    )
    readme = (PAGES / "README.md").read_text(encoding="utf-8")

    assert listed == set(IDS)
    assert raised <= set(IDS)
    assert all(f"[{rule}]({rule}.md)" in readme for rule in IDS)
