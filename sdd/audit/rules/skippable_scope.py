"""skippable-scope: the filter is left out when a value is missing."""

from sdd.audit.logic import And, Eq, Formula, Not, Or, Truthy, atoms
from sdd.audit.rules.evidence import sides
from sdd.audit.rules.rule import Breach, Rule
from sdd.audit.values import NONE, Field, Row
from sdd.diagnostics import Severity


def _left_out(breach: Breach) -> bool:
    row = breach.finding.obligation.target
    if not isinstance(row, Row):
        return False
    definition = breach.judge.engine.row_definitions.get(row)
    if definition is None:
        return False
    columns = {Field(row, name) for name in breach.judge.schema.owner_columns(row.entity)}
    bound = any(mine in columns for atom in atoms([definition]) for mine, _ in sides(atom))
    return bound and not _always(definition, columns) and _has_absence(definition)


def _always(definition: Formula, columns: set[Field]) -> bool:
    """Whether the owner is compared outside every alternative."""
    if isinstance(definition, Or):
        return False
    parts = definition.parts if isinstance(definition, And) else (definition,)
    return any(mine in columns for part in parts for mine, _ in sides(part))


def _has_absence(definition: Formula) -> bool:
    """Whether some alternative is for a value that is None or empty."""
    parts = definition.parts if isinstance(definition, (And, Or)) else (definition,)
    for part in parts:
        if isinstance(part, Not) and isinstance(part.atom, Truthy):
            return True
        if isinstance(part, Eq) and NONE in {part.left, part.right}:
            return True
        if isinstance(part, (And, Or)) and _has_absence(part):
            return True
    return False


RULE = Rule(
    id="skippable-scope",
    severity=Severity.ERROR,
    title="the owner's filter is left out on some path",
    hint="Require the owner's id; never make its filter conditional.",
    cwe=639,
    owasp="API1:2023",
    names_breach=_left_out,
)
