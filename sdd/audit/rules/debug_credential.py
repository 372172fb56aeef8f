"""debug-credential: a constant in the code is accepted in place of a token."""

from sdd.audit.rules.evidence import debug_constant
from sdd.audit.rules.rule import OpenRoute, Rule
from sdd.diagnostics import Severity


def _accepts_a_constant(route: OpenRoute) -> bool:
    if route.finding is not None and debug_constant(route.finding.case):
        return True
    return debug_constant(route.case)


RULE = Rule(
    id="debug-credential",
    severity=Severity.ERROR,
    title="whoever knows a constant from the code is let in",
    hint="Delete the branch; mint real tokens in tests instead.",
    cwe=798,
    owasp="API2:2023",
    names_open_route=_accepts_a_constant,
)
