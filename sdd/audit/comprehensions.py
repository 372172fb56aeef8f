"""Comprehensions: any number of values like their element, or one for each constant."""

import ast
from collections.abc import Sequence

from sdd.audit.conditions import condition
from sdd.audit.engine import Engine
from sdd.audit.items import elements
from sdd.audit.logic import YES, Formula, both
from sdd.audit.narrowing import narrow
from sdd.audit.state import State
from sdd.audit.targets import bind_target
from sdd.audit.unknowns import apply
from sdd.audit.values import NONE, DictObject, ListObject, Lit, Many, Phi, Ref, Tup, Value

_MOST_CONSTANTS = 24


def _constants(
    engine: Engine, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, state: State
) -> list[Value] | None:
    """Return the items that a comprehension runs over, where they stand in the code."""
    generator = node.generators[0]
    if len(node.generators) != 1 or not isinstance(generator.target, ast.Name):
        return None
    if not isinstance(generator.iter, (ast.Name, ast.Attribute, ast.List, ast.Tuple, ast.Set)):
        return None
    source = engine.evaluate(generator.iter, state.fork())
    items: Sequence[Value] = ()
    if isinstance(source, Tup):
        items = source.items
    elif isinstance(source, Ref):
        held = engine.load(state, source)
        if isinstance(held, ListObject) and not held.more:
            items = [item for guard, item in held.items if guard == YES]
            items = items if len(items) == len(held.items) else ()
    known = 0 < len(items) <= _MOST_CONSTANTS and all(isinstance(item, Lit) for item in items)
    return list(items) if known else None


def _each_constant(
    engine: Engine,
    node: ast.ListComp | ast.SetComp | ast.GeneratorExp,
    items: list[Value],
    state: State,
) -> Value:
    found: list[tuple[Formula, Value]] = []
    generator = node.generators[0]
    for item in items:
        branch = state.fork()
        bind_target(engine, generator.target, item, branch)
        kept = both([condition(engine, test, branch) for test in generator.ifs])
        branch.assume(kept)
        if branch.alive:
            found.append((kept, engine.evaluate(node.elt, branch)))
            state.take_data(branch)
    return engine.allocate(state, ListObject(tuple(found)))


def comprehension(
    engine: Engine, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, state: State
) -> Value:
    """`[f(x) for x in xs if c]`: any number of values like its element."""
    listed = _constants(engine, node, state)
    if listed is not None:
        return _each_constant(engine, node, listed, state)
    branch = state.fork()
    kept = _enter(engine, node.generators, branch)
    value = engine.evaluate(node.elt, branch) if branch.alive else NONE
    state.take_data(branch)
    if not branch.alive:
        return engine.allocate(state, ListObject())
    return Many(_under(kept, value))


def _under(kept: Formula, value: Value) -> Value:
    """Keep a comprehension's condition with its element."""
    if kept == YES:
        return value
    return Phi(((kept, value),))


def _enter(engine: Engine, generators: list[ast.comprehension], state: State) -> Formula:
    kept: list[Formula] = []
    for generator in generators:
        source = engine.evaluate(generator.iter, state)
        bind_target(engine, generator.target, elements(engine, source, state), state)
        for test in generator.ifs:
            formula = condition(engine, test, state)
            kept.append(formula)
            state.assume(formula)
            narrow(engine, test, state, passed=True)
    return both(kept)


def dict_comprehension(engine: Engine, node: ast.DictComp, state: State) -> Value:
    """`{k: v for …}`."""
    branch = state.fork()
    kept = _enter(engine, node.generators, branch)
    value = _under(kept, engine.evaluate(node.value, branch))
    key = engine.evaluate(node.key, branch)
    state.take_data(branch)
    return engine.allocate(state, DictObject((), (apply("entry", (key, value)),)))
