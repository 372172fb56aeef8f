"""SQL given as text: which table it touches, and whether it binds the owner."""

import ast
import re

from sdd.audit.attributes import schema
from sdd.audit.engine import Engine
from sdd.audit.expressions import apply
from sdd.audit.logic import Exists, Opaque
from sdd.audit.state import State, Write
from sdd.audit.tokens import is_client
from sdd.audit.values import LibObject, Lit, Result, Value

_TABLE = re.compile(r"\b(from|join|update|into|table)\s+\"?([a-z_][\w.\"]*)", re.IGNORECASE)


def execute_text(engine: Engine, statement: LibObject, state: State, node: ast.AST) -> Value:
    """Run SQL text: rows of the tables that it names, with what is not understood noted."""
    text = statement.args[0] if statement.args else None
    if text is not None and is_client(text):
        engine.remark("sql-injection", node, "the client's words are part of the SQL text", state)
    sql = text.value if isinstance(text, Lit) and isinstance(text.value, str) else None
    if sql is None:
        engine.unknown_check("SQL that is put together at run time", state, ())
        return apply("executed", (statement,))
    place = engine.place(node)
    rows = []
    for _, table in _TABLE.findall(sql):
        entity = schema(engine).of_table(table.strip('"'))
        if entity is not None:
            row = engine.row(entity, ("sql", sql, table), place)
            engine.define(row, Opaque("SQL given as text", (row,)))
            rows.append(row)
    if not rows:
        return apply("executed", (statement,))
    operation = sql.lstrip().split(None, 1)[0].lower()
    if operation in {"update", "delete"}:
        engine.write(state, Write(operation, rows[0], place, "*"))
    elif operation == "select":
        engine.read(state, rows, place)
    state.assume(Exists(rows[0]))
    return Result(rows[0], tuple(rows))
