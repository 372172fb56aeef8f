"""Expressions on abstract values, one function for each form of syntax."""

import ast
from collections.abc import Callable, Mapping

from sdd.audit.closures import function_expression
from sdd.audit.comprehensions import comprehension, dict_comprehension
from sdd.audit.conditions import boolean, compare, condition
from sdd.audit.coroutines import resume, suspended
from sdd.audit.displays import arguments_of, dict_display, list_display, tuple_display
from sdd.audit.engine import Engine
from sdd.audit.items import get_item
from sdd.audit.joins import choose
from sdd.audit.logic import NO, YES, negated
from sdd.audit.narrowing import narrow
from sdd.audit.operators import binary, joined_text, unary
from sdd.audit.portions import slice_of
from sdd.audit.state import State
from sdd.audit.values import NONE, UNBOUND, ClassInfo, Lib, Row, Super, Sym, Value, lit

_CONSTANT_TRUTH = (Row,)


def constant(engine: Engine, node: ast.Constant, state: State) -> Value:
    """Return a literal."""
    del engine, state
    return lit(node.value)


def name(engine: Engine, node: ast.Name, state: State) -> Value:
    """Look a name up: locals, enclosing functions, module, builtins."""
    return lookup(engine, node.id, state)


def lookup(engine: Engine, identifier: str, state: State) -> Value:
    """Find what a name is bound to in the running function."""
    found = state.env.get(identifier)
    frame = engine.frame
    if found is None and frame.scope is not None:
        found = frame.scope.get(identifier)
    if found is None and not frame.is_module:
        found = engine.module(frame.module.path).get(identifier)
    if found is None:
        found = engine.builtins.get(identifier)
    if found is None:
        return _nowhere_bound(engine, identifier)
    if isinstance(found, Sym) and found.kind == "deferred":
        path, _, wanted = found.name.rpartition(":")
        return engine.module(path).get(wanted, found)
    return found


def _nowhere_bound(engine: Engine, identifier: str) -> Value:
    """A name that only a library's `import *` may have bound; without one Python would raise."""
    starred = engine.module(engine.frame.module.path).get("*")
    if isinstance(starred, Lib):
        return Lib(f"{starred.name.removesuffix('*')}{identifier}")
    note = UNBOUND if starred is None else None
    return Sym("unknown", f"name {identifier}", note)


def attribute(engine: Engine, node: ast.Attribute, state: State) -> Value:
    """Read an attribute."""
    base = engine.evaluate(node.value, state)
    return engine.each(
        state, base, lambda branch, item: engine.attribute(item, node.attr, branch, node)
    )


def subscript(engine: Engine, node: ast.Subscript, state: State) -> Value:
    """Read an item, or subscript a type."""
    base = engine.evaluate(node.value, state)
    if isinstance(node.slice, ast.Slice):
        return slice_of(engine, base, node, state)
    key = engine.evaluate(node.slice, state)
    return engine.each(state, base, lambda branch, item: get_item(engine, item, key, branch))


def call(engine: Engine, node: ast.Call, state: State) -> Value:
    """Call a function, class or method."""
    engine.step()
    if isinstance(node.func, ast.Name) and node.func.id == "super":
        return _super(engine, node, state)
    function = engine.evaluate(node.func, state)
    arguments = arguments_of(engine, node, state)
    waiting = suspended(engine, function, arguments, node)
    return waiting if waiting is not None else engine.call(function, arguments, state, node)


def _super(engine: Engine, node: ast.Call, state: State) -> Value:
    """`super()`, or `super(Class, self)` as older code writes it."""
    owner: Value | None = engine.frame.owner
    receiver = engine.frame.receiver
    if node.args:
        owner, receiver = (engine.evaluate(one, state) for one in (*node.args, *node.args)[:2])
    if isinstance(owner, ClassInfo) and receiver is not None:
        return Super(owner, receiver)
    return Sym("unknown", "super")


def if_expression(engine: Engine, node: ast.IfExp, state: State) -> Value:
    """`a if c else b`."""
    formula = state.simplify(condition(engine, node.test, state))
    if formula == YES:
        return engine.evaluate(node.body, state)
    if formula == NO:
        return engine.evaluate(node.orelse, state)
    cases = []
    for guard, branch_node in ((formula, node.body), (negated(formula), node.orelse)):
        branch = state.fork()
        branch.assume(guard)
        narrow(engine, node.test, branch, passed=branch_node is node.body)
        if branch.alive:
            cases.append((guard, engine.evaluate(branch_node, branch)))
            for key, item in branch.heap.items():
                if key not in state.heap:
                    state.put(key, item)
    return choose(cases) if cases else NONE


def awaited(engine: Engine, node: ast.Await, state: State) -> Value:
    """`await x`: what was called runs now."""
    return resume(engine, engine.evaluate(node.value, state), state, node)


def yielded(engine: Engine, node: ast.Yield, state: State) -> Value:
    """Hand out a value; a dependency ends here as far as the handler is concerned."""
    value = engine.evaluate(node.value, state) if node.value else NONE
    engine.frame.generator = True
    engine.frame.returns.append((state.fork(), value))
    return Sym("unknown", "sent")


def walrus(engine: Engine, node: ast.NamedExpr, state: State) -> Value:
    """`(x := v)`."""
    value = engine.evaluate(node.value, state)
    state.env[node.target.id] = value
    return value


def starred(engine: Engine, node: ast.Starred, state: State) -> Value:
    """`*x` outside calls and displays."""
    return engine.evaluate(node.value, state)


EVALUATORS: Mapping[type, Callable[..., Value]] = {
    ast.Constant: constant,
    ast.Name: name,
    ast.Attribute: attribute,
    ast.Subscript: subscript,
    ast.Call: call,
    ast.BoolOp: boolean,
    ast.UnaryOp: unary,
    ast.Compare: compare,
    ast.BinOp: binary,
    ast.JoinedStr: joined_text,
    ast.List: list_display,
    ast.Set: list_display,
    ast.Tuple: tuple_display,
    ast.Dict: dict_display,
    ast.IfExp: if_expression,
    ast.ListComp: comprehension,
    ast.SetComp: comprehension,
    ast.GeneratorExp: comprehension,
    ast.DictComp: dict_comprehension,
    ast.Lambda: function_expression,
    ast.Await: awaited,
    ast.Yield: yielded,
    ast.YieldFrom: yielded,
    ast.NamedExpr: walrus,
    ast.Starred: starred,
}
