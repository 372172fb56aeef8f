"""unscoped-write: rows are written that need not be the caller's."""

from sdd.audit.rules.rule import Breach, Rule
from sdd.diagnostics import Severity


def _is_write(breach: Breach) -> bool:
    return breach.finding.obligation.operation != "read"


RULE = Rule(
    id="unscoped-write",
    severity=Severity.ERROR,
    title="rows are written that need not be the caller's",
    hint="Compare the owner with the signed-in user in the query, or before the commit.",
    cwe=639,
    owasp="API1:2023",
    names_breach=_is_write,
)
