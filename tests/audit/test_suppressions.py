from dataclasses import replace
from datetime import date

import pytest
from audit_reports import SOURCE, finding, make_report

from sdd.audit.model import AuditReport
from sdd.audit.suppressions import find_suppressions, suppress
from sdd.diagnostics import Diagnostic, Severity
from sdd.text import SourceText

TODAY = date(2026, 5, 1)
KNOWN = ("unscoped-read", "unscoped-write", "undecided")
GOOD = "# sdd: ignore[unscoped-read] reason=notes are shared owner=ada until=2026-06-30"


def _with(comment: str, line: int) -> str:
    """Return the sample with a comment at the end of a line (counted from 1)."""
    lines = SOURCE.split("\n")
    lines[line - 1] += f"  {comment}"
    return "\n".join(lines)


def _above(comment: str, line: int) -> str:
    """Return the sample with a comment alone before a line."""
    lines = SOURCE.split("\n")
    lines.insert(line - 1, comment)
    return "\n".join(lines)


def _run(source: str, item: Diagnostic, today: date = TODAY) -> AuditReport:
    return suppress(make_report(item), {"routes.py": source.encode()}, today, KNOWN)


def _rules(report: AuditReport) -> list[str]:
    return [item.rule for item in report.diagnostics if item.suppressed is None]


def test_a_comment_on_the_line_suppresses_with_its_reason() -> None:
    """The justification says why, who and how long."""
    report = _run(_with(GOOD, 8), finding(line=8))

    assert _rules(report) == []
    assert report.diagnostics[0].suppressed == "notes are shared (owner ada, until 2026-06-30)"


def test_a_comment_on_the_line_above_suppresses() -> None:
    """A comment that stands alone speaks of the code below it."""
    report = _run(_above(GOOD, 8), finding(line=9))

    assert _rules(report) == []


def test_the_first_line_of_the_statement_counts() -> None:
    """A finding inside a call of several lines is suppressed where the statement begins."""
    report = _run(_with(GOOD, 8), finding(line=10))

    assert _rules(report) == []


def test_a_comment_at_the_decorator_covers_the_function() -> None:
    """Findings about a route stand at its `def`; the decorator is its first line."""
    at_decorator = _run(_with(GOOD, 6), finding(line=7))
    above_decorator = _run(_above(GOOD, 6), finding(line=8))

    assert _rules(at_decorator) == []
    assert _rules(above_decorator) == []


def test_a_comment_at_the_function_does_not_cover_its_body() -> None:
    """One comment never takes a whole function out."""
    report = _run(_with(GOOD, 7), finding(line=8))

    assert _rules(report) == ["unused-suppression", "unscoped-read"]


def test_a_comment_behind_the_line_above_is_not_about_this_line() -> None:
    """Only a comment that stands alone reaches down."""
    source = "x = 1  " + GOOD + "\ny = session.get(Note, 1)\n"

    assert _rules(_run(source, finding(line=2))) == ["unused-suppression", "unscoped-read"]


def test_another_rule_is_not_suppressed() -> None:
    """Only what is named is suppressed; the comment is then unused."""
    comment = "# sdd: ignore[unscoped-write] reason=why not"
    report = _run(_with(comment, 8), finding(line=8))

    assert sorted(_rules(report)) == ["unscoped-read", "unused-suppression"]
    unused = next(item for item in report.diagnostics if item.rule == "unused-suppression")
    assert unused.severity is Severity.WARNING
    assert "unscoped-write" in unused.message


def test_several_rules_are_suppressed_by_one_comment() -> None:
    """The idle one of two is named, the other works."""
    comment = "# sdd: ignore[unscoped-read, undecided] reason=shared notes"
    report = _run(_with(comment, 8), finding(line=8))

    assert _rules(report) == ["unused-suppression"]
    assert "ignore[undecided]" in report.diagnostics[-1].message


@pytest.mark.parametrize(
    ("comment", "words"),
    [
        ("# sdd: ignore[unscoped-read]", "no reason"),
        ("# sdd: ignore[unscoped-read] reason=", "no reason"),
        ("# sdd: ignore reason=because", "names no rule"),
        ("# sdd: ignore[] reason=because", "names no rule"),
        ("# sdd: ignore[unscoped-read] reason=x until=soon", "until=soon is no date"),
    ],
)
def test_an_incomplete_comment_suppresses_nothing_and_is_reported(comment: str, words: str) -> None:
    """Silence needs a reason that can be read."""
    report = _run(_with(comment, 8), finding(line=8))

    assert sorted(_rules(report)) == ["invalid-suppression", "unscoped-read"]
    assert any(words in item.message for item in report.diagnostics)


def test_an_expired_comment_suppresses_nothing_and_is_reported() -> None:
    """The finding comes back on the day after."""
    last_day = _run(_with(GOOD, 8), finding(line=8), date(2026, 6, 30))
    day_after = _run(_with(GOOD, 8), finding(line=8), date(2026, 7, 1))

    assert _rules(last_day) == []
    assert sorted(_rules(day_after)) == ["expired-suppression", "unscoped-read"]
    assert "notes are shared" in str(day_after.diagnostics)


def test_an_unknown_rule_is_reported_with_the_nearest() -> None:
    """A typing error does not silently protect nothing."""
    comment = "# sdd: ignore[unscoped-raed] reason=shared"
    report = _run(_with(comment, 8), finding(line=8))

    strange = next(item for item in report.diagnostics if item.rule == "invalid-suppression")
    assert "unscoped-raed" in strange.message
    assert strange.hint == "Did you mean 'unscoped-read'?"


def test_text_in_strings_is_no_comment() -> None:
    """Only comments suppress."""
    source = f'TEXT = "{GOOD}"\n'

    assert find_suppressions(SourceText(path="a.py", text=source)) == ()


def test_other_comments_on_the_line_are_left_alone() -> None:
    """Another tool's comment is no part of the reason; a number sign in it is."""
    source = f"x = 1  # noqa: X  {GOOD.replace(' owner=ada', ' see #12')}  # pragma: no cover\n"
    found = find_suppressions(SourceText(path="a.py", text=source))

    assert found[0].rules == ("unscoped-read",)
    assert found[0].reason == "notes are shared see #12"
    assert found[0].until == date(2026, 6, 30)


def test_a_file_that_cannot_be_parsed_can_still_be_suppressed_by_line() -> None:
    """Comments are found without a syntax tree."""
    source = "def broken(:  " + GOOD + "\n"
    item = replace(finding(line=1), route=None)

    assert _rules(_run(source, item)) == []
