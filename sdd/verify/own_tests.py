"""The gate *tests*: the backend's own tests pass."""

from collections.abc import Mapping
from typing import Any

from sdd.diagnostics import Diagnostic, Severity, by_place
from sdd.verify.hints import hint_for
from sdd.verify.judging import blocked, not_run, report, span_of
from sdd.verify.observation import Stage
from sdd.verify.observe import observe
from sdd.verify.target import VerifyContext
from sdd.verify.verdict import GateReport

GATE = "tests"
_BROKEN = frozenset({2, 3, 4})


def check_tests(context: VerifyContext) -> GateReport:
    """Run the backend's tests and name those that fail."""
    seen = observe(context, frozenset({Stage.TESTS}))
    stopped = blocked(GATE, context, seen, "tests")
    if stopped is not None:
        return stopped
    facts = seen.results["tests"]
    if facts.get("missing"):
        python = context.target.python
        return not_run(GATE, f"{python} has no pytest; install it there: pip install pytest", seen)
    if facts["empty"]:
        return not_run(GATE, "The backend has no tests.", seen)
    failures = [_diagnostic(context, item) for item in facts["failures"]]
    if not failures and facts["status"] in _BROKEN | {1}:
        failures = [_unusable(context, int(facts["status"]), seen.stderr)]
    passed, failed = int(facts["passed"]), max(int(facts["failed"]), len(failures))
    return report(
        GATE,
        seen,
        by_place(failures),
        summary=f"{passed} passed, {failed} failed, {facts['skipped']} skipped",
        counts={
            "tests_passed": passed,
            "tests_failed": failed,
            "tests_skipped": int(facts["skipped"]),
        },
        stage="tests",
    )


def _diagnostic(context: VerifyContext, failure: Mapping[str, Any]) -> Diagnostic:
    name = str(failure["node"]).rpartition("::")[2] or str(failure["node"])
    return Diagnostic(
        rule="tests-failed",
        severity=Severity.ERROR,
        message=f"{name}: {failure['message']}",
        span=span_of(context, failure.get("file"), failure.get("line")),
        reason=failure.get("text") or None,
        hint=hint_for("tests-failed"),
        subject=str(failure["node"]),
    )


def _unusable(context: VerifyContext, status: int, stderr: str) -> Diagnostic:
    return Diagnostic(
        rule="tests-failed",
        severity=Severity.ERROR,
        message=f"pytest could not run the tests (status {status})",
        reason=stderr.strip()[-800:] or None,
        hint=hint_for("tests-failed"),
        subject=context.target.folder,
    )
