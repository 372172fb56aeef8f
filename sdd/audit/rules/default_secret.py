"""default-secret: a signing secret stands in the code."""

from collections.abc import Iterator

from sdd.audit.rules.remarks import remarked
from sdd.audit.rules.rule import Audited, Rule
from sdd.diagnostics import Diagnostic, Severity


def _find(audited: Audited) -> Iterator[Diagnostic]:
    return remarked(audited, RULE.id, RULE.severity, RULE.hint)


RULE = Rule(
    id="default-secret",
    severity=Severity.ERROR,
    title="a signing secret stands in the code",
    hint="Read the secret from the environment and refuse to start without it.",
    cwe=798,
    owasp="API8:2023",
    find=_find,
)
