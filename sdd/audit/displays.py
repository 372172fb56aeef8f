"""Lists, tuples and mappings as they are written, and what is spread into them or into calls."""

import ast
from collections.abc import Iterable

from sdd.audit.effects import Arguments
from sdd.audit.engine import Engine
from sdd.audit.joins import choose
from sdd.audit.logic import YES, Formula, negated
from sdd.audit.state import State
from sdd.audit.values import (
    DictObject,
    Field,
    Instance,
    ListObject,
    Lit,
    Phi,
    Ref,
    Truth,
    Tup,
    Value,
)


def arguments_of(engine: Engine, node: ast.Call, state: State) -> Arguments:
    """Evaluate the arguments of a call, taking `*list` and `**dict` apart where known."""
    positional: list[Value] = []
    star: list[Value] = []
    for argument in node.args:
        if isinstance(argument, ast.Starred):
            _spread(engine, engine.evaluate(argument.value, state), state, positional, star)
        else:
            positional.append(engine.evaluate(argument, state))
    keywords: list[tuple[str, Value]] = []
    rest: list[Value] = []
    for keyword in node.keywords:
        value = engine.evaluate(keyword.value, state)
        if keyword.arg is not None:
            keywords.append((keyword.arg, value))
        else:
            spread_mapping(engine, value, state, keywords, rest)
    return Arguments(tuple(positional), tuple(keywords), tuple(star), tuple(rest))


def _spread(
    engine: Engine, value: Value, state: State, positional: list[Value], star: list[Value]
) -> None:
    item = engine.load(state, value) if isinstance(value, Ref) else None
    if isinstance(item, ListObject):
        for guard, inner in item.items:
            positional.append(
                inner if guard == YES else Phi(((guard, inner), (negated(guard), TRUE_PREDICATE)))
            )
        star.extend(item.more)
    elif isinstance(value, Tup):
        positional.extend(value.items)
    else:
        star.append(value)


TRUE_PREDICATE = Truth(YES)


def spread_mapping(
    engine: Engine,
    value: Value,
    state: State,
    keywords: list[tuple[str, Value]],
    rest: list[Value],
) -> None:
    """Take a mapping apart into known keys and the rest."""
    if isinstance(value, Phi):
        _spread_cases(engine, value, state, keywords, rest)
        return
    item = engine.load(state, value) if isinstance(value, Ref) else None
    if isinstance(item, DictObject):
        keywords.extend(item.items)
        rest.extend(item.more)
    elif isinstance(item, Instance):
        keywords.extend(item.fields)
        rest.extend(item.rest)
    else:
        rest.append(value)


def _spread_cases(
    engine: Engine,
    value: Phi,
    state: State,
    keywords: list[tuple[str, Value]],
    rest: list[Value],
) -> None:
    """Of several mappings the keys are known that each has, or may have among its rest."""
    every: list[tuple[Formula, dict[str, Value], list[Value]]] = []
    for guard, item in value.cases:
        known: list[tuple[str, Value]] = []
        others: list[Value] = []
        spread_mapping(engine, item, state, known, others)
        every.append((guard, dict(known), others))
    for name in dict.fromkeys(name for _, known_here, _ in every for name in known_here):
        values = [
            (guard, here.get(name) or Field(others[-1], name))
            for guard, here, others in every
            if name in here or others
        ]
        if len(values) == len(every):
            same = all(item == values[0][1] for _, item in values)
            keywords.append((name, values[0][1] if same else choose(values)))
        else:
            rest.extend(item for _, item in values)
    rest.extend(dict.fromkeys(one for _, _, others in every for one in others))


def merged(engine: Engine, left: Value, right: Value, state: State) -> Value | None:
    """`a | b` of dictionaries: the right one's entries win."""
    pair = [engine.load(state, one) if isinstance(one, Ref) else None for one in (left, right)]
    if not any(isinstance(one, DictObject) for one in pair):
        return None
    items: list[tuple[str, Value]] = []
    more: list[Value] = []
    for value in (left, right):
        known: list[tuple[str, Value]] = []
        rest: list[Value] = []
        spread_mapping(engine, value, state, known, rest)
        items = [*overridden(items, rest), *known]
        more.extend(rest)
    return engine.allocate(state, DictObject(tuple(dict(items).items()), tuple(more)))


def list_display(engine: Engine, node: ast.List | ast.Set, state: State) -> Value:
    """`[a, *b]`, `{a, b}`."""
    items: list[Value] = []
    more: list[Value] = []
    for element in node.elts:
        if isinstance(element, ast.Starred):
            _spread(engine, engine.evaluate(element.value, state), state, items, more)
        else:
            items.append(engine.evaluate(element, state))
    return engine.allocate(state, ListObject(tuple((YES, item) for item in items), tuple(more)))


def tuple_display(engine: Engine, node: ast.Tuple, state: State) -> Value:
    """`a, b`."""
    return Tup(tuple(engine.evaluate(element, state) for element in node.elts))


def dict_display(engine: Engine, node: ast.Dict, state: State) -> Value:
    """`{"a": b, **c}`."""
    items: list[tuple[str, Value]] = []
    more: list[Value] = []
    for key_node, value_node in zip(node.keys, node.values, strict=True):
        value = engine.evaluate(value_node, state)
        if key_node is None:
            known: list[tuple[str, Value]] = []
            rest: list[Value] = []
            spread_mapping(engine, value, state, known, rest)
            items = [*overridden(items, rest), *known]
            more.extend(rest)
            continue
        key = engine.evaluate(key_node, state)
        if isinstance(key, Lit):
            items.append((str(key.value), value))
        else:
            more.append(value)
    return engine.allocate(state, DictObject(tuple(dict(items).items()), tuple(more)))


def overridden(
    items: Iterable[tuple[str, Value]], later: Iterable[Value]
) -> list[tuple[str, Value]]:
    """Return known entries after mappings were merged over them that may have the same keys."""
    from sdd.audit.creation import may_replace  # noqa: PLC0415 - it knows what bodies contain

    found = list(items)
    for source in later:
        found = [
            (key, choose([(YES, Field(source, key)), (YES, value)]))
            if may_replace(source, key)
            else (key, value)
            for key, value in found
        ]
    return found
