from dataclasses import replace
from pathlib import PurePosixPath

from audit_reports import finding, make_report, proved_route, violated_route

from sdd.audit.output.markdown import markdown
from sdd.audit.output.view import View


def test_the_summary_starts_with_the_answer() -> None:
    """Headline, numbers, findings, then all routes folded away."""
    report = make_report(finding(), routes=(proved_route(), violated_route()))
    text = markdown(View(report=report, prefix=PurePosixPath("backend")))
    lines = text.splitlines()

    assert lines[0] == "## sdd audit: ❌ Findings to mend"
    assert lines[2] == "2 routes: **1 proved**, 1 violated, 0 unknown, 0 public."
    assert "`backend/routes.py:8`" in text
    assert "<details><summary>All 2 routes</summary>" in text
    assert "| `GET /api/notes` | ✅ proved by `current_user` | ✅ proved: read Note |" in text


def test_markup_in_names_is_shown_as_it_is() -> None:
    """Nothing from the source breaks the table or becomes a tag."""
    item = replace(finding("GET /a|b"), message="<img src=x> | *x*", reason=None)
    text = markdown(View(report=make_report(item, routes=(proved_route("GET /`a|b`"),))))

    assert "\\<img src=x\\> \\| \\*x\\*" in text
    assert "`GET /'a\\|b'`" in text


def test_a_clean_report_is_short() -> None:
    """Nothing suppressed in silence, nothing to object to."""
    clean = markdown(View(report=make_report(routes=(proved_route(),))))
    suppressed = make_report(replace(finding(), suppressed="shared"), routes=(violated_route(),))

    assert clean.startswith("## sdd audit: ✅ Nothing to object to")
    assert "1 more suppressed" in markdown(View(report=suppressed))


def test_a_long_list_is_cut_and_says_so() -> None:
    """A step summary has a size limit."""
    report = make_report(*(finding(f"GET /{number}") for number in range(60)))

    assert "… and 10 more" in markdown(View(report=report))
