"""debug-credential: a constant in the code, or a switch, stands in for a token."""

from collections.abc import Iterator

from sdd.audit.rules.evidence import debug_constant
from sdd.audit.rules.rule import Audited, OpenRoute, Rule
from sdd.diagnostics import Diagnostic, Severity
from sdd.text import Span


def _accepts_a_constant(route: OpenRoute) -> bool:
    if route.finding is not None and debug_constant(route.finding.case):
        return True
    return debug_constant(route.case)


def _find(audited: Audited) -> Iterator[Diagnostic]:
    """Yield the switches that would let everybody in, and are off as they are delivered."""
    engine = audited.engine
    for switch in engine.switched_off:
        place = engine.switch_places.get(switch)
        if place is not None:
            yield Diagnostic(
                rule=RULE.id,
                severity=Severity.WARNING,
                message=f"the setting {switch.name} switches a check off",
                span=Span(path=place.path, line=place.line, column=place.column),
                hint="Delete the switch; mint real tokens in tests instead.",
                subject=switch.name,
            )


RULE = Rule(
    id="debug-credential",
    severity=Severity.ERROR,
    title="whoever knows a constant from the code is let in",
    hint="Delete the branch; mint real tokens in tests instead.",
    cwe=798,
    owasp="API2:2023",
    names_open_route=_accepts_a_constant,
    find=_find,
)
