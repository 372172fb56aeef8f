"""Accepted drift stays quiet until one of the sides changes."""

from dataclasses import replace

import pytest

from sdd.diagnostics import Severity
from sdd.errors import ConfigError
from sdd.ir.drift import Difference
from sdd.ir.drift.accepted import accept, from_text, judge, to_text
from sdd.ir.drift.findings import findings
from sdd.text import Span

STATUS = Difference(
    rule="drifted-status",
    subject="POST /notes",
    message="POST /notes is answered 201 in the specs and answered 200 in the code.",
    spec="answered 201",
    code="answered 200",
    spec_span=Span(path="specs/api/rest-endpoints.md", line=3),
    code_span=Span(path="backend/main.py", line=9),
)
ACCESS = replace(STATUS, rule="drifted-access", spec="for signed-in users", code="open to anybody")


def test_an_accepted_difference_is_not_repeated() -> None:
    """Written, read back and judged: nothing is open."""
    text = to_text(accept(judge([STATUS], ()), "abc123", "the client expects it"))

    judged = judge([STATUS], from_text(text, "file"))

    assert judged.open == ()
    (finding,) = findings(judged)
    assert finding.suppressed == "accepted at abc123 (the client expects it)"


def test_moved_lines_change_nothing() -> None:
    """An acceptance is of what is said, not of where."""
    accepted = accept(judge([STATUS], ()), "", "")
    moved = replace(STATUS, spec_span=Span(path="other.md", line=99))

    assert judge([moved], accepted).open == ()


def test_a_change_on_either_side_opens_it_again() -> None:
    """What was accepted is told with its revision."""
    accepted = accept(judge([STATUS], ()), "abc123", "")
    now = replace(STATUS, code="answered 202")

    judged = judge([now], accepted)
    (finding,) = findings(judged)

    assert judged.open == (now,)
    assert judged.gone == ()
    assert finding.reason is not None
    assert "at abc123" in finding.reason
    assert "answered 200" in finding.reason


def test_accepting_again_keeps_the_older_revision_and_forgets_what_is_gone() -> None:
    """The file grows by what is new alone."""
    first = accept(judge([STATUS], ()), "one", "")
    second = accept(judge([STATUS, ACCESS], first), "two", "")
    third = accept(judge([ACCESS], second), "three", "")

    assert [item.revision for item in second] == ["two", "one"]
    assert [(item.rule, item.revision) for item in third] == [("drifted-access", "two")]
    assert judge([ACCESS], second).gone == first


def test_who_is_let_in_is_an_error() -> None:
    """An endpoint that is open against the specs is the gravest difference."""
    severities = [item.severity for item in findings(judge([ACCESS, STATUS], ()))]

    assert severities == [Severity.ERROR, Severity.WARNING]


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"schema_version": 2, "accepted": []}', '"x"'])
def test_a_foreign_file_is_one_sentence(text: str) -> None:
    """What is none of ours is said, with what to do."""
    with pytest.raises(ConfigError, match="no list of accepted differences"):
        from_text(text, "specs/accepted-drift.json")
