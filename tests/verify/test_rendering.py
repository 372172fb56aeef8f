import json
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from sdd.diagnostics import Diagnostic, Severity
from sdd.text import Span
from sdd.verify import GateReport, Result, verify_json, verify_junit

_FAILED = GateReport(
    gate="isolation probe",
    result=Result.FAILED,
    summary="12 of 13 operations probed",
    reason="1 defect",
    counts=(("operations", 13),),
    seconds=0.5,
    diagnostics=(
        Diagnostic(
            rule="isolation-foreign-read",
            severity=Severity.ERROR,
            message="GET /a/{id}: shows another user's row (200)",
            span=Span(path="backend/app/a.py", line=7),
            route="GET /a/{id}",
            reason="GET /a/7 → 200",
            hint="Add the user's id.",
        ),
    ),
)
_PASSED = GateReport(gate="import", result=Result.PASSED, summary="starts", seconds=1.25)
_NOT_RUN = GateReport(gate="tests", result=Result.NOT_RUN, reason="The backend has no tests.")


def test_json_holds_verdicts_counts_and_places() -> None:
    """Everything that a program needs is there, and it is plain JSON."""
    found = verify_json([_PASSED, _FAILED, _NOT_RUN])

    assert json.loads(json.dumps(found)) == found
    assert found["passed"] is False
    assert found["summary"] == {"passed": 1, "failed": 1, "not_run": 1}
    gate = found["gates"][1]
    assert gate["counts"] == {"operations": 13}
    assert (gate["diagnostics"][0]["file"], gate["diagnostics"][0]["line"]) == (
        "backend/app/a.py",
        7,
    )


def test_what_was_not_run_is_no_pass() -> None:
    """A report without a single failure passes only when every gate ran; nor does an empty one."""
    assert verify_json([_PASSED])["passed"] is True
    assert verify_json([_PASSED, _NOT_RUN])["passed"] is False
    assert verify_json([])["passed"] is False


def test_junit_counts_failures_and_errors() -> None:
    """A failed gate is a failure with its diagnostics, one not run an error with its reason."""
    text = verify_junit([_PASSED, _FAILED, _NOT_RUN])
    suite = ET.fromstring(text).find("testsuite")  # noqa: S314 - we wrote it

    assert suite is not None
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("3", "1", "1")
    failure = suite.find("testcase/failure")
    assert failure is not None
    assert "backend/app/a.py:7: error: GET /a/{id}" in (failure.text or "")
    error = suite.find("testcase/error")
    assert error is not None
    assert error.get("message") == "not run: The backend has no tests."


@given(st.text())
def test_junit_is_legal_whatever_a_backend_says(text: str) -> None:
    """Control characters and surrogates of a foreign answer do not break the file."""
    told = Diagnostic(rule="r", severity=Severity.ERROR, message=text, reason=text)
    report = GateReport(gate="g", result=Result.FAILED, reason=text, diagnostics=(told,))

    ET.fromstring(verify_junit([report]).encode())  # noqa: S314 - we wrote it
