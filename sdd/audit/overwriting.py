"""New rows that take the place of rows which are there: merged objects, upserts."""

import ast
from dataclasses import replace

from sdd.audit.attributes import schema
from sdd.audit.engine import Engine
from sdd.audit.logic import Formula, Opaque, equal, rebuilt, replaced
from sdd.audit.tables import find_row
from sdd.audit.tokens import is_client
from sdd.audit.values import NONE, Col, Field, Instance, Native, Query, Tup, Value

_PROPOSED = frozenset({"excluded", "inserted"})  # PostgreSQL's and SQLite's name, and MySQL's


def overwritten(engine: Engine, made: Instance, node: ast.AST) -> Value:
    """Return the row that `merge` changes instead of making one; NONE: there is none."""
    if made.info is None or made.info.entity is None:
        return NONE
    entity = made.info.entity
    columns = schema(engine).entity(entity).columns.values()
    values = tuple(_given(made, column.name) for column in columns if column.primary_key)
    if not values or NONE in values:
        return NONE
    return find_row(engine, entity, Tup(values) if len(values) > 1 else values[0], node)


def _given(held: Instance, column: str) -> Value:
    """Return what an instance was constructed with for a column; NONE: nothing."""
    from sdd.audit.creation import may_replace  # noqa: PLC0415 - it knows what bodies contain

    hidden = (Field(one, column) for one in reversed(held.rest) if may_replace(one, column))
    return held.get(column) or next(hidden, NONE)


def overwriting(query: Query) -> Query | None:
    """Return the update that an insert makes where its keys are taken; None: it makes none."""
    if query.conflict is None:
        return None
    given = dict(query.changes)
    hidden = tuple(value for name, value in query.changes if name == "*" and is_client(value))

    def change(value: Value) -> Value:
        match value:
            case Field(base=Native(receiver=Query(), name=name), name=column) if name in _PROPOSED:
                return given.get(column, value)
            case _:
                return value

    keys = [key for key in query.conflict.targets if isinstance(key, Col)]
    found: list[Formula] = [
        equal(key, given[key.name]) if key.name in given else Opaque("a key's value", hidden)
        for key in keys
    ] or [Opaque("whichever row has the same keys", ())]
    return replace(
        query.conflict,
        targets=query.targets,
        where=(*found, *(replaced(one, change) for one in query.conflict.where)),
        changes=tuple((name, rebuilt(value, change)) for name, value in query.conflict.changes),
    )
