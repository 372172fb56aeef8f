"""Routes declared public, held against what they turned out to be."""

from collections.abc import Iterator
from dataclasses import replace

from sdd.audit.catalog import STALE_PUBLIC_DECLARATION
from sdd.audit.model import AuditReport, Verdict
from sdd.audit.settings import AuditSettings
from sdd.diagnostics import Diagnostic
from sdd.names import nearest


def check_declarations(report: AuditReport, settings: AuditSettings) -> AuditReport:
    """Report declarations that no route matches, or only routes that ask for a caller."""
    found = tuple(item for pattern in settings.public_routes for item in _check(pattern, report))
    return replace(report, diagnostics=(*report.diagnostics, *found)) if found else report


def _check(pattern: str, report: AuditReport) -> Iterator[Diagnostic]:
    alone = AuditSettings(public_routes=(pattern,))
    matched = [
        route for route in report.routes if alone.is_declared_public(route.method, route.path)
    ]
    if not matched:
        near = nearest(pattern, sorted({route.name for route in report.routes}))
        yield _stale(
            pattern,
            f"public declares '{pattern}', and there is no such route",
            f"Remove it from `public`, or correct it; nearest: {', '.join(near)}."
            if near
            else None,
        )
    elif all(route.auth.verdict is Verdict.PROVED for route in matched):
        first = matched[0]
        by = f" by {first.auth.by}" if first.auth.by else ""
        item = _stale(
            pattern, f"public declares '{pattern}', and its caller is authenticated{by}", None
        )
        yield replace(item, span=first.span)


def _stale(pattern: str, message: str, hint: str | None) -> Diagnostic:
    return Diagnostic(
        rule=STALE_PUBLIC_DECLARATION.id,
        severity=STALE_PUBLIC_DECLARATION.severity,
        message=message,
        hint=hint or STALE_PUBLIC_DECLARATION.hint,
        subject=pattern,
    )
