import json
from dataclasses import replace

import pytest
from audit_reports import finding, make_report

from sdd.audit.baseline import ACCEPTED, apply_baseline, baseline_text, only_new
from sdd.diagnostics import Diagnostic
from sdd.errors import ConfigError
from sdd.text import Span


def _moved(item: Diagnostic) -> Diagnostic:
    return replace(item, span=Span(path="routes.py", line=80))


def test_a_finding_of_the_baseline_is_shown_as_suppressed() -> None:
    """Accepted is not gone, and moved lines change nothing."""
    text = baseline_text(make_report(finding()))
    report = apply_baseline(make_report(_moved(finding())), text, "b.json")

    assert [item.suppressed for item in report.diagnostics] == [ACCEPTED]


def test_a_second_finding_of_the_same_kind_is_new() -> None:
    """A baseline accepts as many as there were, not every later one of the same name."""
    text = baseline_text(make_report(finding()))
    report = apply_baseline(make_report(finding(), _moved(finding())), text, "b.json")

    assert [item.suppressed for item in report.diagnostics] == [ACCEPTED, None]


def test_an_entry_that_matches_nothing_is_reported() -> None:
    """What was mended must not stay accepted."""
    text = baseline_text(make_report(finding()))
    report = apply_baseline(make_report(), text, "b.json")

    assert [item.rule for item in report.diagnostics] == ["stale-baseline"]
    assert "GET /api/notes/{note_id}" in report.diagnostics[0].message


def test_an_entry_that_matches_less_often_is_reported() -> None:
    """Room that is left in a baseline would hide the next one."""
    text = baseline_text(make_report(finding(), _moved(finding())))
    report = apply_baseline(make_report(finding()), text, "b.json")

    assert [item.rule for item in report.diagnostics] == ["unscoped-read", "stale-baseline"]


def test_the_text_is_sorted_and_without_lines() -> None:
    """The same findings give the same bytes in any order."""
    one, other = finding(), finding("GET /api/a", line=99)

    assert baseline_text(make_report(one, other)) == baseline_text(make_report(other, _moved(one)))
    assert "99" not in baseline_text(make_report(other))


def test_what_is_suppressed_in_the_code_is_not_in_the_baseline() -> None:
    """One justification is enough."""
    text = baseline_text(make_report(replace(finding(), suppressed="shared on purpose")))

    assert json.loads(text)["findings"] == []


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema_version": 1, "findings": [1]}'])
def test_a_broken_baseline_is_refused(text: str) -> None:
    """A file that accepts nobody knows what is not used."""
    with pytest.raises(ConfigError, match="is not a baseline"):
        apply_baseline(make_report(), text, "b.json")


def test_a_baseline_of_another_version_is_refused() -> None:
    """The version is named."""
    with pytest.raises(ConfigError, match="version 9"):
        apply_baseline(make_report(), '{"schema_version": 9, "findings": []}', "b.json")


def test_only_what_was_not_there_before_is_new() -> None:
    """Counted by fingerprint: moved lines are old, another route is new."""
    before = make_report(finding())
    after = make_report(_moved(finding()), finding("DELETE /api/notes/{note_id}"))

    assert [item.route for item in only_new(after, before).diagnostics] == [
        "DELETE /api/notes/{note_id}"
    ]


def test_a_finding_whose_suppression_was_removed_is_new() -> None:
    """Taking the comment away is a change that a review must see."""
    before = make_report(replace(finding(), suppressed="shared on purpose"))

    assert len(only_new(make_report(finding()), before).diagnostics) == 1
