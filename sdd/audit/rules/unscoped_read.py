"""unscoped-read: rows are read that need not be the caller's."""

from sdd.audit.rules.rule import Breach, Rule
from sdd.diagnostics import Severity


def _is_read(breach: Breach) -> bool:
    return breach.finding.obligation.operation == "read"


RULE = Rule(
    id="unscoped-read",
    severity=Severity.ERROR,
    title="rows are read that need not be the caller's",
    hint="Compare the owner with the signed-in user in the query, or before the row is returned.",
    cwe=639,
    owasp="API1:2023",
    names_breach=_is_read,
)
