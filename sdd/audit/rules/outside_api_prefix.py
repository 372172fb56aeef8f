"""outside-api-prefix: a route of the API is not under the API's prefix."""

from collections.abc import Iterator

from sdd.audit.rules.paths import is_harmless
from sdd.audit.rules.rule import Audited, Rule
from sdd.diagnostics import Diagnostic, Severity


def _find(audited: Audited) -> Iterator[Diagnostic]:
    prefix = audited.settings.api_prefix
    if not any(report.path.startswith(prefix) for _, report in audited.routes):
        return  # the program has other customs
    for _, report in audited.routes:
        if not prefix or report.path.startswith(prefix):
            continue
        if is_harmless(report.path, audited.settings):
            continue
        yield Diagnostic(
            rule=RULE.id,
            severity=RULE.severity,
            message=f"{report.name} is not under {prefix}",
            span=report.span,
            hint=RULE.hint,
            route=report.name,
            subject=report.handler,
        )


RULE = Rule(
    id="outside-api-prefix",
    severity=Severity.WARNING,
    title="a route outside the API's prefix",
    hint="Mount it under the prefix, or change api_prefix in the settings.",
    cwe=1059,
    owasp="API9:2023",
    find=_find,
)
