"""undecided: what the analysis could not decide, and why."""

from collections.abc import Iterator

from sdd.audit.model import Verdict
from sdd.audit.routes import lost_inclusions, unmounted
from sdd.audit.rules.rule import Audited, Rule
from sdd.audit.state import Place
from sdd.diagnostics import Confidence, Diagnostic, Severity
from sdd.text import Span


def _find(audited: Audited) -> Iterator[Diagnostic]:
    for run, report in audited.routes:
        if report.auth.verdict is Verdict.UNKNOWN:
            yield _note(report.name, report.span, f"authentication: {report.auth.because}")
        elif run.unknown:
            yield _note(report.name, report.span, run.unknown)
        for access in report.accesses:
            if access.verdict is Verdict.UNKNOWN:
                why = f"{access.operation} of {access.entity}: {access.because}"
                yield _note(report.name, access.span, why)
    for place in audited.engine.cut_short:
        yield _about(place, "this takes too long to follow: what it makes is unknown")
    for inclusion in lost_inclusions(audited.engine):
        yield _about(inclusion.place, "the router that is included here was not found")
    for router in unmounted(audited.engine):
        yield _about(router.place, "this router has routes, and no app includes it")


def _about(place: Place, why: str) -> Diagnostic:
    return _note(None, Span(path=place.path, line=place.line, column=max(place.column, 1)), why)


def _note(route: str | None, span: Span, why: str) -> Diagnostic:
    return Diagnostic(
        rule=RULE.id,
        severity=RULE.severity,
        message=f"not decided, {why}",
        span=span,
        hint=RULE.hint,
        confidence=Confidence.LOW,
        route=route,
    )


RULE = Rule(
    id="undecided",
    severity=Severity.NOTE,
    title="the analysis could not decide",
    hint="Write the check where the analysis sees it, or name a trusted verifier.",
    cwe=1059,
    owasp="API9:2023",
    find=_find,
)
