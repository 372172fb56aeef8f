"""`try`, `except`, `finally` and `raise`."""

import ast
from collections.abc import Sequence

from sdd.audit.branches import continue_with
from sdd.audit.engine import Engine
from sdd.audit.exceptions import catches, is_answer, is_library_exception
from sdd.audit.imports import are_found
from sdd.audit.state import State
from sdd.audit.values import EXCEPTION, Lib, Ref, Value


def try_statement(engine: Engine, node: ast.Try, state: State) -> None:
    """Run the body and its handlers; `finally` runs however they end."""
    if not node.finalbody or all(_only_closes(one) for one in node.finalbody):
        _guarded(engine, node, state)
        if state.alive:
            engine.execute(node.finalbody, state)
        return
    frame, base = engine.frame, len(state.facts)
    interrupted = state.fork()
    returned, raised = len(frame.returns), len(frame.raises)
    engine.tries += 1
    snapshots = _guarded(engine, node, state)
    engine.tries -= 1
    ended = [end for end, _ in [*frame.returns[returned:], *frame.raises[raised:]]]
    early = [one.fork() for one in snapshots if one.alive]
    for one in early:
        one.forget(base)
    forks = [interrupted, *early, *(end.fork() for end in ended)]
    for one in forks:
        one.alive = True
    left = engine.join(forks, base)
    if _leaves(node.finalbody):
        # What is pending, an exception or a result, is dropped by a jump out of `finally`.
        del frame.returns[returned:], frame.raises[raised:]
        ways = [one for one in (state.fork(), left) if one is not None and one.alive]
        continue_with(state, engine.join(ways, base))
        engine.execute(node.finalbody, state)
        return
    if not engine.tries:
        del frame.raises[raised:]
    if left is not None:
        kept = len(frame.raises)
        engine.execute(node.finalbody, left)
        del frame.raises[kept:]
    if state.alive:
        engine.execute(node.finalbody, state)


def _only_closes(statement: ast.stmt) -> bool:
    value = statement.value if isinstance(statement, ast.Expr) else None
    call = value.value if isinstance(value, ast.Await) else value
    return isinstance(statement, ast.Pass) or (
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in {"close", "aclose", "reset", "release", "remove"}
        and not call.args
    )


def _leaves(body: Sequence[ast.stmt]) -> bool:
    """Whether a `finally` block jumps out of itself."""
    queue: list[ast.AST] = list(body)
    while queue:
        node = queue.pop()
        if isinstance(node, (ast.Return, ast.Break, ast.Continue)):
            return True
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            queue.extend(ast.iter_child_nodes(node))
    return False


def _guarded(engine: Engine, node: ast.Try, state: State) -> list[State]:
    """Run the body; handlers start from wherever it may have raised. Return those states."""
    base = len(state.facts)
    start = state.fork()
    mark = len(engine.frame.raises)
    engine.tries += 1
    snapshots = [start]
    body = state.fork()
    for statement in node.body:
        if not body.alive:
            break
        engine.execute([statement], body)
        if statement is not node.body[-1]:
            snapshots.append(body.fork())
    snapshots = [one for one in snapshots if one.alive or one is start]
    engine.tries -= 1
    thrown = engine.frame.raises[mark:]
    del engine.frame.raises[mark:]
    if body.alive:
        engine.execute(node.orelse, body)
    ended = [body]
    for handler in () if are_found(engine, node.body, body) else node.handlers:
        caught, thrown = _split(engine, handler, thrown, start)
        entry = _handler_entry(start, snapshots, caught, base, handler, engine)
        if entry is None:
            continue
        if handler.name:
            entry.env[handler.name] = _caught_value(caught)

        engine.execute(handler.body, entry)
        ended.append(entry)
    if engine.tries:
        engine.frame.raises.extend(thrown)
    continue_with(state, engine.join(ended, base))
    return snapshots


def _caught_value(caught: "_Thrown") -> Value:
    """Return what `except … as error` binds: the project's own exceptions speak for users."""
    own = [value for _, value in caught if isinstance(value, Ref)]
    return own[0] if own and len(own) == len(caught) else EXCEPTION


_Thrown = list[tuple[State, Value]]


def _split(
    engine: Engine, handler: ast.ExceptHandler, thrown: _Thrown, state: State
) -> tuple[_Thrown, _Thrown]:
    if handler.type is None:
        return thrown, []
    wanted = engine.evaluate(handler.type, state)
    caught = [item for item in thrown if catches(engine, wanted, item[1], item[0])]
    return caught, [item for item in thrown if item not in caught]


def _handler_entry(
    start: State,
    snapshots: list[State],
    caught: _Thrown,
    base: int,
    handler: ast.ExceptHandler,
    engine: Engine,
) -> State | None:
    """Join every state from which this handler can be entered."""
    states = [one for one, _ in caught]
    wanted = engine.evaluate(handler.type, start) if handler.type is not None else None
    if not caught or wanted is None or is_library_exception(engine, wanted):
        early = [snapshot.fork() for snapshot in snapshots]
        for snapshot in early:
            snapshot.forget(base)
        states = [*early, *states]
    for one in states:
        one.alive = True
    return engine.join([one.fork() for one in states], base)


def raise_statement(engine: Engine, node: ast.Raise, state: State) -> None:
    """End the path with an exception."""
    value = engine.evaluate(node.exc, state) if node.exc is not None else Lib("reraised")
    if state.alive and is_answer(engine, value, state):
        engine.handed_out.append((value, state.fork(), engine.place(node)))
    if state.alive:
        engine.fail(state, value)
