"""Column types and makers of values.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any
from uuid import uuid4

from pydantic_core import to_jsonable_python
from sqlalchemy import JSON, Boolean, DateTime, Dialect, Enum
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement
from sqlalchemy.types import TypeDecorator


class UTCDateTime(TypeDecorator[datetime]):
    """A moment with its time zone; SQLite keeps none, so all are stored in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        """Turn a moment into UTC; one without a zone is taken to be in UTC already."""
        if value is None or value.tzinfo is None:
            return value if value is None else value.replace(tzinfo=UTC)
        try:
            return value.astimezone(UTC)
        except (
            OverflowError
        ):  # within hours of the first or last year: no zone can be applied
            return value.replace(tzinfo=UTC)

    def process_result_value(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        """Give a moment its zone back."""
        if value is None:
            return None
        return (
            value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        )


class JSONValue(TypeDecorator[Any]):
    """A JSON document; None is NULL, not the document `null`."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Write ids, moments and amounts as the API shows them."""
        return to_jsonable_python(value)


class list_contains(FunctionElement[bool]):  # noqa: N801 - reads as a function
    """Whether a JSON list holds a text: `list_contains(column, text)`."""

    type = Boolean()
    inherit_cache = True


@compiles(list_contains, "sqlite")
def _in_sqlite(element: list_contains, compiler: Any, **options: Any) -> str:
    column, value = (compiler.process(part, **options) for part in element.clauses)
    return f"{value} IN (SELECT json_each.value FROM json_each({column}))"


@compiles(list_contains, "postgresql")
def _in_postgresql(element: list_contains, compiler: Any, **options: Any) -> str:
    column, value = (compiler.process(part, **options) for part in element.clauses)
    return f"CAST({column} AS JSONB) @> jsonb_build_array(CAST({value} AS TEXT))"


def string_enum(choices: type[StrEnum]) -> Enum:
    """Return a column type that stores the values of an enumeration as text."""
    return Enum(
        choices,
        values_callable=lambda members: [member.value for member in members],
        native_enum=False,
        create_constraint=True,
        name=choices.__name__.lower(),
    )


def utc_now() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


def today() -> date:
    """Return the present day in UTC."""
    return utc_now().date()


def new_id() -> str:
    """Return a new id that cannot be guessed."""
    return str(uuid4())
