"""unbound-child: a row that belongs to a parent is not bound to one of the caller's."""

from sdd.audit.rules.rule import Breach, Rule
from sdd.audit.values import Row
from sdd.diagnostics import Severity


def _is_child(breach: Breach) -> bool:
    row = breach.finding.obligation.target
    schema = breach.judge.schema
    if not isinstance(row, Row) or schema.owner_columns(row.entity):
        return False
    return not schema.is_user(row.entity) and any(
        schema.is_owned(parent) for _, parent, _ in schema.parents(row.entity)
    )


RULE = Rule(
    id="unbound-child",
    severity=Severity.ERROR,
    title="the child is not bound to a parent of the caller",
    hint="Also compare the child's foreign key with the parent that was checked.",
    cwe=639,
    owasp="API1:2023",
    names_breach=_is_child,
)
