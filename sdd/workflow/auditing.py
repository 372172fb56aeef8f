"""The gate *audit*: every route authenticated, every query confined to the authenticated user."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import PurePosixPath

from sdd.audit import AuditReport, AuditSettings, RouteReport, Verdict, audit
from sdd.audit.catalog import INVALID_SUPPRESSION, rule_texts
from sdd.audit.outcome import UNDECIDED, undecided_routes
from sdd.audit.suppressions import Suppression, find_suppressions, suppress
from sdd.diagnostics import Diagnostic, Related, Severity, errors
from sdd.ir import Application
from sdd.names import counted
from sdd.ports import ReadableFiles
from sdd.program import load
from sdd.text import Span, decode
from sdd.verify.verdict import GateReport, Result

NAME = "audit"
UNDECLARED = "undeclared-public-route"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditTerms:
    """On which terms the audit judges a run.

    Attributes:
        settings: What the project says of itself; the contract's public routes are added.
        base: The project before the run: suppressions that people wrote there count.
        today: Decides which suppressions have expired.
    """

    settings: AuditSettings
    base: ReadableFiles
    today: date


def audit_gate(
    files: ReadableFiles, backend: PurePosixPath, application: Application, terms: AuditTerms
) -> GateReport:
    """Audit a backend: every route must be proved, or public by the contract or the settings.

    Args:
        files: The project as it would be after landing.
        backend: The backend's folder.
        application: Its public routes, and tables that a human shared, are declared.
        terms: What else is declared, and which suppressions count.
    """
    public = tuple(item.name for item in application.endpoints if item.auth is False)
    shared = tuple(item.table for item in application.entities if item.shared and item.table)
    settings = replace(
        terms.settings,
        public_routes=(*terms.settings.public_routes, *public),
        shared_tables=(*terms.settings.shared_tables, *shared),
    )
    program = load(files, backend)
    report, forged = _suppressed(audit(program, settings), files, backend, terms)
    open_routes = tuple(_not_proved(report))
    stated = (*report.diagnostics, *_duplicates(report.routes), *forged)
    found = tuple(_below(backend, _strict(item, open_routes)) for item in stated)
    wrong = errors(found)
    summary = report.summary
    counts = {
        "routes": summary.routes,
        "proved": summary.proved,
        "violated": summary.violated,
        "unknown": summary.unknown,
        "public": summary.public,
    }
    failed = bool(wrong or open_routes)
    reason = (
        counted(len(wrong), "defect")
        if wrong
        else f"{counted(len(open_routes), 'route')} not proved"
    )
    return GateReport(
        gate=NAME,
        result=Result.FAILED if failed else Result.PASSED,
        summary=_told(counts),
        reason=reason if failed else "",
        diagnostics=found,
        counts=tuple(counts.items()),
    )


def _not_proved(report: AuditReport) -> Iterator[str]:
    """Yield the routes that are neither proved nor public, unless people answer for them."""
    answered = {item.route for item in report.diagnostics if item.suppressed is not None}
    for route in undecided_routes(report):
        yield route.name
    for route in report.routes:
        if route.verdict is Verdict.VIOLATED and route.name not in answered:
            yield route.name


def _suppressed(
    report: AuditReport, files: ReadableFiles, backend: PurePosixPath, terms: AuditTerms
) -> tuple[AuditReport, tuple[Diagnostic, ...]]:
    """Apply the suppressions that stood there before; a run must not write its own."""
    sources: dict[str, bytes] = {}
    forged: list[Diagnostic] = []
    for path in files.paths(backend):
        data = files.read(path) if path.suffix == ".py" else None
        if data is None or b"sdd:" not in data:
            continue
        name = str(path.relative_to(backend))
        before = _suppressions(name, terms.base.read(path) or b"")
        mine = [one for one in _suppressions(name, data).values() if _words(one) not in before]
        if mine:
            forged += [_forged(one) for one in mine]
        else:
            sources[name] = data
    return suppress(report, sources, terms.today, tuple(rule_texts())), tuple(forged)


_Words = tuple[object, ...]


def _words(one: Suppression) -> _Words:
    return one.rules, one.reason, one.owner, one.until


def _suppressions(name: str, data: bytes) -> dict[_Words, Suppression]:
    return {_words(one): one for one in find_suppressions(decode(name, data))}


def _forged(one: Suppression) -> Diagnostic:
    return Diagnostic(
        rule=INVALID_SUPPRESSION.id,
        severity=Severity.ERROR,
        message="a run does not suppress findings; people do",
        span=one.span,
        hint="Remove the comment and mend what it would hide.",
        subject=one.reason,
    )


def _strict(item: Diagnostic, open_routes: tuple[str, ...]) -> Diagnostic:
    """Make a remark an error where the contract, or the gate, asks for more than the audit."""
    doubted = item.rule == UNDECIDED and item.route in open_routes
    if item.rule != UNDECLARED and not doubted:
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
    parts = [counted(counts["routes"], "route"), f"{counts['proved']} proved"]
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
