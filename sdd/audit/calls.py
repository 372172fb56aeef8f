"""Calls: functions of the program are run with the caller's facts, libraries are modelled."""

import ast
from collections.abc import Callable
from dataclasses import replace

from sdd.audit.alike import Call
from sdd.audit.attributes import class_of
from sdd.audit.classes import instantiate
from sdd.audit.effects import Arguments, Entered
from sdd.audit.engine import Engine
from sdd.audit.library import call_library, call_object
from sdd.audit.logic import YES, Formula
from sdd.audit.natives import call_native
from sdd.audit.state import Frame, State
from sdd.audit.strangers import note_stranger
from sdd.audit.tokens import external_identity
from sdd.audit.trust import is_trusted
from sdd.audit.unknowns import apply
from sdd.audit.values import (
    NONE,
    Bound,
    ClassInfo,
    DictObject,
    Field,
    Func,
    Generic,
    Handler,
    Instance,
    Lib,
    LibObject,
    ListObject,
    Many,
    Native,
    Phi,
    Ref,
    Sym,
    Value,
)


def call(  # noqa: C901, PLR0912 - one case for each kind of value
    engine: Engine, function: Value, arguments: Arguments, state: State, node: ast.AST
) -> Value:
    """Call a value with evaluated arguments."""
    if isinstance(function, Phi):
        return engine.each(
            state, function, lambda branch, item: call(engine, item, arguments, branch, node)
        )
    if engine.trusted and is_trusted(engine, function, state):
        return external_identity(engine, arguments, state, node)
    match function:
        case Func():
            return invoke(engine, function, arguments, state, node)
        case Bound(function=Func() as method, receiver=receiver):
            return invoke(engine, method, arguments, state, node, receiver=receiver)
        case Bound(function=inner):
            return call(engine, inner, arguments, state, node)
        case ClassInfo():
            return instantiate(engine, function, arguments, state, node)
        case Generic(base=base):
            return call(engine, base, arguments, state, node)
        case Native(receiver=receiver, name=name):
            return call_native(engine, receiver, name, arguments, state, node)
        case Field(base=base, name=name):
            return call_native(engine, base, name, arguments, state, node)
        case Handler(call=run):
            return run(engine, arguments, state, node)
        case Lib(name=name):
            return call_library(engine, name, arguments, state, node)
        case LibObject():
            return call_object(engine, function, arguments, state, node)
        case Ref():
            return _call_instance(engine, function, arguments, state, node)
        case _:
            return unknown_call(engine, function, arguments, state)


def _call_instance(
    engine: Engine, ref: Ref, arguments: Arguments, state: State, node: ast.AST
) -> Value:
    info = class_of(engine, ref, state)
    method = info.find("__call__") if info else None
    if isinstance(method, Func):
        return invoke(engine, method, arguments, state, node, receiver=ref)
    if info is not None:
        return call_native(engine, ref, "__call__", arguments, state, node)
    return unknown_call(engine, ref, arguments, state)


def unknown_call(engine: Engine, function: Value, arguments: Arguments, state: State) -> Value:
    """Call something that is not known: its result depends on all it was given."""
    if isinstance(function, Sym) and function.kind == "unknown":
        engine.unknown_check(function.name, state, arguments.every())
    return apply("call", (function, *arguments.every()))


# ------------------------------------------------------------------ functions of the program


def invoke(
    engine: Engine,
    function: Func,
    arguments: Arguments,
    state: State,
    node: ast.AST,
    *,
    receiver: Value | None = None,
) -> Value:
    """Run a function's body with the caller's facts and join its normal ends."""
    if engine.is_too_deep(function.node):
        if engine.is_deepest():
            note_stranger(engine, "read", f"what {function.label} does so far down", state, node)
        engine.unknown_check(f"recursion in {function.label}", state, arguments.every())
        return apply(f"recursive {function.label}", arguments.every())
    if function.binding == "static":
        receiver = None
    elif receiver is not None:
        arguments = replace(arguments, positional=(receiver, *arguments.positional))
    engine.step()
    place = engine.place(node)

    def run() -> Value:
        frame = Frame(
            module=function.module,
            label=function.label,
            scope=function.closure,
            owner=function.owner,
            receiver=receiver,
        )
        with engine.inside(frame, function.node, place):
            env = bind_parameters(engine, function, arguments, state)
            inner = state.within(env)
            _run(engine, function, inner, frame)
        return _returned(engine, function, frame, state)

    known_by = Call(engine, function.node, (function, receiver), arguments)
    return engine.memory.remembered(engine, known_by, state, node, run)


def _run(engine: Engine, function: Func, inner: State, frame: Frame) -> None:
    if isinstance(function.node, ast.Lambda):
        value = engine.evaluate(function.node.body, inner)
        frame.returns.append((inner, value))
        return
    engine.execute(function.node.body, inner)
    if inner.alive and not frame.generator:
        frame.returns.append((inner, NONE))


def _returned(engine: Engine, function: Func, frame: Frame, state: State) -> Value:
    base = len(state.facts)
    ended = []
    for end, value in frame.returns:
        end.env = {"$return": value}
        end.alive = True
        ended.append(end)
    for thrown, exception in frame.raises:
        if engine.tries:
            thrown.env = dict(state.env)
            engine.frame.raises.append((thrown, exception))
    merged = engine.join(ended, base)
    if merged is None:
        state.alive = False
        return NONE
    value = merged.env["$return"]
    state.take(merged)
    if frame.generator and not engine.trait(function.node, _is_context):
        return _generated(value)
    return value


def _generated(value: Value) -> Value:
    return Many(value)


def _is_context(function: ast.AST) -> bool:
    decorators = getattr(function, "decorator_list", [])
    return any("contextmanager" in ast.dump(item) for item in decorators)


def bind_parameters(
    engine: Engine, function: Func, arguments: Arguments, state: State
) -> dict[str, Value]:
    """Bind parameters to arguments and defaults."""
    spec = function.node.args
    env: dict[str, Value] = {}
    positional = [*spec.posonlyargs, *spec.args]
    given = list(arguments.positional)
    named = dict(arguments.keywords)
    uncertain = (*arguments.star, *arguments.rest)
    for index, parameter in enumerate(positional):
        if index < len(given):
            env[parameter.arg] = given[index]
        else:
            env[parameter.arg] = _named(parameter.arg, named, uncertain, function)
    for parameter in spec.kwonlyargs:
        env[parameter.arg] = _named(parameter.arg, named, uncertain, function)
    if spec.vararg:
        extra = tuple((_yes(), value) for value in given[len(positional) :])
        env[spec.vararg.arg] = engine.allocate(state, ListObject(extra, arguments.star))
    if spec.kwarg:
        left = {key: value for key, value in named.items() if key not in env}
        env[spec.kwarg.arg] = engine.allocate(
            state, DictObject(tuple(left.items()), arguments.rest)
        )
    if engine.entered is not None:
        engine.entered.append(Entered(function, dict(env), dict(state.heap)))
    return env


def _yes() -> Formula:
    return YES


def _named(
    name: str, named: dict[str, Value], uncertain: tuple[Value, ...], function: Func
) -> Value:
    if name in named:
        return named[name]
    if uncertain:
        return apply("argument", uncertain)
    if name in function.defaults:
        return function.defaults[name]
    return Sym("unknown", f"argument {name}")


Caller = Callable[[Engine, Value, Arguments, State, ast.AST], Value]
__all__ = ["Caller", "Instance", "bind_parameters", "call", "invoke", "unknown_call"]
