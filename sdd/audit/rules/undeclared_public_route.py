"""undeclared-public-route: nobody said that this route is meant to be public."""

from collections.abc import Iterator

from sdd.audit.model import Verdict
from sdd.audit.rules.paths import is_harmless
from sdd.audit.rules.rule import Audited, Rule
from sdd.diagnostics import Diagnostic, Severity


def _find(audited: Audited) -> Iterator[Diagnostic]:
    for _, report in audited.routes:
        auth = report.auth
        if auth.verdict is not Verdict.PUBLIC or auth.because == "declared public":
            continue
        if is_harmless(report.path, audited.settings) or report.method == "OPTIONS":
            continue
        yield Diagnostic(
            rule=RULE.id,
            severity=RULE.severity,
            message=f"{report.name} is public and not declared so",
            span=report.span,
            reason=auth.because,
            hint=RULE.hint,
            route=report.name,
            subject=report.handler,
        )


RULE = Rule(
    id="undeclared-public-route",
    severity=Severity.WARNING,
    title="a public route that is not declared",
    hint="Add it to `public` under [tool.sdd.audit] if this is meant, or verify the caller.",
    cwe=306,
    owasp="API2:2023",
    find=_find,
)
