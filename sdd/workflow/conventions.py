"""What the specs leave open and convention fills: told to agents, and to the human at the end."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import Enum

from typing_extensions import override

from sdd.ir import Application, Column, Default, Endpoint, Entity, ErrorPolicy
from sdd.ir.behaviour import operations
from sdd.ir.model import AuthPolicy
from sdd.text import Span

MOST_LINES = 60

_WORDS = {
    "auth": "a signed-in user is required",
    "success_status": "success status",
    "statuses": "statuses",
    "owner_column": "owner column",
    "managed_by": "managed by",
    "table": "table",
    "type": "type",
    "item": "type of the items",
    "nullable": "may be null",
    "primary_key": "primary key",
    "unique": "unique",
    "default": "default",
    "mode": "how tokens are verified",
    "required": "a user is required unless an endpoint says otherwise",
    "subject": "claim with the user's id",
    "secret_variable": "variable with the secret",
    "validation_status": "status for invalid input",
    "foreign_status": "status for a row of another user",
    "path_user_status": "status for another user's id in the path",
    "fields": "fields of an error",
}
# What a wrong guess would make visible to clients or unsafe; the rest is not worth a question.
_WORTH_ASKING = frozenset(
    {
        "auth",
        "success_status",
        "owner_column",
        "type",
        "mode",
        "subject",
        "validation_status",
        "foreign_status",
        "path_user_status",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Convention:
    """One value that no document states.

    Attributes:
        subject: What it is a value of, as people say it.
        attribute: The attribute's name in the model.
        orders: The orders that need to know.
    """

    subject: str
    attribute: str
    value: str
    orders: tuple[str, ...]
    place: Span | None = None

    @override
    def __str__(self) -> str:
        """Return it as one line."""
        return f"{self.subject}: {_WORDS[self.attribute]} = {self.value}"

    @property
    def worth_asking(self) -> bool:
        """Whether a wrong guess would be felt by clients, or unsafe."""
        return self.attribute in _WORTH_ASKING


def conventions(application: Application) -> tuple[Convention, ...]:
    """Return what a convention filled in, in the order of the application's parts."""
    return tuple(_all(application))


def settled(found: Sequence[Convention]) -> Mapping[str, tuple[str, ...]]:
    """Return the lines that each order is told, by order id."""
    lines: dict[str, list[str]] = {}
    for convention in found:
        for order in convention.orders:
            lines.setdefault(order, []).append(str(convention))
    return {order: tuple(dict.fromkeys(some))[:MOST_LINES] for order, some in lines.items()}


def _all(application: Application) -> Iterator[Convention]:
    yield from _of(application.auth, "Tokens", ("auth", "tests"))
    for convention in _of(application.errors, "Errors", ("schemas", "routes", "errors", "tests")):
        if convention.attribute != "path_user_status" or _has_path_user(application):
            yield convention
    for entity in application.entities:
        if entity.managed_by is None or "managed_by" in entity.assumed:
            yield from _of(entity, f"`{entity.name}`", ("models", "repositories"))
            for column in entity.columns:
                where = f"`{entity.table or entity.name}.{column.name}`"
                yield from _of(column, where, ("models",), entity.span)
    for endpoint in application.endpoints:
        yield from _of(endpoint, f"`{endpoint.name}`", ("routes", "tests"))


def _has_path_user(application: Application) -> bool:
    return any(item.path_user for item in operations(application))


def _of(
    value: AuthPolicy | ErrorPolicy | Entity | Column | Endpoint,
    subject: str,
    orders: tuple[str, ...],
    place: Span | None = None,
) -> Iterator[Convention]:
    for item in fields(value):
        if item.name in value.assumed and item.name in _WORDS:
            shown = _shown(getattr(value, item.name))
            if shown:
                yield Convention(
                    subject=subject,
                    attribute=item.name,
                    value=shown,
                    orders=orders,
                    place=value.span or place,
                )


def _shown(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case Enum():
            return str(value.value)
        case Default():
            return repr(value.value) if value.factory is None else value.factory.value
        case tuple() | frozenset():
            return ", ".join(map(str, value))
        case _:
            return str(value)
