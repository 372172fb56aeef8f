"""Functions and classes where they are defined, with their decorators."""

import ast

from sdd.audit.classes import define_class
from sdd.audit.closures import make_function
from sdd.audit.effects import Arguments
from sdd.audit.engine import Engine
from sdd.audit.state import State
from sdd.audit.values import Func, Phi, Ref, Value


def define_function(
    engine: Engine, node: ast.FunctionDef | ast.AsyncFunctionDef, state: State
) -> None:
    """Bind a function, with its decorators applied from the inside out."""
    if any(isinstance(one, ast.Attribute) and one.attr == "setter" for one in node.decorator_list):
        return
    function = make_function(engine, node, state)
    scope = function.closure
    value: Value = function
    for decorator in reversed(node.decorator_list):
        value = decorated(engine, decorator, value, state)
    state.env[node.name] = value
    if isinstance(scope, dict) and not engine.frame.is_class:
        scope[node.name] = value


def decorated(engine: Engine, decorator: ast.expr, value: Value, state: State) -> Value:
    """Apply a decorator; what a library's unknown decorator returns is the function itself."""
    with_call = engine.evaluate(decorator, state)
    result = engine.call(with_call, Arguments((value,)), state, decorator)
    state.alive = True
    if isinstance(result, (Func, Ref)) or type(result).__name__ in {"Bound", "ClassInfo"}:
        return result
    if isinstance(result, Phi):
        functions = [item for _, item in result.cases if isinstance(item, Func)]
        if functions:
            return functions[0]
    return value


def class_statement(engine: Engine, node: ast.ClassDef, state: State) -> None:
    """Bind a class."""
    value: Value = define_class(engine, node, state)
    for decorator in reversed(node.decorator_list):
        changed = decorated(engine, decorator, value, state)
        value = changed if type(changed).__name__ == "ClassInfo" else value
    state.env[node.name] = value
