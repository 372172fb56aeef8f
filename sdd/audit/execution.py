"""Executing statements: rows for a select, pending writes for the others."""

import ast
from collections.abc import Callable, Mapping

from sdd.audit.aliases import alias_of
from sdd.audit.effects import Arguments
from sdd.audit.engine import Engine
from sdd.audit.logic import YES, Exists, Formula, both, negated
from sdd.audit.overwriting import overwriting
from sdd.audit.parameters import executed
from sdd.audit.portions import part_of
from sdd.audit.rawsql import execute_text, is_sql
from sdd.audit.state import State, Write
from sdd.audit.strangers import note_stranger, strangers
from sdd.audit.tables import instantiate, rows_of
from sdd.audit.unknowns import apply
from sdd.audit.values import (
    NONE,
    Apply,
    Instance,
    LibObject,
    Lit,
    Many,
    Phi,
    Query,
    Result,
    Row,
    Tup,
    Value,
)

_OPTIONAL = frozenset({"first", "one_or_none", "scalar_one_or_none", "scalar", "fetchone"})
_FIRST = frozenset({"first", "scalar", "fetchone"})
_CERTAIN = frozenset({"one", "scalar_one"})
_SEVERAL = frozenset({"all", "fetchall", "fetchmany", "partitions", "to_list"})
_OPERATIONS = {"select": "read", "insert": "create", "update": "update", "delete": "delete"}
_TRANSPARENT = frozenset({"scalars", "mappings", "unique", "tuples", "columns", "yield_per"})


def execute(
    engine: Engine,
    statement: Value,
    state: State,
    node: ast.AST,
    arguments: Arguments = Arguments(),  # noqa: B008 - frozen
) -> Value:
    """Run a statement: rows for a select, a pending write for the others."""
    if isinstance(statement, Phi):
        return engine.each(
            state, statement, lambda branch, item: execute(engine, item, branch, node, arguments)
        )
    if is_text(statement):
        return execute_text(engine, statement, arguments, state, node)
    if not isinstance(statement, Query):
        return apply("executed", (statement,))
    return engine.each(
        state,
        executed(engine, statement, arguments, state),
        lambda branch, item: _run(engine, item, branch, node),
    )


def _run(engine: Engine, statement: Value, state: State, node: ast.AST) -> Value:
    """Run a statement whose parameters are bound."""
    if not isinstance(statement, Query):
        return NONE
    rows = rows_of(engine, statement)
    unknown = [
        note_stranger(engine, _OPERATIONS[statement.kind], name, state, node)
        for name in strangers(statement.targets)
    ]
    if statement.kind != "select":
        return _write_statement(engine, statement, rows, state, node)
    place = engine.place(node)
    engine.read(state, list(rows.values()), place)
    change = instantiate(rows)
    targets = unknown or [_projected(target, rows, change) for target in statement.targets]
    element = targets[0] if len(targets) == 1 else Tup(tuple(targets))
    return Result(element, tuple(rows.values()))


def _projected(
    target: Value, rows: Mapping[tuple[str, str], Row], change: Callable[[Value], Value]
) -> Value:
    if isinstance(target, (LibObject, Apply)) and alias_of(target) is None:
        return Apply("aggregate", tuple(rows.values()))
    if isinstance(target, Tup):
        return Tup(tuple(_projected(item, rows, change) for item in target.items))
    return change(target)


def _write_statement(
    engine: Engine,
    statement: Query,
    rows: Mapping[tuple[str, str], Row],
    state: State,
    node: ast.AST,
) -> Value:
    place = engine.place(node)
    if statement.kind == "insert":
        entity = statement.entities[0][0] if statement.entities else None
        info = engine.entities.get(entity or "")
        if info is not None:
            fields = tuple(pair for pair in statement.changes if pair[0] != "*")
            rest = tuple(value for key, value in statement.changes if key == "*")
            made = engine.allocate(state, Instance(info, fields, rest, statement.site))
            engine.write(state, Write("create", made, place))
        changed = overwriting(statement)
        if changed is not None:
            execute(engine, changed, state, node)
        return apply("inserted", ())
    target = next(iter(rows.values()), None)
    if target is None:
        return apply("executed", ())
    if statement.kind == "delete":
        engine.write(state, Write("delete", target, place))
    for column, value in statement.changes or (("*", NONE),):
        if statement.kind == "update":
            engine.write(state, Write("update", target, place, column, value))
    return Result(Apply("changed", (target,)), ())


def result_method(
    engine: Engine, result: Result, name: str, arguments: Arguments, state: State, node: ast.AST
) -> Value:
    """Call a method of a result."""
    del arguments, node
    if name in _TRANSPARENT:
        return result
    if name in _SEVERAL:
        return Many(result.element)
    if name in _CERTAIN:
        for row in result.rows:
            state.assume(Exists(row))
        return result.element
    if name in _OPTIONAL:
        if isinstance(result.element, Apply):
            return result.element
        if name in _FIRST:
            result = _first_of(engine, result, state)
        guard = both([Exists(row) for row in result.rows])
        return Phi(((guard, result.element), (_absent(result), NONE)))
    return apply(name, (result.element,))


def _first_of(engine: Engine, result: Result, state: State) -> Result:
    """Return the first of the rows; what is checked of it is not said of the others."""
    match part_of(engine, Tup((result.element, *result.rows)), "first", state):
        case Tup(items=(element, *rows)):
            return Result(element, tuple(row for row in rows if isinstance(row, Row)))
        case _:
            return result


def _absent(result: Result) -> Formula:
    return negated(Exists(result.rows[0])) if result.rows else YES


def is_statement(value: Value) -> bool:
    """Whether a value is something that a database executes."""
    if isinstance(value, Phi):
        return any(is_statement(item) for _, item in value.cases)
    return isinstance(value, Query) or is_text(value)


def is_text(value: Value) -> bool:
    """Whether a value is SQL text."""
    if isinstance(value, (Lit, Apply)):
        return is_sql(value)
    return isinstance(value, LibObject) and value.name.rpartition(".")[2] == "text"
