"""client-owner: a client's id is used as the owner, never equated with the token's subject."""

from sdd.audit.creation import column_value
from sdd.audit.rules.evidence import owner_compared_with_client
from sdd.audit.rules.rule import Breach, Rule
from sdd.audit.tokens import is_client
from sdd.audit.values import Instance, Ref, Row
from sdd.diagnostics import Severity


def _chosen_by_client(breach: Breach) -> bool:
    item = breach.finding.obligation
    if isinstance(item.target, Row):
        return owner_compared_with_client(breach.judge, breach.finding.case, item.target)
    held = (item.heap or {}).get(item.target.uid) if isinstance(item.target, Ref) else None
    if not isinstance(held, Instance):
        return False
    values = [
        column_value(breach.judge, held, column)
        for column in breach.judge.schema.owner_columns(item.entity)
    ]
    return any(value is not None and is_client(value) for value in values)


RULE = Rule(
    id="client-owner",
    severity=Severity.ERROR,
    title="the client chooses whose rows these are",
    hint="Take the owner from the verified token, or compare the client's id with it first.",
    cwe=639,
    owasp="API1:2023",
    names_breach=_chosen_by_client,
)
