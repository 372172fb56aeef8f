"""Turns judged routes into diagnostics: open routes, breaches, then each rule's own."""

from collections.abc import Iterator

from sdd.audit.model import Access, RouteReport, Verdict
from sdd.audit.rules.registry import RULES, rule
from sdd.audit.rules.rule import Audited
from sdd.diagnostics import Diagnostic, Related, Severity, by_place
from sdd.text import Span


def diagnose(audited: Audited) -> tuple[Diagnostic, ...]:
    """Return every diagnostic of an audit, each once, sorted by place."""
    found: dict[tuple[str, str, str, int, str | None], Diagnostic] = {}
    for item in _all(audited):
        span = item.span or Span(path="")
        found.setdefault((item.rule, item.message, span.path, span.line, item.route), item)
    return by_place(found.values())


def _all(audited: Audited) -> Iterator[Diagnostic]:
    for _, report in audited.routes:
        if report.auth.verdict is Verdict.VIOLATED:
            yield _open_route(report)
        for access in report.accesses:
            if access.verdict is Verdict.VIOLATED:
                yield _breach(report, access, audited)
    for one in RULES:
        yield from one.find(audited)


def _open_route(report: RouteReport) -> Diagnostic:
    defect = rule(report.auth.rule)
    return Diagnostic(
        rule=defect.id,
        severity=Severity.ERROR,
        message=f"{report.name} is open to everybody",
        span=report.span,
        reason=report.auth.because,
        hint=defect.hint,
        route=report.name,
        subject=report.handler,
    )


def _breach(report: RouteReport, access: Access, audited: Audited) -> Diagnostic:
    defect = rule(access.rule)
    sibling = _sibling(report, access, audited)
    return Diagnostic(
        rule=defect.id,
        severity=defect.severity,
        message=f"{access.operation} of {access.entity} is not confined to the caller",
        span=access.span,
        reason=f"{access.because}; {access.attack}.",
        hint=defect.hint,
        related=(
            Related(span=report.span, message=f"reached from {report.name}"),
            *(Related(span=span, message="called here") for span in access.chain[1:]),
            *([sibling] if sibling else []),
        ),
        route=report.name,
        subject=f"{access.operation} {access.entity}",
    )


def _sibling(report: RouteReport, access: Access, audited: Audited) -> Related | None:
    """Return the nearest access to the same entity that does it right."""
    proved = [
        (other.span.path != report.span.path, abs(other.span.line - report.span.line), other, one)
        for _, other in audited.routes
        for one in other.accesses
        if one.entity == access.entity and one.verdict is Verdict.PROVED
    ]
    if not proved:
        return None
    _, _, other, one = min(proved, key=lambda item: item[:2])
    return Related(span=one.span, message=f"{other.handler} does it right: {one.because}")
