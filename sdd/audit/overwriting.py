"""New rows that take the place of rows which are there: merged objects, upserts."""

import ast

from sdd.audit.attributes import schema
from sdd.audit.engine import Engine
from sdd.audit.logic import NO, Exists, parts_of
from sdd.audit.state import State, Write
from sdd.audit.tables import get_row
from sdd.audit.tokens import is_client
from sdd.audit.values import NONE, Field, Instance, Phi, Row, Value


def overwrite(engine: Engine, made: Instance, state: State, node: ast.AST) -> None:
    """Note that what is saved under a key replaces the row that has this key already."""
    if made.info is None or made.info.entity is None:
        return
    column = schema(engine).entity(made.info.entity).key_column
    key = _key_of(made, column)
    if key is None:
        return
    found = get_row(engine, made.info.entity, key, state, node)
    rows = [item for _, item in found.cases] if isinstance(found, Phi) else []
    for row in rows:
        if isinstance(row, Row) and state.simplify(Exists(row)) != NO:
            for name, value in made.fields:
                if name != column:
                    engine.write(state, Write("update", row, engine.place(node), name, value))


def _key_of(made: Instance, column: str) -> Value | None:
    """Return the key, if it is the client's or another row's: what is new overwrites nothing."""
    from sdd.audit.creation import may_replace  # noqa: PLC0415 - it knows what bodies contain

    given = made.get(column)
    if given is None:
        hidden = [one for one in made.rest if is_client(one) and may_replace(one, column)]
        given = Field(hidden[-1], column) if hidden else NONE
    chosen = is_client(given) or any(isinstance(part, Row) for part in parts_of(given))
    return given if chosen else None
