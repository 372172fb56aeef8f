"""Where paths meet: states become one, and what differs becomes cases of one value."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from itertools import compress, islice
from operator import is_not

from sdd.audit.injection import is_injected
from sdd.audit.logic import (
    YES,
    And,
    Eq,
    Exists,
    Formula,
    Opaque,
    Or,
    Proved,
    Truthy,
    both,
    either,
    parts_of,
)
from sdd.audit.state import State
from sdd.audit.values import (
    Apply,
    Bound,
    ClassInfo,
    Col,
    DictObject,
    Field,
    Func,
    HeapObject,
    Instance,
    ListObject,
    Lit,
    Many,
    Phi,
    Query,
    Ref,
    Result,
    Row,
    Sym,
    Truth,
    Value,
)

_MOST_CASES = 10
_MOST_CALLABLE = 64  # a table of handlers by name
_MOST_ATOMS = 40
_LARGEST_GUARD = 32


def merge(states: list[State], base: int = 0) -> State | None:
    """Join the states that are still alive; what they agree on stays, the rest becomes cases.

    Args:
        states: States forked from one whose first `base` facts they share.
        base: How many facts they have in common.
    """
    alive = [state for state in states if state.alive]
    if not alive:
        return None
    if len(alive) == 1:
        return alive[0]
    extras = [list(islice(state.facts, base, None)) for state in alive]
    common = [fact for fact in extras[0] if all(fact in state.facts for state in alive[1:])]
    shared = set(common)
    guards = [both([fact for fact in extra if fact not in shared]) for extra in extras]
    facts = dict(alive[0].facts)  # copying and dropping hashes less than building anew
    for fact in extras[0]:
        if fact not in shared:
            del facts[fact]
    choice = either(guards)
    watch = alive[0].watch
    if choice != YES and size(choice) <= _MOST_ATOMS:
        facts[choice] = None
        if watch is not None:
            watch.asked.add(choice)
    guards = [guard if size(guard) <= _MOST_ATOMS else YES for guard in guards]
    merged = State(
        _merge_env(alive, guards),
        facts,
        _merge_heap(alive, guards),
        tuple(dict.fromkeys(write for state in alive for write in state.pending)),
    )
    merged.watch = watch
    return merged


@lru_cache(maxsize=1 << 15)
def size(formula: Formula) -> int:
    """Count the atoms of a formula."""
    if isinstance(formula, (And, Or)):
        return sum(map(size, formula.parts))
    return 1


def _merge_env(states: list[State], guards: list[Formula]) -> dict[str, Value]:
    first = states[0].env
    merged: dict[str, Value] = {}
    names: dict[str, None] = dict.fromkeys(first)
    for state in states[1:]:
        names.update(dict.fromkeys(state.env))
    for name in names:
        values = [state.env.get(name) for state in states]
        head = values[0]
        if head is not None and all(value is head for value in values):
            merged[name] = head
        else:
            present = [
                (guard, value)
                for guard, value in zip(guards, values, strict=True)
                if value is not None
            ]
            merged[name] = choose(present)
    return merged


def _merge_heap(states: list[State], guards: list[Formula]) -> Mapping[object, HeapObject]:
    first = states[0].shared_heap()
    if all(state.heap is first for state in states[1:]):
        return first
    merged = dict(first)
    for number, state in enumerate(states[1:], 1):
        before: Formula | None = None
        theirs = state.heap
        # Most objects are the same in all states: those are told apart without a loop of Python's.
        differs = map(is_not, map(merged.get, theirs), theirs.values())
        for uid, other in tuple(compress(theirs.items(), differs)):
            mine = merged.get(uid)
            if mine is None:
                merged[uid] = other
            elif mine != other:
                if before is None:
                    before = _any_of(guards[:number])
                merged[uid] = _merge_objects(mine, other, before, guards[number])
    return merged


def _any_of(guards: list[Formula]) -> Formula:
    joined = guards[0]
    for guard in guards[1:]:
        joined = either([joined, guard])
    return joined


def _merge_objects(
    mine: HeapObject, other: HeapObject, before: Formula, after: Formula
) -> HeapObject:
    match mine, other:
        case ListObject(), ListObject():
            head = 0
            for left, right in zip(mine.items, other.items, strict=False):
                if left != right:
                    break
                head += 1
            items = [
                *mine.items[:head],
                *((both([before, guard]), value) for guard, value in mine.items[head:]),
                *((both([after, guard]), value) for guard, value in other.items[head:]),
            ]
            return ListObject(tuple(items), tuple(dict.fromkeys([*mine.more, *other.more])))
        case DictObject(), DictObject():
            return DictObject(
                _merge_fields((mine.items, mine.more), (other.items, other.more), before, after),
                tuple(dict.fromkeys([*mine.more, *other.more])),
            )
        case Instance(), Instance():
            return Instance(
                mine.info,
                _merge_fields((mine.fields, mine.rest), (other.fields, other.rest), before, after),
                tuple(dict.fromkeys([*mine.rest, *other.rest])),
                mine.made,
            )
        case _:
            return mine


MISSING = Sym("unknown", "not set")
_Entries = tuple[tuple[tuple[str, Value], ...], tuple[Value, ...]]


def _merge_fields(
    mine: _Entries, other: _Entries, before: Formula, after: Formula
) -> tuple[tuple[str, Value], ...]:
    """Join named entries; what only one side names comes from the other's unnamed rest."""
    left, right = dict(mine[0]), dict(other[0])
    merged: dict[str, Value] = {}
    for name in {**left, **right}:
        a = left.get(name) or in_rest(mine[1], name)
        b = right.get(name) or in_rest(other[1], name)
        merged[name] = a if a == b else choose([(before, a), (after, b)])
    return tuple(merged.items())


