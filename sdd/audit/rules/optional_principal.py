"""optional-principal: a user that may be None is used without a guard."""

from sdd.audit.rules.evidence import is_optional_caller
from sdd.audit.rules.rule import OpenRoute, Rule
from sdd.diagnostics import Severity


def _optional(route: OpenRoute) -> bool:
    return any(map(is_optional_caller, route.run.values))


RULE = Rule(
    id="optional-principal",
    severity=Severity.ERROR,
    title="the signed-in user may be None here",
    hint="Raise 401 when the user is None, or depend on the function that requires one.",
    cwe=287,
    owasp="API2:2023",
    names_open_route=_optional,
)
