"""Plans of registration and login, for backends that sign users in themselves."""

from dataclasses import dataclass

from sdd.generate.domain import Domain, Table
from sdd.generate.repositories import MethodPlan, Repositories
from sdd.generate.schemas import FieldPlan
from sdd.generate.scopes import Scope
from sdd.ir import Column, Factory, Field, Type
from sdd.ir.behaviour import Operation, secret_column
from sdd.ir.matching import find_column, identifier

_UNCONFINED = Scope(joins=(), conditions=(), steps=(), foreign=None)
_NAMES = ("email", "username", "login", "name", "identifier")


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPlan:
    """What a handler for registration or login needs to know.

    Attributes:
        sent: The attribute of the body that identifies the user.
        finder: The repository's method that finds a user by it.
        password: The attribute of the body with the password.
        hashed: The attribute of the model with its hash.
        token: Whether the answer contains a token.
    """

    repository: str
    key: str
    sent: str
    finder: str
    password: str
    hashed: str
    token: bool


def password_field(operation: Operation) -> Field | None:
    """Find the field of a body that holds the password."""
    request = operation.endpoint.request
    for item in request.fields if request else ():
        if identifier(item.name) in {"password", "passwd", "pwd"}:
            return item
    return None


def identifying(table: Table, operation: Operation) -> tuple[Field, Column] | None:
    """Find the field of a body that says who signs in, and the column that it is compared with."""
    request = operation.endpoint.request
    fields = {identifier(item.name): item for item in (request.fields if request else ())}
    email = find_column(table.entity, "email")
    for word in _NAMES:
        field = fields.get(word)
        if field is None or field.shape.type is not Type.STR:
            continue
        column = find_column(table.entity, field.name) or email
        if column is not None:
            return field, column
    return None


def plan_session(
    domain: Domain,
    repositories: Repositories,
    operation: Operation,
    body: str,
    fields: tuple[FieldPlan, ...],
) -> SessionPlan:
    """Plan the repository's part of a registration or login."""
    table = domain.user
    hashed = secret_column(table.entity) if table else None
    password = password_field(operation)
    found = identifying(table, operation) if table else None
    if table is None or hashed is None or password is None or found is None:
        raise ValueError(operation.endpoint.name)
    lines = {line.json: line.attribute for line in fields}
    sent, column = lines[found[0].name], found[1]
    finder = _finder(repositories, table, column)
    plan = SessionPlan(
        repository=domain.access(table),
        key=table.attributes[table.key.name],
        sent=sent,
        finder=finder,
        password=lines[password.name],
        hashed=table.attributes[hashed.name],
        token=False,
    )
    if operation.action.value == "register":
        _registration(repositories, table, plan, body, fields)
    return plan


def _finder(repositories: Repositories, table: Table, column: Column) -> str:
    attribute = table.attributes[column.name]
    return repositories.add(
        table,
        MethodPlan(
            kind="find_by",
            name=f"find_by_{attribute}",
            doc=f"Return the {table.label} with this {attribute.strip('_')}, if there is one.",
            signature=f"{attribute}: {table.annotation(column)}",
            returns=f"{table.cls} | None",
            scope=_UNCONFINED,
            conditions=(f"{table.ref(column)} == {attribute}",),
        ),
    )


def _registration(
    repositories: Repositories,
    table: Table,
    plan: SessionPlan,
    body: str,
    fields: tuple[FieldPlan, ...],
) -> None:
    columns = set(table.attributes.values())
    moments = [
        table.attributes[column.name]
        for column in table.entity.columns
        if column.default and column.default.factory is Factory.NOW and column.type is Type.DATETIME
    ]
    shared = [(name, "now") for name in moments] if len(moments) > 1 else []
    repositories.add(
        table,
        MethodPlan(
            kind="register",
            name="register",
            doc=f"Store a new {table.label} with the hash of the password.",
            signature=f"data: {body}, {plan.hashed}: str",
            returns=table.cls,
            scope=_UNCONFINED,
            loads=f"self.{plan.finder}(data.{plan.sent})",
            settings=((plan.hashed, plan.hashed), *shared),
            excluded=tuple(
                repr(line.attribute)
                for line in fields
                if line.attribute not in columns or line.attribute == plan.hashed
            ),
            now=bool(shared),
        ),
    )
