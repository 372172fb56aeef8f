"""raw-sql-unscoped: SQL text on an owned table has no bound owner predicate."""

from sdd.audit.rules.rule import Breach, Rule
from sdd.diagnostics import Severity


def _is_text(breach: Breach) -> bool:
    return breach.finding.obligation.target in breach.judge.engine.from_text


RULE = Rule(
    id="raw-sql-unscoped",
    severity=Severity.ERROR,
    title="SQL text touches rows that need not be the caller's",
    hint="Compare the owner's column with a bound parameter that holds the signed-in user's id.",
    cwe=639,
    owasp="API1:2023",
    names_breach=_is_text,
)
