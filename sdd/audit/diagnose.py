"""Turns judged routes into diagnostics."""

from collections.abc import Iterator, Sequence

from sdd.audit.engine import Engine
from sdd.audit.model import Access, RouteReport, Verdict
from sdd.audit.requests import Run
from sdd.audit.settings import AuditSettings
from sdd.diagnostics import Confidence, Diagnostic, Related, Severity, by_place
from sdd.text import Span

Judged = Sequence[tuple[Run, RouteReport]]


def diagnose(
    engine: Engine, judged: Judged, settings: AuditSettings
) -> tuple[Diagnostic, ...]:
    """Return every diagnostic of an audit, each once, sorted by place."""
    found: dict[tuple[str, str, str, int, str | None], Diagnostic] = {}
    for run, report in judged:
        for item in (*_of_route(run, report, settings), *_of_remarks(run)):
            span = item.span or Span(path="")
            found.setdefault((item.rule, item.message, span.path, span.line, item.route), item)
    for problem in engine.program.unreadable:
        span = Span(path=problem.path, line=problem.line)
        severity = Severity.ERROR if problem.path in engine.missing else Severity.WARNING
        item = Diagnostic(
            rule="unreadable-source",
            severity=severity,
            message=f"this file could not be read: {problem.reason}",
            span=span,
        )
        found["unreadable-source", item.message, span.path, span.line, None] = item
    return by_place(found.values())


def _of_route(run: Run, report: RouteReport, settings: AuditSettings) -> Iterator[Diagnostic]:
    auth = report.auth
    if auth.verdict is Verdict.VIOLATED:
        yield Diagnostic(
            rule=auth.rule,
            severity=Severity.ERROR,
            message=f"{report.name} is open to everybody",
            span=report.span,
            reason=auth.because,
            hint="Add a dependency that verifies the caller's token.",
            route=report.name,
            subject=report.handler,
        )
    elif auth.verdict is Verdict.PUBLIC and _needs_declaration(report, settings):
        yield Diagnostic(
            rule="undeclared-public-route",
            severity=Severity.WARNING,
            message=f"{report.name} is public and not declared so",
            span=report.span,
            reason=auth.because,
            hint="Declare it under public_routes if this is meant.",
            route=report.name,
            subject=report.handler,
        )
    elif auth.verdict is Verdict.UNKNOWN:
        yield _undecided(report, report.span, f"authentication: {auth.because}")
    for access in report.accesses:
        yield from _of_access(report, access)
    if run.unknown and auth.verdict is not Verdict.UNKNOWN:
        yield _undecided(report, report.span, run.unknown)
    prefix = settings.api_prefix
    path = report.path
    if prefix and not path.startswith(prefix) and not _is_harmless(path, settings):
        yield Diagnostic(
            rule="outside-api-prefix",
            severity=Severity.WARNING,
            message=f"{report.name} is not under {prefix}",
            span=report.span,
            route=report.name,
            subject=report.handler,
        )


def _of_access(report: RouteReport, access: Access) -> Iterator[Diagnostic]:
    if access.verdict is Verdict.VIOLATED:
        yield Diagnostic(
            rule=access.rule,
            severity=Severity.ERROR,
            message=f"{access.operation} of {access.entity} is not confined to the caller",
            span=access.span,
            reason=f"{access.because}; {access.attack}.",
            hint="Compare the owner with the signed-in user in the query or before the effect.",
            confidence=Confidence.HIGH,
            related=(
                Related(span=report.span, message=f"reached from {report.name}"),
                *(Related(span=span, message="called here") for span in access.chain[1:]),
            ),
            route=report.name,
            subject=f"{access.operation} {access.entity}",
        )
    elif access.verdict is Verdict.UNKNOWN:
        yield _undecided(
            report, access.span, f"{access.operation} of {access.entity}: {access.because}"
        )


def _undecided(report: RouteReport, span: Span, why: str) -> Diagnostic:
    return Diagnostic(
        rule="undecided",
        severity=Severity.NOTE,
        message=f"not decided, {why}",
        span=span,
        confidence=Confidence.LOW,
        route=report.name,
    )


def _needs_declaration(report: RouteReport, settings: AuditSettings) -> bool:
    return report.auth.because != "declared public" and not _is_harmless(report.path, settings)


def _is_harmless(path: str, settings: AuditSettings) -> bool:
    return path.rstrip("/").rpartition("/")[2] in settings.harmless_paths


def _of_remarks(run: Run) -> Iterator[Diagnostic]:
    for remark in run.remarks:
        span = Span(path=remark.place.path, line=remark.place.line, column=remark.place.column)
        yield Diagnostic(
            rule=remark.rule,
            severity=Severity.ERROR,
            message=remark.message,
            span=span,
            subject=remark.place.function,
        )
