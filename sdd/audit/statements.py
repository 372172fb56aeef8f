"""Statements on abstract values, one function for each form of syntax."""

import ast
from collections.abc import Callable, Mapping

from sdd.audit.attempts import raise_statement, try_statement
from sdd.audit.branches import continue_with, if_statement
from sdd.audit.conditions import condition
from sdd.audit.contexts import enter, leave
from sdd.audit.definitions import class_statement, define_function
from sdd.audit.engine import Engine
from sdd.audit.imports import import_from, import_module
from sdd.audit.loops import break_statement, continue_statement, for_statement, while_statement
from sdd.audit.narrowing import narrow
from sdd.audit.patterns import match_statement
from sdd.audit.state import State
from sdd.audit.targets import bind_target
from sdd.audit.touches import removed
from sdd.audit.values import NONE, DictObject, Lit, Ref, Value


def expression(engine: Engine, node: ast.Expr, state: State) -> None:
    """Evaluate for its effects."""
    if not isinstance(node.value, ast.Constant):
        engine.evaluate(node.value, state)


def assign(engine: Engine, node: ast.Assign, state: State) -> None:
    """`a = b = c`."""
    value = engine.evaluate(node.value, state)
    for target in node.targets:
        bind_target(engine, target, value, state)


def annotated_assign(engine: Engine, node: ast.AnnAssign, state: State) -> None:
    """`a: T = b`."""
    if node.value is not None:
        bind_target(engine, node.target, engine.evaluate(node.value, state), state)


def augmented_assign(engine: Engine, node: ast.AugAssign, state: State) -> None:
    """`a += b`."""
    load = ast.BinOp(left=node.target, op=node.op, right=node.value)
    ast.copy_location(load, node)
    bind_target(engine, node.target, engine.evaluate(load, state), state)


def assert_statement(engine: Engine, node: ast.Assert, state: State) -> None:
    """Run the condition for its effects; `python -O` removes it, so that it proves nothing."""
    condition(engine, node.test, state.fork())
    for part in ast.walk(node.test):
        if isinstance(part, ast.Compare) and _only_narrows(part):
            narrow(engine, node.test, state, passed=True)


def _only_narrows(test: ast.Compare) -> bool:
    """Whether it compares with None: that tells a reader about types, not about users."""
    return any(isinstance(one, ast.Constant) and one.value is None for one in test.comparators)


def with_statement(engine: Engine, node: ast.With | ast.AsyncWith, state: State) -> None:
    """Enter the contexts, run the body; `suppress` swallows, `begin` commits."""
    managers = []
    for item in node.items:
        manager = engine.evaluate(item.context_expr, state)
        managers.append(manager)
        value = enter(engine, manager, state, item.context_expr)
        if item.optional_vars is not None:
            bind_target(engine, item.optional_vars, value, state)
    if any(_suppresses(manager) for manager in managers):
        base = len(state.facts)
        body = state.fork()
        engine.execute(node.body, body)
        continue_with(state, engine.join([body, state.fork()], base))
    else:
        engine.execute(node.body, state)
    if state.alive:
        for manager in reversed(managers):
            leave(engine, manager, state)


def _suppresses(manager: Value) -> bool:
    return getattr(manager, "name", "") == "contextlib.suppress"


def return_statement(engine: Engine, node: ast.Return, state: State) -> None:
    """End the function with a value."""
    value = engine.evaluate(node.value, state) if node.value is not None else NONE
    if state.alive:
        engine.frame.returns.append((state.fork(), value))
    state.alive = False


def delete_statement(engine: Engine, node: ast.Delete, state: State) -> None:
    """Unbind names and keys."""
    for target in node.targets:
        if isinstance(target, ast.Name):
            state.env.pop(target.id, None)
        elif isinstance(target, ast.Subscript):
            base = engine.evaluate(target.value, state)
            key = engine.evaluate(target.slice, state)
            held = engine.load(state, base) if isinstance(base, Ref) else None
            removed(engine, base, state, node)
            if isinstance(held, DictObject) and isinstance(key, Lit):
                items = tuple(item for item in held.items if item[0] != str(key.value))
                engine.store(state, base, DictObject(items, held.more))


def global_statement(engine: Engine, node: ast.Global, state: State) -> None:
    """Note that names mean the module's."""
    del state
    engine.frame.globals_declared.update(node.names)


EXECUTORS: Mapping[type, Callable[..., None]] = {
    ast.Expr: expression,
    ast.Assign: assign,
    ast.AnnAssign: annotated_assign,
    ast.AugAssign: augmented_assign,
    ast.If: if_statement,
    ast.Match: match_statement,
    ast.For: for_statement,
    ast.AsyncFor: for_statement,
    ast.While: while_statement,
    ast.Try: try_statement,
    ast.TryStar: try_statement,
    ast.Raise: raise_statement,
    ast.Assert: assert_statement,
    ast.With: with_statement,
    ast.AsyncWith: with_statement,
    ast.Return: return_statement,
    ast.Break: break_statement,
    ast.Continue: continue_statement,
    ast.FunctionDef: define_function,
    ast.AsyncFunctionDef: define_function,
    ast.ClassDef: class_statement,
    ast.Import: import_module,
    ast.ImportFrom: import_from,
    ast.Delete: delete_statement,
    ast.Global: global_statement,
}
