"""middleware-gap: the allow-list of an authenticating middleware covers a route by its prefix."""

from collections.abc import Iterator

from sdd.audit.exposures import is_door_by_name
from sdd.audit.model import Verdict
from sdd.audit.rules.paths import is_harmless
from sdd.audit.rules.rule import Audited, Rule
from sdd.diagnostics import Diagnostic, Severity
from sdd.text import Span

_OPEN = frozenset({Verdict.PUBLIC, Verdict.VIOLATED})


def _find(audited: Audited) -> Iterator[Diagnostic]:
    guarded = {report.app for _, report in audited.routes if report.auth.verdict is Verdict.PROVED}
    for run, report in audited.routes:
        if report.app not in guarded or report.auth.verdict not in _OPEN:
            continue
        if is_harmless(report.path, audited.settings) or is_door_by_name(run):
            continue
        for remark in run.remarks:
            if remark.rule == RULE.id:
                place = remark.place
                yield Diagnostic(
                    rule=RULE.id,
                    severity=RULE.severity,
                    message=f"{report.name} is let through: {remark.message}",
                    span=Span(path=place.path, line=place.line, column=place.column),
                    hint=RULE.hint,
                    route=report.name,
                    subject=report.handler,
                )


RULE = Rule(
    id="middleware-gap",
    severity=Severity.WARNING,
    title="the middleware's allow-list covers a route by prefix",
    hint="List whole paths, or depend on the verifier where the route is declared.",
    cwe=863,
    owasp="API2:2023",
    find=_find,
)
