"""Calls of `async def`: nothing runs before somebody awaits it, and a task may fail unheard."""

import ast
from collections.abc import Callable, Mapping

from sdd.audit.effects import Arguments
from sdd.audit.engine import Engine
from sdd.audit.items import elements
from sdd.audit.state import State
from sdd.audit.values import (
    NONE,
    Bound,
    Func,
    Handler,
    ListObject,
    Lit,
    Many,
    Phi,
    Ref,
    Tup,
    Value,
)

_WAITING = "coroutine "


def is_waiting(value: Value) -> bool:
    """Whether a value is a call that has not run yet."""
    return isinstance(value, Handler) and value.name.startswith(_WAITING)


def resume(engine: Engine, value: Value, state: State, node: ast.AST) -> Value:
    """Run what waits in a value, for each of its alternatives; anything else is itself."""
    if isinstance(value, Phi) and any(is_waiting(item) for _, item in value.cases):
        return engine.each(state, value, lambda branch, item: resume(engine, item, branch, node))
    if isinstance(value, Many):
        return Many(resume(engine, value.element, state, node))
    if isinstance(value, Tup):
        return Tup(tuple(resume(engine, item, state, node) for item in value.items))
    held = engine.load(state, value) if isinstance(value, Ref) else None
    if isinstance(held, ListObject) and any(is_waiting(item) for item in _all_of(held)):
        items = tuple((guard, resume(engine, item, state, node)) for guard, item in held.items)
        more = tuple(resume(engine, item, state, node) for item in held.more)
        return engine.allocate(state, ListObject(items, more))
    return engine.call(value, Arguments(), state, node) if is_waiting(value) else value


def _all_of(held: ListObject) -> tuple[Value, ...]:
    return (*(item for _, item in held.items), *held.more)


def aside(engine: Engine, state: State, run: Callable[[State], Value]) -> tuple[State, Value]:
    """Run something whose failure stops nobody: its effects count, what it checks does not."""
    branch = state.fork()
    raised = len(engine.frame.raises)
    value = run(branch)
    del engine.frame.raises[raised:]
    if branch.alive:
        engine.commit(branch)
    return branch, value


def gathered(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`asyncio.gather(a, b)`; with `return_exceptions` nothing stops where one of them fails."""
    flag = arguments.get("return_exceptions")
    waiting = [*arguments.positional, *(Many(elements(engine, x, state)) for x in arguments.star)]
    if flag is None or (isinstance(flag, Lit) and not flag.value):
        return Tup(tuple(resume(engine, one, state, node) for one in waiting))
    return Tup(tuple(_unheard(engine, one, state, node) for one in waiting))


def _unheard(engine: Engine, waiting: Value, state: State, node: ast.AST) -> Value:
    return aside(engine, state, lambda now: resume(engine, waiting, now, node))[1]


def started(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`create_task(c)`: runs beside the request; whoever awaits the task hears of its failure."""
    first = arguments.positional[0] if arguments.positional else NONE
    aside(engine, state, lambda now: resume(engine, first, now, node))
    return first


def finished(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`asyncio.run(c)`: awaits it."""
    first = arguments.positional[0] if arguments.positional else NONE
    return resume(engine, first, state, node)


def kept(engine: Engine, arguments: Arguments, state: State, node: ast.AST) -> Value:
    """`wait_for(c, 5)`, `shield(c)`: still has to be awaited."""
    del engine, state, node
    return arguments.positional[0] if arguments.positional else NONE


def suspended(engine: Engine, function: Value, arguments: Arguments, node: ast.AST) -> Value | None:
    """Return the waiting call of an `async def`; None where calling runs at once."""
    plain = function.function if isinstance(function, Bound) else function
    if not isinstance(plain, Func) or not isinstance(plain.node, ast.AsyncFunctionDef):
        return None
    if engine.trait(plain.node, _yields):
        return None

    def run(machine: Engine, more: Arguments, now: State, place: ast.AST) -> Value:
        del more, place
        return machine.call(function, arguments, now, node)

    return Handler(f"{_WAITING}{engine.site(node)} {hash(arguments)}", run)


def _yields(function: ast.AST) -> bool:
    queue: list[ast.AST] = list(getattr(function, "body", ()))
    while queue:
        node = queue.pop()
        if isinstance(node, (ast.Yield, ast.YieldFrom)):
            return True
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            queue.extend(ast.iter_child_nodes(node))
    return False


Model = Callable[[Engine, Arguments, State, ast.AST], Value]
MODELS: Mapping[str, Model] = {
    "asyncio.gather": gathered,
    "asyncio.run": finished,
    "asyncio.create_task": started,
    "asyncio.ensure_future": started,
    "asyncio.run_coroutine_threadsafe": started,
    "asyncio.wait_for": kept,
    "asyncio.shield": kept,
    "asyncio.as_completed": kept,
}
METHODS: Mapping[str, Model] = {
    "run_until_complete": finished,
    "create_task": started,
    "ensure_future": started,
}
