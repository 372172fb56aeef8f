"""leaking-error: an exception's text goes to the client."""

from collections.abc import Iterator

from sdd.audit.rules.remarks import remarked
from sdd.audit.rules.rule import Audited, Rule
from sdd.diagnostics import Diagnostic, Severity


def _find(audited: Audited) -> Iterator[Diagnostic]:
    return remarked(audited, RULE.id, RULE.severity, RULE.hint)


RULE = Rule(
    id="leaking-error",
    severity=Severity.WARNING,
    title="an exception's text goes to the client",
    hint="Log the exception and answer with a sentence of your own.",
    cwe=209,
    owasp="API8:2023",
    find=_find,
)
