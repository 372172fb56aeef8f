"""Some items of a collection: what is said of them is not said of all."""

import ast

from sdd.audit.engine import Engine
from sdd.audit.logic import YES, parts_of, rebuilt, replaced, values_in
from sdd.audit.state import State
from sdd.audit.values import Field, ListObject, Many, Phi, Ref, Result, Row, Value


def slice_of(engine: Engine, base: Value, node: ast.Subscript, state: State) -> Value:
    """`base[a:b]`: rows of its own, of which all is known that was known of any."""
    held = engine.load(state, base) if isinstance(base, Ref) else None
    key = ast.unparse(node.slice)
    match base, held:
        case ((Many(element=element) | Result(element=element)), _):
            return Many(part_of(engine, element, key, state))
        case _, ListObject(items=(), more=more):
            parts = tuple(part_of(engine, one, key, state) for one in more)
            return engine.allocate(state, ListObject((), parts))
        case _:
            return base


def part_of(engine: Engine, element: Value, key: str, state: State) -> Value:
    """Return some of what an element stands for, under a name of its own."""
    copies = {
        row: engine.row(row.entity, ("part", row, key), engine.row_places[row])
        for row in _rows_in(element)
    }
    if not copies:
        return element

    def change(value: Value) -> Value:
        if isinstance(value, Row):
            return copies.get(value, value)
        if isinstance(value, Field) and value.name == "*":
            return Field(value.base, f"*[{key}]")
        return value

    for row, copy in copies.items():
        engine.define(copy, replaced(engine.row_definitions.get(row, YES), change))
        _as_known(engine, row, copy)
    for fact in list(state.facts):
        if any(part in copies for value in values_in(fact) for part in parts_of(value)):
            state.assume(replaced(fact, change))
    return rebuilt(element, change)


def _as_known(engine: Engine, row: Row, copy: Row) -> None:
    """Keep of a copy how its row was found."""
    if row in engine.injected:
        engine.injected[copy] = None
    if row in engine.from_text:
        engine.from_text[copy] = None
    if row in engine.projections:
        engine.projections[copy] = engine.projections[row]


def _rows_in(element: Value) -> dict[Row, None]:
    inside = [*parts_of(element)]
    if isinstance(element, Phi):
        inside += [
            part
            for guard, _ in element.cases
            for value in values_in(guard)
            for part in parts_of(value)
        ]
    return dict.fromkeys(part for part in inside if isinstance(part, Row))
