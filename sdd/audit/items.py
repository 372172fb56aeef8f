"""What is in collections: an item by its key, any one item, whether something is in them."""

import ast

from sdd.audit.engine import Engine
from sdd.audit.joins import choose
from sdd.audit.logic import NO, YES, Exists, Formula, Holds, both, either, equal, replaced
from sdd.audit.portions import part_of
from sdd.audit.state import State
from sdd.audit.unknowns import apply
from sdd.audit.values import (
    NONE,
    DictObject,
    Field,
    Generic,
    Instance,
    Lib,
    ListObject,
    Lit,
    Many,
    Phi,
    Ref,
    Result,
    Row,
    Sym,
    Tup,
    Value,
    lit,
)

_MOST_ITEMS = 4000


def get_item(engine: Engine, base: Value, key: Value, state: State) -> Value:
    """Return `base[key]`."""
    if isinstance(base, Ref):
        return _heap_item(engine, base, key, state)
    if isinstance(base, Tup) and isinstance(key, Lit) and isinstance(key.value, int):
        inside = -len(base.items) <= key.value < len(base.items)
        return base.items[key.value] if inside else Sym("unknown", "item")
    if isinstance(base, (Many, Result)):
        return part_of(engine, base.element, str(key), state)
    if isinstance(base, Row) and isinstance(key, Lit) and isinstance(key.value, int):
        columns = engine.projections.get(base, ())
        inside = 0 <= key.value < len(columns)
        return Field(base, columns[key.value]) if inside else base
    if isinstance(base, Lib) and base.name == "os.environ" and isinstance(key, Lit):
        return Sym("server", str(key.value))
    if isinstance(base, (Lib, Generic)) or type(base).__name__ == "ClassInfo":
        items = key.items if isinstance(key, Tup) else (key,)
        return Generic(base, items)
    if isinstance(key, Lit):
        return Field(base, str(key.value))
    return apply("[]", (base, key))


def _heap_item(engine: Engine, base: Ref, key: Value, state: State) -> Value:
    item = engine.load(state, base)
    match item, key:
        case DictObject(), Lit(value=wanted):
            found = item.get(str(wanted))
            if found is not None:
                return found
            return _from_rest(item.more, str(wanted))
        case ListObject(items=()), _:
            return part_of(engine, any_of(item), str(key), state)
        case ListObject(), Lit(value=int(position)) if not item.more:
            certain = [value for guard, value in item.items if guard == YES]
            if len(certain) == len(item.items) and -len(certain) <= position < len(certain):
                return certain[position]
            return any_of(item)
        case ListObject(), _:
            return any_of(item)
        case DictObject(), _:
            values = [value for _, value in item.items]
            return (
                choose([(YES, value) for value in (*values, *item.more)])
                if (values or item.more)
                else apply("[]", (base, key))
            )
        case Instance(), Lit(value=str(wanted)):
            return engine.attribute(base, wanted, state, ast.Pass())
        case _:
            return apply("[]", (base, key))


def _from_rest(rest: tuple[Value, ...], key: str) -> Value:
    if not rest:
        return Sym("unknown", f"key {key}")
    return Field(rest[-1], key) if len(rest) == 1 else apply("item", (*rest, lit(key)))


def concatenated(first: ListObject, second: ListObject) -> ListObject:
    """Return one list after the other; of a very long one only the values are known."""
    more = dict.fromkeys((*first.more, *second.more))
    if len(first.items) + len(second.items) <= _MOST_ITEMS:
        return ListObject((*first.items, *second.items), tuple(more))
    values = dict.fromkeys(value for held in (first, second) for _, value in held.items)
    return ListObject((), tuple(values | more))


def any_of(item: ListObject) -> Value:
    """Return any one item of a list."""
    values = dict.fromkeys([*(value for _, value in item.items), *item.more])
    if not values:
        return Sym("unknown", "item of an empty list")
    return choose([(YES, value) for value in values])


def contains(engine: Engine, collection: Value, item: Value, state: State) -> Formula:
    """State that an item is in a collection."""
    if isinstance(item, Phi):
        return either(
            [both([guard, contains(engine, collection, one, state)]) for guard, one in item.cases]
        )
    match collection:
        case Phi(cases=cases):
            return either(
                [both([guard, contains(engine, one, item, state)]) for guard, one in cases]
            )
        case Tup(items=items):
            return either([equal(item, one) for one in items])
        case Ref():
            held = engine.load(state, collection)
            if isinstance(held, ListObject) and not held.more:
                return either([both([guard, equal(item, one)]) for guard, one in held.items])
            if isinstance(held, DictObject) and not held.more and isinstance(item, Lit):
                return YES if held.get(str(item.value)) is not None else NO
            if isinstance(held, ListObject) and held.more:
                certain = [both([guard, equal(item, one)]) for guard, one in held.items]
                return either([*certain, *(_in_any(engine, item, one) for one in held.more)])
        case Many(element=element):
            return _in_any(engine, item, element)
        case Lit(value=str(text)) if isinstance(item, Lit):
            return YES if str(item.value) in text else NO
        case _:
            pass
    return Holds("in", (item, collection))


def _in_any(engine: Engine, item: Value, element: Value) -> Formula:
    return in_many(engine, item, element)


def elements(engine: Engine, value: Value, state: State) -> Value:
    """Return any one element of what is iterated over."""
    match value:
        case Many(element=element) | Result(element=element):
            return element
        case Tup(items=items) if items:
            return choose([(YES, item) for item in items])
        case Phi(cases=cases):
            return choose(
                [(guard, elements(engine, item, state)) for guard, item in cases if item != NONE]
                or [(YES, NONE)]
            )
        case Ref():
            held = engine.load(state, value)
            if isinstance(held, ListObject):
                return any_of(held)
            if isinstance(held, DictObject):
                keys: list[Value] = [lit(key) for key, _ in held.items]
                return choose([(YES, key) for key in keys]) if keys else apply("key", held.more)
        case _:
            pass
    return Field(value, "*") if not isinstance(value, Lit) else Sym("unknown", "character")


def in_many(engine: Engine, column: Value, element: Value) -> Formula:
    """The value equals that value of some row of the collection: take a copy of the row."""
    guards: list[Formula] = []
    if isinstance(element, Phi) and len(element.cases) == 1:
        guards.append(element.cases[0][0])
        element = element.cases[0][1]
    if not isinstance(element, Field) or not isinstance(element.base, Row):
        return Holds("in", (column, Many(element)))
    row = element.base
    copy = engine.row(row.entity, ("copy", row, column), engine.row_places[row])

    def change(value: Value) -> Value:
        return copy if value == row else value

    definition = engine.row_definitions.get(row, YES)
    engine.define(copy, both([replaced(one, change) for one in [definition, *guards]]))
    return both([Exists(copy), equal(column, Field(copy, element.name))])
