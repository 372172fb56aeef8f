from dataclasses import replace

from audit_reports import finding, make_report, proved_route, violated_route

from sdd.audit.output.view import View
from sdd.text import Span

NAME = "GET /api/notes/{note_id}"


def test_findings_are_grouped_in_the_order_of_the_routes() -> None:
    """Those of no route, and of routes that are gone, come last."""
    gone = finding("GET /gone")
    report = make_report(finding(None), gone, finding(), routes=(proved_route(), violated_route()))

    assert [
        (route and route.name, len(items)) for route, items in View(report=report).grouped()
    ] == [
        (NAME, 1),
        (None, 2),
    ]


def test_a_finding_goes_to_the_application_whose_code_it_is_in() -> None:
    """Two applications may have a route of the same name."""
    other = replace(proved_route(NAME), app="other.py:app", span=Span(path="other.py", line=3))
    report = make_report(finding(), routes=(other, violated_route()))

    ((route, _),) = View(report=report).grouped()
    assert route is not None
    assert route.app == "main.py:app"
