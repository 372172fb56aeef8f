from dataclasses import replace
from xml.etree.ElementTree import Element, fromstring

from audit_reports import finding, make_report, proved_route, public_route, violated_route

from sdd.audit.model import RouteReport, Verdict
from sdd.audit.outcome import Policy
from sdd.audit.output.junit import junit
from sdd.audit.output.view import View
from sdd.diagnostics import Diagnostic, Severity

UNKNOWN = replace(proved_route("GET /api/odd"), isolation=Verdict.UNKNOWN)


def _suite(
    *items: Diagnostic,
    routes: tuple[RouteReport, ...] = (proved_route(), violated_route(), public_route()),
    policy: Policy | None = None,
) -> Element:
    view = View(report=make_report(*items, routes=routes), policy=policy or Policy())
    suite = fromstring(junit(view)).find("testsuite")  # noqa: S314 - our own text
    assert suite is not None
    return suite


def _case(suite: Element, name: str) -> Element:
    return next(case for case in suite if case.get("name") == name)


def test_every_route_is_a_case_and_a_violated_one_fails() -> None:
    """The numbers of the suite agree with its cases."""
    suite = _suite(finding())

    assert (suite.get("tests"), suite.get("failures")) == ("3", "1")
    failure = _case(suite, "GET /api/notes/{note_id}").find("failure")
    assert failure is not None
    assert failure.get("type") == "unscoped-read"
    assert "routes.py:8" in str(failure.text)
    assert len(_case(suite, "GET /api/notes")) == 0


def test_what_is_not_decided_is_skipped_and_an_error_under_a_strict_policy() -> None:
    """It is never simply green."""
    assert _suite(routes=(UNKNOWN,)).get("skipped") == "1"
    assert _suite(routes=(UNKNOWN,), policy=Policy(strict=True)).get("errors") == "1"


def test_suppressed_findings_pass_and_are_told() -> None:
    """The reason stands in the output of the case."""
    suite = _suite(replace(finding(), suppressed="shared on purpose"))

    assert suite.get("failures") == "0"
    said = _case(suite, "GET /api/notes/{note_id}").findtext("system-out")
    assert "shared on purpose" in str(said)


def test_warnings_fail_only_when_asked_for() -> None:
    """The policy decides."""
    warning = replace(finding(), severity=Severity.WARNING)

    assert _suite(warning).get("failures") == "0"
    assert _suite(warning, policy=Policy(fail_on=Severity.WARNING)).get("failures") == "1"


def test_findings_of_no_route_have_cases_by_file() -> None:
    """A file that was not read is an error, not a failure."""
    unread = replace(finding(None), rule="unreadable-source")
    suite = _suite(unread)

    assert suite.get("errors") == "1"
    assert _case(suite, "routes.py").get("classname") == "project"


def test_a_route_mounted_twice_fails_once() -> None:
    """Its findings are told at the first mount."""
    assert _suite(finding(), routes=(violated_route(), violated_route())).get("failures") == "1"


def test_characters_that_xml_cannot_hold_are_escaped() -> None:
    """Source text may hold anything."""
    suite = _suite(replace(finding(), message="a\x00b\x1b <&>"))

    failure = _case(suite, "GET /api/notes/{note_id}").find("failure")
    assert failure is not None
    assert failure.get("message") == "a\\x00b\\x1b <&>"
