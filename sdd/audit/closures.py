"""Functions as values: their defaults, and what they can see of the functions around them."""

import ast
from collections.abc import Mapping

from sdd.audit.engine import Engine
from sdd.audit.state import State
from sdd.audit.values import Func, Value


def function_expression(engine: Engine, node: ast.Lambda, state: State) -> Value:
    """A lambda with what it closes over."""
    return make_function(engine, node, state)


def make_function(
    engine: Engine, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, state: State
) -> Func:
    """Return a function with its defaults, which Python evaluates where it is defined."""
    scope = closure_of(engine, state)
    return Func(node, engine.frame.module, scope, defaults=_defaults(engine, node.args, state))


def _defaults(engine: Engine, spec: ast.arguments, state: State) -> dict[str, Value]:
    positional = [*spec.posonlyargs, *spec.args]
    tail = positional[len(positional) - len(spec.defaults) :]
    found = {
        parameter.arg: engine.evaluate(node, state)
        for parameter, node in zip(tail, spec.defaults, strict=True)
    }
    for parameter, node in zip(spec.kwonlyargs, spec.kw_defaults, strict=True):
        if node is not None:
            found[parameter.arg] = engine.evaluate(node, state)
    return found


def closure_of(engine: Engine, state: State) -> Mapping[str, Value] | None:
    """Return the names that a function defined here can see beside the module's."""
    if engine.frame.is_module:
        return None
    if engine.frame.is_class:
        return engine.frame.scope  # methods do not see the names of the class around them
    return {**(engine.frame.scope or {}), **state.env}
