"""Which rows a value carries to the client, and under which condition each."""

from collections.abc import Iterator

from sdd.audit.contents import held, holders
from sdd.audit.engine import Engine
from sdd.audit.logic import YES, Formula, both, either
from sdd.audit.state import State
from sdd.audit.tables import any_row, rows_of
from sdd.audit.values import (
    Apply,
    ClassInfo,
    DictObject,
    Field,
    Instance,
    LibObject,
    ListObject,
    Many,
    Native,
    Phi,
    Query,
    Ref,
    Result,
    Row,
    Tup,
    Value,
)

_MOST = 4000


def rows_in(engine: Engine, value: Value, state: State) -> dict[Row, Formula]:
    """Return the rows whose content a value carries, with the guard of each."""
    found: dict[Row, Formula] = {}
    seen: set[tuple[Value, Formula]] = set()
    stack: list[tuple[Value, Formula]] = [(value, YES)]
    while stack and len(seen) < _MOST:
        item, guard = stack.pop()
        if (item, guard) in seen:
            continue
        seen.add((item, guard))
        if isinstance(item, Row):
            found[item] = either([found[item], guard]) if item in found else guard
        else:
            stack.extend(_inside(engine, item, guard, state))
    return found


def _inside(
    engine: Engine, value: Value, guard: Formula, state: State
) -> Iterator[tuple[Value, Formula]]:
    match value:
        case Phi(cases=cases):
            for inner, item in cases:
                yield item, both([guard, inner])
        case Many(element=element) | Result(element=element):
            yield element, guard
        case Tup(items=items) | Apply(args=items):
            for item in items:
                yield item, guard
        case LibObject(args=args, keywords=keywords):
            files = holders(state, "open") if value.name.endswith("FileResponse") else ()
            given = (*args, *(inner for _, inner in keywords), *held(engine, value, state))
            yield from ((item, guard) for item in (*given, *files))
        case Field(base=base) | Native(receiver=base):
            yield base, guard
        case Query(kind="select"):
            # Somebody else's code was given the statement, and what it made of it goes out.
            yield from ((row, guard) for row in rows_of(engine, value).values())
        case ClassInfo(entity=str(entity)):
            yield any_row(engine, entity), guard
        case Ref():
            yield from _in_object(engine, value, guard, state)
        case _:
            return


def _in_object(
    engine: Engine, ref: Ref, guard: Formula, state: State
) -> Iterator[tuple[Value, Formula]]:
    match engine.load(state, ref):
        case ListObject(items=items, more=more):
            for inner, item in items:
                yield item, both([guard, inner])
            for item in more:
                yield item, guard
        case DictObject(items=items, more=more):
            for item in (*(one for _, one in items), *more):
                yield item, guard
        case Instance(info=info, fields=fields, rest=rest):
            if info is not None and info.entity:
                return  # a row that this request made
            for item in (*(one for _, one in fields), *rest):
                yield item, guard
        case _:
            return
