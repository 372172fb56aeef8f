"""model-chosen-identity: a language model's tool call chooses whose data is touched."""

from sdd.audit.creation import column_value
from sdd.audit.effects import DELEGATES
from sdd.audit.language_models import NOTE, is_chosen_by_model
from sdd.audit.rules.evidence import owner_compared_with_client
from sdd.audit.rules.rule import Breach, Rule
from sdd.audit.values import Instance, Ref, Row
from sdd.diagnostics import Severity


def _chosen_by_model(breach: Breach) -> bool:
    item = breach.finding.obligation
    if item.operation == DELEGATES:
        return True
    if isinstance(item.target, Row):
        case = breach.finding.case
        return owner_compared_with_client(breach.judge, case, item.target, frozenset({NOTE}))
    held = (item.heap or {}).get(item.target.uid) if isinstance(item.target, Ref) else None
    if not isinstance(held, Instance):
        return False
    values = [
        column_value(breach.judge, held, column)
        for column in breach.judge.schema.owner_columns(item.entity)
    ]
    return any(value is not None and is_chosen_by_model(value) for value in values)


RULE = Rule(
    id="model-chosen-identity",
    severity=Severity.ERROR,
    title="a language model chooses whose data is touched",
    hint="Leave the user's id out of the tool's parameters and pass the signed-in user's yourself.",
    cwe=639,
    owasp="API1:2023",
    names_breach=_chosen_by_model,
)
