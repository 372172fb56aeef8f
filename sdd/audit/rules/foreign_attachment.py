"""foreign-attachment: a client's foreign key puts a row under one that is somebody else's."""

from sdd.audit.rules.rule import Breach, Rule
from sdd.diagnostics import Severity


def _attaches(breach: Breach) -> bool:
    return breach.finding.attaches


RULE = Rule(
    id="foreign-attachment",
    severity=Severity.WARNING,
    title="a row of the caller's is put under a row that nobody has checked",
    hint="Look the referenced row up with the signed-in user's id before using its key.",
    cwe=639,
    owasp="API1:2023",
    names_breach=_attaches,
)
