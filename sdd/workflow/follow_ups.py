"""What is left for a human to look at when a run has landed, each with its place."""

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from sdd.diagnostics import Diagnostic, Severity
from sdd.text import Span
from sdd.verify.verdict import GateReport, Result
from sdd.workflow.conventions import Convention
from sdd.workflow.report import FollowUp

SECRET = "hardcoded-secret"  # noqa: S105 - the name of a rule


def follow_ups(
    found: Sequence[Convention],
    unsupported: Sequence[Diagnostic],
    reports: Sequence[GateReport],
    kept: Sequence[PurePosixPath],
) -> tuple[FollowUp, ...]:
    """Return the follow-ups of a run: ambiguities, security remarks, tests, refactorings.

    Args:
        found: What a convention filled in.
        unsupported: What the specs state and the backend does not do.
        reports: The gates' last reports.
        kept: Files of the user that stayed although the run would have changed them.
    """
    return (
        *(_ambiguity(convention) for convention in found if convention.worth_asking),
        *(_unsupported(diagnostic) for diagnostic in unsupported),
        *_security(reports),
        *_tests(reports),
        *(_kept(path) for path in kept),
    )


def _ambiguity(convention: Convention) -> FollowUp:
    return FollowUp(
        kind="ambiguity",
        text=f"{convention} (assumed: no document says it)",
        place=convention.place,
    )


def _unsupported(diagnostic: Diagnostic) -> FollowUp:
    return FollowUp(
        kind="unsupported",
        text=f"{diagnostic.message}{_because(diagnostic)}",
        place=diagnostic.span,
    )


def _because(diagnostic: Diagnostic) -> str:
    return f" ({diagnostic.reason})" if diagnostic.reason else ""


def _security(reports: Sequence[GateReport]) -> Iterator[FollowUp]:
    for report in reports:
        for diagnostic in report.diagnostics:
            serious = diagnostic.severity is not Severity.NOTE or report.gate == "audit"
            if serious and report.gate in {"audit", "isolation probe", "token attacks"}:
                yield FollowUp(kind="security", text=diagnostic.message, place=diagnostic.span)


def _tests(reports: Sequence[GateReport]) -> Iterator[FollowUp]:
    for report in reports:
        if report.result is Result.NOT_RUN:
            yield FollowUp(kind="test", text=f"The gate {report.gate} was not run: {report.reason}")
        if report.gate in {"tests", "checklist"}:
            for diagnostic in report.diagnostics:
                kind = "security" if diagnostic.rule == SECRET else "test"
                yield FollowUp(kind=kind, text=diagnostic.message, place=diagnostic.span)


def _kept(path: PurePosixPath) -> FollowUp:
    return FollowUp(
        kind="refactoring",
        text=f"{path} is yours and was kept; it differs from what the specs ask for.",
        place=Span(path=str(path)),
    )
