"""Database sessions: what is executed, fetched, added, deleted and committed."""

import ast

from sdd.audit.effects import Arguments
from sdd.audit.engine import Engine
from sdd.audit.execution import execute, is_statement, result_method
from sdd.audit.items import elements
from sdd.audit.overwriting import overwritten
from sdd.audit.queries import begin, not_understood
from sdd.audit.state import State, Write
from sdd.audit.strangers import note_stranger, session_stranger, statement_stranger, strangers
from sdd.audit.tables import entities_in, get_row
from sdd.audit.values import (
    NONE,
    ClassInfo,
    DictObject,
    Instance,
    ListObject,
    Many,
    Phi,
    Ref,
    Result,
    Row,
    Value,
)

EXECUTES = frozenset(
    {"exec", "execute", "scalars", "scalar", "stream", "stream_scalars", "exec_driver_sql",
     "fetch", "fetchrow", "fetchval", "fetch_all", "fetch_one", "executemany", "executescript"}
)  # fmt: skip


def session_method(
    engine: Engine,
    receiver: Value,
    name: str,
    arguments: Arguments,
    state: State,
    node: ast.AST,
) -> Value | None:
    """Model a call that by its name and arguments can only be a session's; None: it is not."""
    found = _on_tables(engine, name, arguments, state, node)
    if found is not None:
        return found
    first = arguments.positional[0] if arguments.positional else arguments.get("statement")
    if name in EXECUTES and first is not None:
        return statement_stranger(engine, receiver, first, state, node)
    return session_stranger(engine, receiver, name, arguments, state, node)


def _on_tables(
    engine: Engine, name: str, arguments: Arguments, state: State, node: ast.AST
) -> Value | None:
    first = arguments.positional[0] if arguments.positional else arguments.get("statement")
    if name in EXECUTES and first is not None and not is_statement(first):
        first = not_understood(engine, first, node)
    if name in EXECUTES and first is not None and is_statement(first):
        result = execute(engine, first, state, node, arguments)
        if name == "scalar" and isinstance(result, Result):
            return result_method(engine, result, "scalar", arguments, state, node)
        return result
    if name in {"get", "get_one"} and isinstance(first, (ClassInfo, Phi)) and entities_in((first,)):
        key = arguments.get("ident", 1) or NONE
        return engine.each(
            state, first, lambda branch, one: _get(engine, name, one, key, branch, node)
        )
    if name == "query" and arguments.positional and entities_in(arguments.positional):
        return begin("select")(engine, arguments, state, node)
    return _session_write(engine, name, first, state, node, arguments)


def _get(engine: Engine, name: str, table: Value, key: Value, state: State, node: ast.AST) -> Value:
    if not isinstance(table, ClassInfo) or not table.entity:
        return note_stranger(engine, "read", next(iter(strangers([table])), "?"), state, node)
    found = get_row(engine, table.entity, key, state, node)
    if name == "get_one" and isinstance(found, Phi):
        state.assume(found.cases[0][0])
        return found.cases[0][1]
    return found


def _session_write(
    engine: Engine,
    name: str,
    first: Value | None,
    state: State,
    node: ast.AST,
    arguments: Arguments,
) -> Value | None:
    if name == "commit" and not arguments.positional:
        engine.commit(state)
        return NONE
    if name == "rollback":
        engine.roll_back(state)
        return NONE
    if name in {"add", "add_all", "merge", "bulk_save_objects", "delete"} and first is not None:
        return _added(engine, name, first, state, node)
    return None


def _added(engine: Engine, name: str, value: Value, state: State, node: ast.AST) -> Value | None:
    place = engine.place(node)
    kept: list[bool] = []

    def changed(branch: State, item: Value, made: Value) -> Value:
        if isinstance(item, Row):
            update_all(engine, item, made, branch, node)
        return item

    def one(branch: State, item: Value) -> Value:
        held = engine.load(branch, item) if isinstance(item, Ref) else None
        if isinstance(held, ListObject) or isinstance(item, (Many, Result)):
            return one(branch, elements(engine, item, branch))
        if isinstance(item, Row) and name == "delete":
            engine.write(branch, Write("delete", item, place))
            kept.append(True)
        elif isinstance(held, Instance) and held.info is not None and held.info.entity:
            if name == "merge":
                there = overwritten(engine, held, node)
                engine.each(branch, there, lambda case, row: changed(case, row, item))
            engine.write(branch, Write("create", item, place))
            kept.append(True)
        elif isinstance(item, Row):
            kept.append(True)
        elif isinstance(item, Phi):
            return engine.each(branch, item, one)
        return item

    result = engine.each(state, value, one)
    return result if kept else None


def set_column(
    engine: Engine, row: Row, column: str, value: Value, state: State, node: ast.AST
) -> None:
    """`row.column = value`: pending until the next commit."""
    engine.set_field(state, row, column, value)
    engine.write(state, Write("update", row, engine.place(node), column, value))


def update_all(engine: Engine, target: Value, source: Value, state: State, node: ast.AST) -> None:
    """Set every column that a mapping names, on a row or a new instance."""
    held = engine.load(state, source) if isinstance(source, Ref) else None
    if isinstance(held, DictObject):
        pairs = [*held.items, *(("*", more) for more in held.more)]
    elif isinstance(held, Instance):
        pairs = [*held.fields, *(("*", more) for more in held.rest)]
    else:
        pairs = [("*", source)]
    for column, value in pairs:
        if isinstance(target, Row):
            if column == "*":
                engine.write(state, Write("update", target, engine.place(node), "*", value))
            else:
                set_column(engine, target, column, value, state, node)
        elif isinstance(target, Ref) and column != "*":
            engine.set_field(state, target, column, value)