def in_rest(rest: tuple[Value, ...], name: str) -> Value:
    """Return an entry of which only the mapping is known that it may come from."""
    return Field(rest[-1], name) if rest else MISSING


def choose(cases: list[tuple[Formula, Value]]) -> Value:
    """Make one value of several alternatives; equal ones join, too many become unknown."""
    flat: dict[Value, Formula] = {}
    for guard, value in cases:
        inner = value.cases if isinstance(value, Phi) else ((YES, value),)
        for deeper, item in inner:
            condition = both([guard, deeper])
            flat[item] = either([flat[item], condition]) if item in flat else condition
    if len(flat) == 1:
        return next(iter(flat))
    if flat and all(isinstance(item, Query) for item in flat):
        joined = _join_queries([(guard, item) for item, guard in flat.items()])
        if joined is not None:
            return joined
    if len(flat) > _MOST_CASES:
        injected = next((item for item in flat if is_injected(item)), None)
        if injected is not None:
            return injected
        if len(flat) > _MOST_CALLABLE or not all(map(_is_callable, flat)):
            return _one_of(flat)
    return Phi(tuple(_exclusive(flat)))


def _is_callable(value: Value) -> bool:
    return isinstance(value, (Func, Bound, ClassInfo))


def _one_of(items: Iterable[Value]) -> Value:
    """One of too many values: what they carry stays with it, under which condition is lost."""
    flat: dict[Value, None] = {}
    for item in items:
        inner = item.args if isinstance(item, Apply) and item.name == ONE_OF else (item,)
        flat.update(dict.fromkeys(inner))
    unknown = Sym("unknown", "one of too many values")
    carried = [item for item in flat if any(isinstance(one, _CARRIERS) for one in parts_of(item))]
    return Apply(ONE_OF, (unknown, *carried)) if carried else unknown


ONE_OF = "one of"
_CARRIERS = (Row, Ref, Query, Result, Many)


def _exclusive(flat: dict[Value, Formula]) -> list[tuple[Formula, Value]]:
    """Give cases without a usable condition one that excludes the others."""
    kept: list[tuple[Formula, Value]] = []
    for number, (item, guard) in enumerate(flat.items()):
        if guard == YES or size(guard) > _LARGEST_GUARD:
            reason = "item" if guard == YES else TOO_COMPLEX
            lost = (hash(guard), Truth(guard)) if reason == TOO_COMPLEX else (0, None)
            which = Sym("choice", f"{hash(tuple(flat))} {lost[0]}", reason, lost[1])
            guard = Eq(which, Lit(number, "int"))  # noqa: PLW2901 - the guard is what changes
        kept.append((guard, item))
    return kept


TOO_COMPLEX = "a condition that is too long to follow"


def _join_queries(cases: list[tuple[Formula, Value]]) -> Query | None:
    """Join variants of one statement: shared predicates stay, others hold under their guard."""
    queries = [(guard, item) for guard, item in cases if isinstance(item, Query)]
    first = queries[0][1]
    for _, query in queries[1:]:
        if (query.kind, query.targets, query.site) != (first.kind, first.targets, first.site):
            return None
        if query.conflict != first.conflict:
            return None
    common = [part for part in first.where if all(part in query.where for _, query in queries)]
    variants = [
        both([guard, *(part for part in query.where if part not in common)])
        for guard, query in queries
    ]
    entities = dict.fromkeys(entity for _, query in queries for entity in query.entities)
    changes = dict.fromkeys(change for _, query in queries for change in query.changes)
    choice = either(variants)
    matters = choice != YES and size(choice) <= _MOST_ATOMS and any(map(_binds, variants))
    where = (*common, choice) if matters else tuple(common)
    is_open = any(query.open for _, query in queries)
    return replace(
        first, entities=tuple(entities), where=where, changes=tuple(changes), open=is_open
    )


def _binds(formula: Formula) -> bool:
    """Whether a predicate can say whose a row is; a filter on a constant cannot."""
    match formula:
        case And(parts=parts) | Or(parts=parts):
            return any(map(_binds, parts))
        case Eq(left=left, right=right):
            column, other = (left, right) if isinstance(left, Col) else (right, left)
            if not isinstance(column, Col):
                return False
            return not isinstance(other, Lit) or "public" in column.name or "shared" in column.name
        case Truthy(value=Col(name=name)):
            return "public" in name or "shared" in name
        case Exists() | Opaque() | Proved():
            return True
        case _:
            return False
