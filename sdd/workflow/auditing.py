"""The gate *audit*: every route authenticated, every query confined to the authenticated user."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from sdd.audit import AuditSettings, RouteReport, audit
from sdd.diagnostics import Diagnostic, Related, Severity, errors
from sdd.ir import Application
from sdd.ports import ReadableFiles
from sdd.program import load
from sdd.text import Span
from sdd.verify.verdict import GateReport, Result

NAME = "audit"
UNDECLARED = "undeclared-public-route"


def audit_gate(
    files: ReadableFiles, backend: PurePosixPath, application: Application
) -> GateReport:
    """Audit a backend; what is not proved is counted and told, and only violations fail.

    Args:
        files: The project as it would be after landing.
        backend: The backend's folder.
        application: Its public routes are declared by the contract.
    """
    public = tuple(item.name for item in application.endpoints if item.auth is False)
    report = audit(load(files, backend), AuditSettings(public_routes=public))
    stated = (*report.diagnostics, *_duplicates(report.routes))
    found = tuple(_below(backend, _strict(item)) for item in stated)
    wrong = errors(found)
    summary = report.summary
    counts = {
        "routes": summary.routes,
        "proved": summary.proved,
        "violated": summary.violated,
        "unknown": summary.unknown,
        "public": summary.public,
    }
    failed = bool(wrong) or summary.violated > 0
    return GateReport(
        gate=NAME,
        result=Result.FAILED if failed else Result.PASSED,
        summary=_told(counts),
        reason=f"{len(wrong)} defects" if failed else "",
        diagnostics=found,
        counts=tuple(counts.items()),
    )


def _strict(item: Diagnostic) -> Diagnostic:
    """Make a remark an error where the contract has the last word on what is public."""
    if item.rule != UNDECLARED:
        return item
    return replace(item, severity=Severity.ERROR)


def _duplicates(routes: Iterable[RouteReport]) -> Iterator[Diagnostic]:
    """Find handlers that serve what another serves already: of two, one is never called."""
    first: dict[tuple[str, str, str], RouteReport] = {}
    for route in routes:
        key = (route.app, route.method, re.sub(r"\{[^}]*\}", "{}", route.path))
        other = first.setdefault(key, route)
        if other.span != route.span:
            yield Diagnostic(
                rule="duplicate-route",
                severity=Severity.ERROR,
                message=f"{route.name} is served by {other.handler} already.",
                span=route.span,
                hint="Leave one of the two handlers out.",
                reason="FastAPI calls the one that was declared first.",
                route=route.name,
                subject=route.handler,
                related=(Related(span=other.span, message="the other handler"),),
            )


def _told(counts: dict[str, int]) -> str:
    parts = [f"{counts['routes']} routes", f"{counts['proved']} proved"]
    if counts["public"]:
        parts.append(f"{counts['public']} public")
    if counts["unknown"]:
        parts.append(f"{counts['unknown']} NOT proved")
    if counts["violated"]:
        parts.append(f"{counts['violated']} violated")
    return ", ".join(parts)


def _below(backend: PurePosixPath, item: Diagnostic) -> Diagnostic:
    """Return a diagnostic with its places relative to the project."""
    related = tuple(
        replace(other, span=_moved(backend, other.span) or other.span) for other in item.related
    )
    return replace(item, span=_moved(backend, item.span), related=related)


def _moved(backend: PurePosixPath, span: Span | None) -> Span | None:
    return None if span is None else replace(span, path=str(backend / span.path))
