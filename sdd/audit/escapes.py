"""Code of the program that is handed to somebody else's code, which may call it at any time."""

import ast
from collections.abc import Callable, Iterator

from sdd.audit.callbacks import is_callable
from sdd.audit.classes import is_enum, is_model
from sdd.audit.coroutines import aside, is_waiting, resume
from sdd.audit.effects import Arguments
from sdd.audit.engine import Engine
from sdd.audit.language_models import is_of_model, tool_arguments, tools_of
from sdd.audit.lending import HARMLESS_PACKAGES, lend
from sdd.audit.state import State
from sdd.audit.strangers import note_stranger
from sdd.audit.touches import terms
from sdd.audit.values import (
    Bound,
    DictObject,
    Func,
    Instance,
    ListObject,
    Ref,
    Row,
    Sym,
    Tup,
    Value,
)

# They read, print or wrap what they are given; none of them answers with it.
_HARMLESS = frozenset(
    {"debug", "info", "warning", "error", "exception", "critical", "log", "commit", "flush"}
)
_STARTS = frozenset({"add_task", "start_soon", "submit", "add_job", "call_soon", "call_later"})
_ANY = Sym("unknown", "an argument that foreign code gives")
_DEEPEST = 2


def hand_over(
    engine: Engine,
    callee: str,
    arguments: Arguments,
    state: State,
    node: ast.AST,
    receiver: Value | None = None,
) -> None:
    """Run what foreign code may call with what it was given: its effects are the request's."""
    package, _, method = callee.rpartition(".")
    given = arguments.every()
    if engine.module_states or method in _HARMLESS:
        return
    if method in _STARTS:
        _start(engine, arguments, state, node)
        return
    if not package or package.lstrip(".").partition(".")[0] in HARMLESS_PACKAGES:
        return
    tools: dict[Value, None] = {}
    if is_of_model(callee):
        tools.update(dict.fromkeys(_tools(engine, arguments, receiver, state)))
        _tell(engine, given, state, node)
    if not tools:
        # What has methods of the program is run below: they say what is done with what it holds.
        kept = [one for one in given if not any(_handed(engine, one, state))]
        lend(engine, callee, kept, receiver, state, node)
    if engine.escaping >= _DEEPEST:
        if tools or any(any(_handed(engine, one, state)) for one in given):
            note_stranger(engine, "read", f"what {callee} calls back so far down", state, node)
        return
    engine.escaping += 1
    for tool in tools:
        _run_tool(engine, tool, arguments, state, node)
    for one in _callbacks(engine, callee, given, state):
        _run_any(engine, one, state, node)
    engine.escaping -= 1


def _tell(engine: Engine, given: tuple[Value, ...], state: State, node: ast.AST) -> None:
    """What a language model is told, it may tell whoever asks it."""
    if any(isinstance(one, Row) for one in terms(engine, given, state)):
        engine.handed_out.append((Tup(given), state.fork(), engine.place(node)))


def _callbacks(
    engine: Engine, callee: str, given: tuple[Value, ...], state: State
) -> Iterator[Value]:
    """Yield what may be called of what is given; a model's lists are of tools."""
    for value in given:
        if not (is_of_model(callee) and _is_list(engine, value, state)):
            yield from _handed(engine, value, state)


def _is_list(engine: Engine, value: Value, state: State) -> bool:
    return isinstance(value, Ref) and isinstance(engine.load(state, value), ListObject)


def _start(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> None:
    """A task of its own, with its arguments; nobody waits for it."""
    functions = list(filter(is_callable, arguments.positional))
    if not functions:
        sent = Tup(arguments.every())
        engine.handed_out.append((sent, state.fork(), engine.place(node)))
        return
    at = arguments.positional.index(functions[0])
    given = Arguments(
        arguments.positional[at + 1 :], arguments.keywords, arguments.star, arguments.rest
    )
    aside(
        engine,
        state,
        lambda now: resume(engine, engine.call(functions[0], given, now, node), now, node),
    )


def _tools(
    engine: Engine, arguments: Arguments, receiver: Value | None, state: State
) -> Iterator[Value]:
    """Yield the program's functions that a model may call."""
    for value in (*arguments.every(), *([receiver] if receiver is not None else [])):
        if not isinstance(value, (Func, Bound)):
            yield from tools_of(engine, value, state)


def _run_tool(
    engine: Engine, tool: Value, arguments: Arguments, state: State, node: ast.AST
) -> None:
    """A model may call each tool that it was given, with whatever arguments it likes."""

    def run(now: State) -> Value:
        return engine.call(tool, tool_arguments(engine, tool, arguments, now), now, node)

    _hand_out(engine, run, state, node)


def _run_any(engine: Engine, value: Value, state: State, node: ast.AST) -> None:
    def run(now: State) -> Value:
        if is_waiting(value):
            return resume(engine, value, now, node)
        return engine.call(value, Arguments(star=(_ANY,)), now, node)

    _hand_out(engine, run, state, node)


def _hand_out(engine: Engine, run: Callable[[State], Value], state: State, node: ast.AST) -> None:
    """Run something of which foreign code gets the result."""
    after, result = aside(engine, state, run)
    if after.alive:
        engine.handed_out.append((result, after, engine.place(node)))


def _handed(engine: Engine, value: Value, state: State) -> Iterator[Value]:
    """Yield what can be called of a value: functions, coroutines, methods of objects."""
    if is_callable(value) or is_waiting(value):
        yield value
    elif isinstance(value, Tup):
        for item in value.items:
            yield from _handed(engine, item, state)
    elif isinstance(value, Ref):
        held = engine.load(state, value)
        if isinstance(held, (ListObject, DictObject)):
            for item in (*(item for _, item in held.items), *held.more):
                yield from _handed(engine, item, state)
        elif isinstance(held, Instance) and held.info is not None:
            yield from _methods(held, value)


def _methods(held: Instance, ref: Ref) -> Iterator[Value]:
    info = held.info
    if info is None or info.entity or is_model(info) or is_enum(info):
        return
    seen: set[str] = set()
    for ancestor in info.mro():
        for name, member in ancestor.members.items():
            hidden = name.startswith("_") and name != "__call__"
            if isinstance(member, Func) and not hidden and name not in seen and not member.binding:
                seen.add(name)
                yield Bound(member, ref)
