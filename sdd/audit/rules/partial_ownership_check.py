"""partial-ownership-check: the check is not on every path, or comes too late."""

from sdd.audit.rules.evidence import compares_with_caller
from sdd.audit.rules.rule import Breach, Rule
from sdd.audit.values import Row
from sdd.diagnostics import Severity


def _checked_elsewhere(breach: Breach) -> bool:
    row = breach.finding.obligation.target
    if not isinstance(row, Row):
        return False
    definition = breach.judge.engine.row_definitions.get(row)
    formulas = [
        *breach.finding.obligation.facts,
        *([definition] if definition is not None else []),
        *(fact for end in breach.run.ends for fact in end.facts),
    ]
    return compares_with_caller(breach.judge, formulas, row)


RULE = Rule(
    id="partial-ownership-check",
    severity=Severity.ERROR,
    title="the ownership check is not on every path to this effect",
    hint="Check before the effect, on every path, and act on the result.",
    cwe=863,
    owasp="API1:2023",
    names_breach=_checked_elsewhere,
)
