"""unproven-tenant: a client's tenant id is used without proof of membership."""

from sdd.audit.rules.evidence import sides
from sdd.audit.rules.rule import Breach, Rule
from sdd.audit.tokens import is_client
from sdd.audit.values import Field, Row
from sdd.diagnostics import Severity


def _chosen_tenant(breach: Breach) -> bool:
    row = breach.finding.obligation.target
    schema = breach.judge.schema
    if not isinstance(row, Row) or schema.owner_columns(row.entity):
        return False
    columns = {
        Field(row, column)
        for column, parent, _ in schema.parents(row.entity)
        if schema.memberships(parent)
    }
    if schema.memberships(row.entity):
        columns.add(Field(row, schema.entity(row.entity).key_column))
    case = breach.finding.case
    return any(
        mine in columns and is_client(theirs)
        for literal in (case.literals if case else ())
        for mine, theirs in sides(literal)
    )


RULE = Rule(
    id="unproven-tenant",
    severity=Severity.ERROR,
    title="the client names a tenant that it need not belong to",
    hint="Look the membership up with the signed-in user's id before using the tenant's.",
    cwe=639,
    owasp="API1:2023",
    names_breach=_chosen_tenant,
)
