"""Functions that call what they are given: Python's own, executors, sessions in a thread."""

import ast
from collections.abc import Mapping
from dataclasses import replace

from sdd.audit.coroutines import Model, aside
from sdd.audit.effects import Arguments
from sdd.audit.engine import Engine
from sdd.audit.items import elements
from sdd.audit.joins import choose
from sdd.audit.logic import YES
from sdd.audit.state import State
from sdd.audit.values import NONE, Bound, Func, Handler, LibObject, Many, Value

_FUTURE = "concurrent.futures.Future"


def passed_on(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`run_in_threadpool(f, a)`: call it here."""
    if not arguments.positional:
        return NONE
    inner = replace(arguments, positional=arguments.positional[1:])
    return engine.call(arguments.positional[0], inner, state, node)


def partially(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`functools.partial(f, a)`."""
    del engine, state, node
    if not arguments.positional:
        return NONE
    function, *given = arguments.positional
    keywords = arguments.keywords

    def run(machine: Engine, more: Arguments, now: State, place: ast.AST) -> Value:
        every = replace(
            more, positional=(*given, *more.positional), keywords=(*keywords, *more.keywords)
        )
        return machine.call(function, every, now, place)

    return Handler("partial", run)


def mapped(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`map(f, xs, ys)`: what the function makes of any of the elements."""
    if not arguments.positional:
        return Many(NONE)
    function, *several = arguments.positional
    given = Arguments(tuple(elements(engine, one, state) for one in several))
    return Many(engine.call(function, given, state, node))


def filtered(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`filter(f, xs)`: some of the elements; what the function does counts."""
    function, several = (*arguments.positional, NONE, NONE)[:2]
    element = elements(engine, several, state)
    if function != NONE:
        aside(engine, state, lambda now: engine.call(function, Arguments((element,)), now, node))
    return Many(element)


def reduced(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`reduce(f, xs, first)`: the first value, or what the function makes of it and an element."""
    function, several, *rest = (*arguments.positional, NONE, NONE)
    element = elements(engine, several, state)
    first = rest[0] if len(arguments.positional) > 2 else element  # noqa: PLR2004 - reduce's third
    result = engine.call(function, Arguments((first, element)), state, node)
    return choose([(YES, first), (YES, result)])


def in_executor(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`loop.run_in_executor(executor, f, x)`: awaited like any call."""
    inner = replace(arguments, positional=arguments.positional[1:])
    return passed_on(engine, inner, state, node)


def submitted(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`executor.submit(f, x)`: runs beside the request, until somebody asks for its result."""
    return LibObject(
        _FUTURE, (aside(engine, state, lambda now: passed_on(engine, arguments, now, node))[1],)
    )


def method_with_callback(
    engine: Engine, receiver: Value, name: str, arguments: Arguments, state: State, node: ast.AST
) -> Value | None:
    """Call a method of a library's object that calls a function; None: it is none."""
    if isinstance(receiver, LibObject) and receiver.name == _FUTURE and name == "result":
        return receiver.args[0]
    place = {"run_in_executor": 1, "submit": 0, "run_sync": 0, "run": 0}.get(name, 0)
    given = arguments.positional[place : place + 1]
    if not given or not is_callable(given[0]):
        return None
    match name:
        case "run_in_executor":
            return in_executor(engine, arguments, state, node)
        case "submit":
            return submitted(engine, arguments, state, node)
        case "run_sync":
            others = arguments.positional[1:]
            inner = replace(arguments, positional=(receiver, *others))
            return engine.call(given[0], inner, state, node)
        case "run" if isinstance(receiver, LibObject) and receiver.name.startswith("contextvars."):
            return passed_on(engine, arguments, state, node)
        case _:
            return None


def is_callable(value: Value) -> bool:
    """Whether a value is a function of the program, or one with some arguments fixed."""
    is_partial = isinstance(value, Handler) and value.name == "partial"
    return isinstance(value, (Func, Bound)) or is_partial


MODELS: Mapping[str, Model] = {
    "functools.partial": partially,
    "asyncio.to_thread": passed_on,
    "fastapi.concurrency.run_in_threadpool": passed_on,
    "starlette.concurrency.run_in_threadpool": passed_on,
    "map": mapped,
    "filter": filtered,
    "functools.reduce": reduced,
    "anyio.to_thread.run_sync": passed_on,
}
