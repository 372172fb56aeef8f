"""mass-assignment: the request's body can set the owner."""

from sdd.audit.creation import column_value
from sdd.audit.rules.rule import Breach, Rule
from sdd.audit.tokens import is_client
from sdd.audit.values import Instance, Ref
from sdd.diagnostics import Severity


def _from_the_body(breach: Breach) -> bool:
    item = breach.finding.obligation
    if breach.finding.gives_away:
        return True
    held = (item.heap or {}).get(item.target.uid) if isinstance(item.target, Ref) else None
    if not isinstance(held, Instance):
        return False
    for column in breach.judge.schema.owner_columns(item.entity):
        value = column_value(breach.judge, held, column)
        if held.get(column) is None and value is not None and is_client(value):
            return True
    return False


RULE = Rule(
    id="mass-assignment",
    severity=Severity.ERROR,
    title="the request's body can set the owner",
    hint="Leave the owner out of the request's model and set it from the token.",
    cwe=915,
    owasp="API3:2023",
    names_breach=_from_the_body,
)
