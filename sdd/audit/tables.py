"""Rows that a statement speaks of: its columns are their fields, its conditions hold for them."""

import ast
from collections.abc import Callable, Mapping
from dataclasses import replace

from sdd.audit.aliases import alias_of
from sdd.audit.attributes import schema
from sdd.audit.engine import Engine
from sdd.audit.logic import (
    Exists,
    Formula,
    Opaque,
    both,
    equal,
    negated,
    parts_of,
    replaced,
    values_in,
)
from sdd.audit.state import State
from sdd.audit.values import (
    NONE,
    Apply,
    ClassInfo,
    Col,
    Field,
    LibObject,
    Phi,
    Query,
    Row,
    Tup,
    Value,
)


def entities_in(targets: tuple[Value, ...]) -> tuple[tuple[str, str], ...]:
    """Return the entities that selected values belong to, as (entity, alias)."""
    found: dict[tuple[str, str], None] = {}
    for target in targets:
        _collect_entities(target, found)
    return tuple(found)


def _collect_entities(value: Value, found: dict[tuple[str, str], None]) -> None:
    alias = alias_of(value)
    if alias is not None:
        found[alias] = None
    elif isinstance(value, ClassInfo) and value.entity:
        found[value.entity, ""] = None
    elif isinstance(value, Col):
        found[value.entity, value.alias] = None
    elif isinstance(value, (Apply, LibObject)):
        for argument in value.args:
            _collect_entities(argument, found)
    elif isinstance(value, Tup):
        for item in value.items:
            _collect_entities(item, found)
    elif isinstance(value, Phi):
        for _, item in value.cases:
            _collect_entities(item, found)


def rows_of(
    engine: Engine, query: Query, outer: tuple[tuple[str, str], ...] = ()
) -> dict[tuple[str, str], Row]:
    """Return the rows that a statement yields, and state what its conditions say of them."""
    place = engine.place(ast.Pass())
    path, line, _ = [*query.site.rsplit(":", 2), "0", "0"][:3]
    place = replace(place, path=path or place.path, line=int(line or 0))
    mentioned = dict.fromkeys(query.entities)
    for part in query.where:
        _collect_columns(part, mentioned)
    for key in outer:
        if key not in query.entities:
            mentioned.pop(key, None)
    rows = {
        key: engine.row(key[0], (query.site, query.where, key[1], query.open), place)
        for key in mentioned
    }
    if rows:
        where = () if query.open else query.where
        if query.open:
            engine.injected.update(dict.fromkeys(rows.values()))
        settled = [part for part in where if not _speaks_of(part, outer, rows)]
        condition = both([instantiated(part, rows) for part in settled])
        others = [Exists(row) for row in rows.values()]
        for row in rows.values():
            engine.define(row, both([condition, *(one for one in others if one.row != row)]))
    return rows


def any_row(engine: Engine, entity: str) -> Row:
    """Return a row that somebody else's code has found, by whatever conditions."""
    row = engine.row(entity, ("found by foreign code",), engine.place(ast.Pass()))
    engine.row_definitions[row] = Opaque("a library reads this table", ())
    return row


def _speaks_of(
    formula: Formula, outer: tuple[tuple[str, str], ...], rows: Mapping[tuple[str, str], Row]
) -> bool:
    found: dict[tuple[str, str], None] = {}
    _collect_columns(formula, found)
    return any(key in found and key not in rows for key in outer)


def _collect_columns(formula: Formula, found: dict[tuple[str, str], None]) -> None:
    for value in values_in(formula):
        for part in parts_of(value):
            if isinstance(part, Col):
                found[part.entity, part.alias] = None


def instantiate(rows: Mapping[tuple[str, str], Row]) -> Callable[[Value], Value]:
    """Return a change of terms that puts rows in the place of columns."""

    def change(value: Value) -> Value:
        if isinstance(value, Col):
            row = rows.get((value.entity, value.alias))
            return Field(row, value.name) if row is not None else value
        if isinstance(value, ClassInfo) and value.entity:
            return rows.get((value.entity, ""), value)
        alias = alias_of(value)
        return rows.get(alias, value) if alias is not None else value

    return change


def instantiated(formula: Formula, rows: Mapping[tuple[str, str], Row]) -> Formula:
    """Return a condition on columns as one on rows."""
    return replaced(formula, instantiate(rows))


def get_row(engine: Engine, entity: str, key: Value, state: State, node: ast.AST) -> Value:
    """`session.get(Model, key)`."""
    found = find_row(engine, entity, key, node)
    engine.read(state, [row for _, row in found.cases if isinstance(row, Row)], engine.place(node))
    return found


def find_row(engine: Engine, entity: str, key: Value, node: ast.AST) -> Phi:
    """Return the row with a key, or none: what is looked up is not yet read."""
    info = schema(engine).entity(entity)
    row = engine.row(entity, ("get", key), engine.place(node))
    keys = [column.name for column in info.columns.values() if column.primary_key]
    if isinstance(key, Tup) and len(keys) == len(key.items):
        condition = both([equal(Field(row, k), v) for k, v in zip(keys, key.items, strict=True)])
    else:
        condition = equal(Field(row, info.key_column), key)
    engine.define(row, condition)
    return Phi(((Exists(row), row), (negated(Exists(row)), NONE)))
