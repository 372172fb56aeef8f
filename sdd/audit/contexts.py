"""Context managers: what entering yields and what leaving does."""

import ast

from sdd.audit.attributes import class_of
from sdd.audit.effects import Arguments
from sdd.audit.engine import Engine
from sdd.audit.state import State
from sdd.audit.values import NONE, Apply, Bound, Func, Ref, Value


def enter(engine: Engine, manager: Value, state: State, node: ast.AST) -> Value:
    """Return what `with manager as value` binds."""
    if isinstance(manager, Ref):
        info = class_of(engine, manager, state)
        method = info.find("__aenter__") or info.find("__enter__") if info else None
        if isinstance(method, Func):
            return engine.call(Bound(method, manager), Arguments(), state, node)
    return manager


def leave(engine: Engine, manager: Value, state: State) -> None:
    """Leave the context: a transaction's block commits."""
    if isinstance(manager, Apply) and manager.name in {".begin", ".begin_nested"}:
        engine.commit(state)
    if isinstance(manager, Ref):
        info = class_of(engine, manager, state)
        method = info.find("__aexit__") or info.find("__exit__") if info else None
        if isinstance(method, Func):
            nothing = Arguments((NONE, NONE, NONE))
            alive = state.alive
            engine.call(Bound(method, manager), nothing, state, ast.Pass())
            state.alive = alive
