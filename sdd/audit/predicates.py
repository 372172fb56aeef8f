"""Conditions on columns: in statements, in subqueries and over relationships."""

import ast

from sdd.audit.attributes import schema
from sdd.audit.effects import Arguments
from sdd.audit.engine import Engine
from sdd.audit.injection import INJECTED, is_injected
from sdd.audit.items import elements, in_many
from sdd.audit.logic import (
    YES,
    Exists,
    Formula,
    Holds,
    Opaque,
    Truthy,
    both,
    either,
    equal,
    negated,
    rebuilt,
)
from sdd.audit.state import State
from sdd.audit.tables import instantiate, instantiated, rows_of
from sdd.audit.values import (
    NONE,
    Col,
    Field,
    ListObject,
    Lit,
    Many,
    Phi,
    Query,
    Ref,
    Truth,
    Tup,
    Value,
)


def predicate(
    engine: Engine, value: Value, state: State, outer: tuple[tuple[str, str], ...] = ()
) -> Formula:
    """Return what a value that is passed as a condition says."""
    match value:
        case Truth(formula=formula):
            return formula
        case Phi(cases=cases):
            return either(
                [both([guard, predicate(engine, one, state, outer)]) for guard, one in cases]
            )
        case Lit():
            return YES if value.value else Opaque("a constant condition", ())
        case Ref() | Many():
            element = elements(engine, value, state)
            return predicate(engine, element, state, outer) if element != value else YES
        case Col():
            return Truthy(value)
        case Query():
            return _subquery(engine, value, outer)
        case _:
            injected = is_injected(value, state.every_fact())
            return Opaque(INJECTED if injected else "a condition that is not understood", (value,))


def comparison(
    engine: Engine, left: Value, name: str, arguments: Arguments, state: State
) -> Truth | None:
    """Call a method that compares what stands in a statement with something; None: another one."""
    first = arguments.positional[0] if arguments.positional else NONE
    if name == "in_":
        return Truth(contained(engine, left, first, state))
    if name in {"is_", "__eq__", "is_not_distinct_from"}:
        return Truth(equal(left, first))
    if name in {"isnot", "is_not", "__ne__"}:
        return Truth(negated(equal(left, first)))
    if name in {"notin_", "not_in"}:
        return Truth(Holds("not in", (left, first)))
    return None


def column_method(
    engine: Engine, column: Col, name: str, arguments: Arguments, state: State
) -> Value:
    """Call a method of a column."""
    compared = comparison(engine, column, name, arguments, state)
    if compared is not None:
        return compared
    if name in {"any", "has"}:
        return Truth(_related_has(engine, column, arguments, state))
    if name in {"desc", "asc", "nullslast", "nullsfirst", "label", "nulls_last", "nulls_first",
                "distinct", "cast", "collate", "op"}:  # fmt: skip
        return column
    return Truth(Holds(name, (column, *arguments.every())))


def _related_has(engine: Engine, column: Col, arguments: Arguments, state: State) -> Formula:
    relation = schema(engine).entity(column.entity).relationship(column.name)
    link = schema(engine).link(column.entity, column.name)
    if relation is None or link is None or column.alias:
        return Opaque("a condition over a relationship", (column,))
    other = engine.row(
        relation.target,
        ("has", column, arguments.positional, arguments.keywords),
        engine.place(ast.Pass()),
    )
    conditions = [predicate(engine, value, state) for value in arguments.positional]
    conditions += [equal(Col(relation.target, key), value) for key, value in arguments.keywords]
    engine.define(
        other, both([instantiated(one, {(relation.target, ""): other}) for one in conditions])
    )
    return both([Exists(other), equal(Col(column.entity, link[0]), Field(other, link[1]))])


def contained(engine: Engine, column: Value, collection: Value, state: State) -> Formula:
    """`column.in_(collection)`."""
    match collection:
        case Query():
            rows = rows_of(engine, collection)
            first = collection.targets[0] if collection.targets else NONE
            target = rebuilt(first, instantiate(rows))
            return both([*(Exists(row) for row in rows.values()), equal(column, target)])
        case Many(element=element):
            return in_many(engine, column, element)
        case Ref():
            held = engine.load(state, collection)
            if isinstance(held, ListObject) and not held.more:
                return either([both([guard, equal(column, one)]) for guard, one in held.items])
            if isinstance(held, ListObject) and len(held.more) == 1 and not held.items:
                return in_many(engine, column, held.more[0])
        case Phi(cases=cases):
            return either(
                [both([guard, contained(engine, column, one, state)]) for guard, one in cases]
            )
        case Tup(items=items):
            return either([equal(column, one) for one in items])
        case _:
            pass
    return Holds("in", (column, collection))


def _subquery(engine: Engine, query: Query, outer: tuple[tuple[str, str], ...]) -> Formula:
    """`exists(…)`: rows of its own; columns of the statement around it stay that statement's."""
    rows = rows_of(engine, query, outer)
    if query.open:
        return Opaque(INJECTED, ())
    conditions = [instantiated(part, rows) for part in query.where]
    return both([*(Exists(row) for row in rows.values()), *conditions])
