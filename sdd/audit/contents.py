"""What library objects hold: buffers, writers and responses pass on what they are given."""

from collections.abc import Iterable, Iterator

from sdd.audit.engine import Engine
from sdd.audit.logic import parts_of
from sdd.audit.state import State
from sdd.audit.unknowns import apply
from sdd.audit.values import (
    Apply,
    Bound,
    Field,
    Func,
    LibObject,
    ListObject,
    Many,
    Native,
    Ref,
    Result,
    Row,
    Sym,
    Value,
)

_MOST_HELD = 16


def holder_of(value: Value) -> LibObject | None:
    """Return the library object that a chain of attributes, items and calls begins with."""
    while True:
        match value:
            case LibObject():
                return value
            case Field(base=base):
                value = base
            case Native(receiver=receiver):
                value = receiver
            case Apply(name=name, args=(first, *_)) if name == "[]" or name.startswith("."):
                value = first
            case _:
                return None


def put(engine: Engine, holder: LibObject, values: Iterable[Value], state: State) -> None:
    """Give values to a library object, and to what it writes through."""
    new = [value for value in values if may_carry(value) and value != holder]
    if not new:
        return
    known = held(engine, holder, state)
    kept = tuple(dict.fromkeys([*known, *new]))
    if len(kept) > _MOST_HELD:
        kept = (apply("held", kept),)
    if kept != known:
        state.put(holder, ListObject((), kept))
    for inner in holder.args:
        if isinstance(inner, LibObject):
            put(engine, inner, new, state)


def held(engine: Engine, holder: LibObject, state: State) -> tuple[Value, ...]:
    """Return what a library object was given."""
    item = engine.load(state, holder)
    return item.more if isinstance(item, ListObject) else ()


def holders(state: State, last_name: str) -> Iterator[LibObject]:
    """Yield the library objects of one class that were given anything."""
    for key in state.heap:
        if isinstance(key, LibObject) and key.name.rpartition(".")[2] == last_name:
            yield key


def may_carry(value: Value) -> bool:
    """Whether a value may carry rows, or words of the client."""
    return any(
        isinstance(part, (Row, Ref, Many, Result, Func, Bound))
        or (isinstance(part, Sym) and part.kind == "client")
        for part in parts_of(value)
    )
