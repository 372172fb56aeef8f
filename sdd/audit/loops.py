"""Loops: known items one after the other, others until nothing new comes."""

import ast
from collections.abc import Callable, Collection

from sdd.audit.branches import continue_with
from sdd.audit.conditions import condition
from sdd.audit.engine import Engine
from sdd.audit.items import elements
from sdd.audit.logic import NO, YES, Eq, Exists, Formula, either, negated, parts_of, values_in
from sdd.audit.narrowing import narrow
from sdd.audit.state import State
from sdd.audit.targets import bind_target
from sdd.audit.values import DictObject, ListObject, Ref, Row, Tup, Value, lit

_ROUNDS = 2
_MOST_UNROLLED = 6


def for_statement(engine: Engine, node: ast.For | ast.AsyncFor, state: State) -> None:
    """Over a known collection run each item; else run for any one item until nothing is new."""
    source = engine.evaluate(node.iter, state)
    known = _known_items(engine, source, state)
    if known is not None and engine.frame.is_module:
        for item in known:
            bind_target(engine, node.target, item, state)
            engine.execute(node.body, state)
            state.alive = True
        return
    if known is not None and 0 < len(known) <= _MOST_UNROLLED:
        _unrolled(engine, node, known, state)
        return

    about: set[Row] = set()

    def start(branch: State) -> None:
        item = elements(engine, source, branch)
        about.update(part for part in parts_of(item) if isinstance(part, Row))
        bind_target(engine, node.target, item, branch)

    _loop(engine, node, state, start, NO, about)


def _unrolled(
    engine: Engine, node: ast.For | ast.AsyncFor, items: list[Value], state: State
) -> None:
    """Run a loop over a few known items one after the other."""
    base = len(state.facts)
    engine.frame.breaks.append([])
    for item in items:
        engine.frame.continues.append([])
        if state.alive:
            bind_target(engine, node.target, item, state)
            engine.execute(node.body, state)
        ended = [state.fork()] if state.alive else []
        continue_with(state, engine.join([*ended, *engine.frame.continues.pop()], base))
    if state.alive:
        engine.execute(node.orelse, state)
    broken = engine.frame.breaks.pop()
    if broken:
        ended = [state.fork()] if state.alive else []
        continue_with(state, engine.join([*ended, *broken], base))


def _known_items(engine: Engine, source: Value, state: State) -> list[Value] | None:
    if isinstance(source, Tup):
        return list(source.items)
    if isinstance(source, Ref):
        held = engine.load(state, source)
        if isinstance(held, ListObject) and not held.more:
            return [item for guard, item in held.items] if _certain(held) else None
        if isinstance(held, DictObject) and not held.more:
            return [lit(key) for key, _ in held.items]
    return None


def _certain(held: ListObject) -> bool:
    return all(guard == YES for guard, _ in held.items)


def while_statement(engine: Engine, node: ast.While, state: State) -> None:
    """Run while the condition may hold."""
    formula = state.simplify(condition(engine, node.test, state))

    def start(branch: State) -> None:
        branch.assume(condition(engine, node.test, branch))
        narrow(engine, node.test, branch, passed=True)

    _loop(engine, node, state, start, formula, set())


def _loop(
    engine: Engine,
    node: ast.For | ast.AsyncFor | ast.While,
    state: State,
    start: Callable[[State], None],
    entered: Formula,
    about: Collection[Row],
) -> None:
    base = len(state.facts)
    engine.frame.breaks.append([])
    engine.frame.continues.append([])
    current = state.fork()
    exits: list[State] = []
    for _ in range(_ROUNDS):
        before = dict(current.env)
        body = current.fork()
        start(body)
        if body.alive:
            engine.execute(node.body, body)
        ended = [body, *engine.frame.continues[-1]]
        engine.frame.continues[-1].clear()
        exits.extend(one for one in ended if one.alive)
        joined = engine.join([current, *ended], base)
        if joined is None:
            break
        stable = all(joined.env.get(key) is value for key, value in before.items())
        joined.forget(base)  # what held before the loop stays
        current = joined
        if stable:
            break
    engine.frame.continues.pop()
    broken = engine.frame.breaks.pop()
    after = current if entered != YES else None
    lasting = _held_for_all(exits, base, about) if not broken and after is not None else []
    if after is not None:
        for fact in lasting:
            after.assume(fact)
        engine.execute(node.orelse, after)
    ways = [*([after] if after is not None else []), *broken]
    continue_with(state, engine.join(ways, base))


def _held_for_all(exits: list[State], base: int, about: Collection[Row]) -> list[Formula]:
    """Return what every iteration that came to its end established about its item.

    The loop's item stands for any one of the items, so a check that each had to pass holds
    for all of them afterwards, if the loop ran to its end. Of anything else it says something
    only where there was an item at all.
    """
    if not exits or not about:
        return []
    first = list(exits[0].facts)[base:]
    common = [fact for fact in first if all(fact in one.facts for one in exits[1:])]
    return [
        either([*(negated(Exists(row)) for row in named), fact])
        for fact in common
        if isinstance(fact, Eq) and (named := _rows_named(fact).intersection(about))
    ]


def _rows_named(fact: Formula) -> set[Row]:
    return {part for value in values_in(fact) for part in parts_of(value) if isinstance(part, Row)}


def break_statement(engine: Engine, node: ast.Break, state: State) -> None:
    """Leave the innermost loop."""
    del node
    if engine.frame.breaks:
        engine.frame.breaks[-1].append(state.fork())
    state.alive = False


def continue_statement(engine: Engine, node: ast.Continue, state: State) -> None:
    """Go on with the next item."""
    del node
    if engine.frame.continues:
        engine.frame.continues[-1].append(state.fork())
    state.alive = False
