"""sql-injection: SQL text is put together from what the client sent."""

from collections.abc import Iterator

from sdd.audit.rules.remarks import remarked
from sdd.audit.rules.rule import Audited, Breach, Rule
from sdd.diagnostics import Diagnostic, Severity


def _find(audited: Audited) -> Iterator[Diagnostic]:
    return remarked(audited, RULE.id, RULE.severity, RULE.hint)


def _is_injected(breach: Breach) -> bool:
    return breach.finding.obligation.target in breach.judge.engine.injected


RULE = Rule(
    id="sql-injection",
    severity=Severity.ERROR,
    title="SQL text is put together from what the client sent",
    hint="Bind values as parameters instead of writing them into the text.",
    cwe=89,
    owasp="API8:2023",
    names_breach=_is_injected,
    find=_find,
)
