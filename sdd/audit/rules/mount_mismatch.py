"""mount-mismatch: one way to a handler is protected, another is not."""

from collections.abc import Iterator

from sdd.audit.model import RouteReport, Verdict
from sdd.audit.rules.rule import Audited, Rule
from sdd.diagnostics import Diagnostic, Related, Severity


def _find(audited: Audited) -> Iterator[Diagnostic]:
    ways: dict[tuple[str, str, int], list[RouteReport]] = {}
    for _, report in audited.routes:
        ways.setdefault((report.app, report.span.path, report.span.line), []).append(report)
    for reports in ways.values():
        protected = [item for item in reports if item.auth.verdict is Verdict.PROVED]
        for report in reports:
            if protected and report.auth.verdict in {Verdict.PUBLIC, Verdict.VIOLATED}:
                yield Diagnostic(
                    rule=RULE.id,
                    severity=RULE.severity,
                    message=f"{report.name} is open, {protected[0].name} is protected",
                    span=report.span,
                    hint=RULE.hint,
                    related=(Related(span=protected[0].span, message="the same handler"),),
                    route=report.name,
                    subject=report.handler,
                )


RULE = Rule(
    id="mount-mismatch",
    severity=Severity.WARNING,
    title="the same handler is mounted with and without authentication",
    hint="Put the dependency on the handler or its router, not on one inclusion of it.",
    cwe=306,
    owasp="API2:2023",
    find=_find,
)
