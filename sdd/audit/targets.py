"""Assignment to names, attributes and items."""

import ast
from collections.abc import Sequence

from sdd.audit.callbacks import is_callable
from sdd.audit.contents import holder_of, put
from sdd.audit.effects import Arguments
from sdd.audit.engine import Engine
from sdd.audit.escapes import hand_over
from sdd.audit.items import get_item
from sdd.audit.joins import choose, in_rest
from sdd.audit.logic import YES, Formula, negated
from sdd.audit.sessions import set_column
from sdd.audit.state import State
from sdd.audit.touches import rebound, stored_changed
from sdd.audit.values import (
    NONE,
    Apply,
    DictObject,
    Field,
    ListObject,
    Lit,
    Phi,
    Ref,
    Row,
    Super,
    Sym,
    Tup,
    Value,
    lit,
)


def bind_target(engine: Engine, target: ast.expr, value: Value, state: State) -> None:
    """Bind a name, attribute, item, or several at once."""
    match target:
        case ast.Name(id=identifier):
            state.env[identifier] = value
            if identifier in engine.frame.globals_declared:
                rebound(engine, identifier, value, state)
        case ast.Tuple(elts=targets) | ast.List(elts=targets):
            _unpack(engine, targets, value, state)
        case ast.Starred(value=inner):
            bind_target(engine, inner, value, state)
        case ast.Attribute(value=base_node, attr=name):
            base = engine.evaluate(base_node, state)
            set_attribute(engine, base, name, value, state, target)
        case ast.Subscript(value=base_node, slice=key_node):
            base = engine.evaluate(base_node, state)
            stored_changed(engine, base, value, state)
            if isinstance(base_node, ast.Name) and isinstance(base, (Sym, Field, Apply)):
                # A mapping known by its origin only becomes one with an entry of its own.
                base = engine.allocate(state, DictObject((), (base,)))
                state.env[base_node.id] = base
            set_item(engine, base, engine.evaluate(key_node, state), value, state)
            holder = holder_of(base)
            if holder is not None:
                put(engine, holder, [value], state)
        case _:
            pass


def _unpack(engine: Engine, targets: Sequence[ast.expr], value: Value, state: State) -> None:
    for position, target in enumerate(targets):
        item: Value
        if isinstance(value, Tup) and len(value.items) == len(targets):
            item = value.items[position]
        elif isinstance(value, Phi):
            item = choose(
                [
                    (guard, get_item(engine, one, lit(position), state))
                    for guard, one in value.cases
                    if one != NONE
                ]
                or [(YES, NONE)]
            )
        else:
            item = get_item(engine, value, lit(position), state)
        bind_target(engine, target, item, state)


def set_attribute(
    engine: Engine, base: Value, name: str, value: Value, state: State, node: ast.AST
) -> None:
    """`base.name = value`; on a row this is a pending update."""

    def one(branch: State, item: Value) -> Value:
        if isinstance(item, Super):
            item = item.receiver
        if isinstance(item, Row):
            set_column(engine, item, name, value, branch, node)
        elif isinstance(item, Ref):
            engine.set_field(branch, item, name, value)
        elif (holder := holder_of(item)) is not None:
            put(engine, holder, [value], branch)
            if is_callable(value):
                hand_over(engine, f"{holder.name}.{name}", Arguments((value,)), branch, node)
        return NONE

    engine.each(state, base, one)


def _under(
    engine: Engine, base: Value, key: Value, value: Value, guard: Formula, state: State
) -> Value:
    """Return an entry's new value where a condition holds, and its old one elsewhere."""
    held = engine.load(state, base) if isinstance(base, Ref) else None
    if not isinstance(held, DictObject) or not isinstance(key, Lit):
        return value
    old = held.get(str(key.value)) or in_rest(held.more, str(key.value))
    return choose([(guard, value), (negated(guard), old)])


def set_item(engine: Engine, base: Value, key: Value, value: Value, state: State) -> None:
    """`base[key] = value`."""
    if isinstance(base, Phi):
        for guard, item in base.cases:
            set_item(engine, item, key, _under(engine, item, key, value, guard, state), state)
        return
    if not isinstance(base, Ref):
        return
    match engine.load(state, base):
        case DictObject(items=items, more=more) if isinstance(key, Lit):
            kept = {**dict(items), str(key.value): value}
            engine.store(state, base, DictObject(tuple(kept.items()), more))
        case DictObject(items=items, more=more):
            engine.store(state, base, DictObject(items, (*more, value)))
        case ListObject(items=items, more=more):
            engine.store(state, base, ListObject(items, (*more, value)))
        case _:
            pass
