"""missing-authentication: data is reached without knowing who asks."""

from sdd.audit.rules.rule import OpenRoute, Rule
from sdd.diagnostics import Severity


def _always(_: OpenRoute) -> bool:
    return True


RULE = Rule(
    id="missing-authentication",
    severity=Severity.ERROR,
    title="anybody can call this route",
    hint="Depend on a function that verifies the caller's token and raises 401 otherwise.",
    cwe=306,
    owasp="API2:2023",
    names_open_route=_always,
)
