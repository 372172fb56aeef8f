"""What a value carries to the client: rows, and conditions that decide what it is."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sdd.audit.contents import held, holders
from sdd.audit.engine import Engine
from sdd.audit.joins import ONE_OF
from sdd.audit.logic import YES, Formula, Opaque, both, either
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
    Truth,
    Tup,
    Value,
)

_MOST = 4000
_LOST = Opaque("one of too many values", ())
_Step = tuple[Value, Formula]


@dataclass(slots=True)
class Carried:
    """What a value carries.

    Attributes:
        rows: The rows whose content it has, with the condition under which it has each.
        conditions: Truths that it holds, each with the condition under which it holds it.
        branches: Under what it has one of its alternatives.
    is_cut: It is too large to be looked through.
    """

    rows: dict[Row, Formula] = field(default_factory=dict)
    conditions: dict[Formula, Formula] = field(default_factory=dict)
    branches: dict[Formula, None] = field(default_factory=dict)
    is_cut: bool = False


def carried_by(engine: Engine, value: Value, state: State) -> Carried:
    """Return the rows that a value carries, and the conditions that decide what it is."""
    found = Carried()
    seen: set[_Step] = set()
    stack: list[_Step] = [(value, YES)]
    while stack and len(seen) < _MOST:
        item, guard = stack.pop()
        if (item, guard) in seen:
            continue
        seen.add((item, guard))
        match item:
            case Row():
                known = found.rows.get(item)
                found.rows[item] = guard if known is None else either([known, guard])
            case Truth(formula=formula):
                found.conditions.setdefault(formula, guard)
            case Phi(cases=cases):
                ways = [(one, both([guard, inner])) for inner, one in cases]
                found.branches.update((way, None) for _, way in ways)
                stack.extend(ways)
            case Ref():
                stack.extend(_in_object(engine, item, guard, state))
            case Apply(name=name, args=args) if name == ONE_OF:
                stack.extend((one, both([guard, _LOST])) for one in args)
            case _:
                stack.extend((one, guard) for one in _inside(engine, item, state))
    found.is_cut = bool(stack)
    return found


def _inside(engine: Engine, value: Value, state: State) -> Iterator[Value]:
    match value:
        case Many(element=element) | Result(element=element):
            yield element
        case Tup(items=items) | Apply(args=items):
            yield from items
        case LibObject(args=args, keywords=keywords):
            yield from (*args, *(inner for _, inner in keywords), *held(engine, value, state))
            if value.name.endswith("FileResponse"):
                yield from holders(state, "open")
        case Field(base=base) | Native(receiver=base):
            yield base
        case Query(kind="select"):
            # Somebody else's code was given the statement, and what it made of it goes out.
            yield from rows_of(engine, value).values()
        case ClassInfo(entity=str(entity)):
            yield any_row(engine, entity)
        case _:
            return


def _in_object(engine: Engine, ref: Ref, guard: Formula, state: State) -> Iterator[_Step]:
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
