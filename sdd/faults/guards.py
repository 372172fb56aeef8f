"""Faults in guards: branches and calls that stop who must not go on."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from sdd.diagnostics import Edit
from sdd.faults.model import Kind, Mutation
from sdd.faults.scopes import Function
from sdd.faults.sites import Ground, is_used, refuses
from sdd.faults.source import Source

_SURROUNDINGS = frozenset({"self", "cls", "session", "db"})  # passed along, never asked about


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """A statement that ends the request of somebody who must not go on.

    Attributes:
        raises: Whether it ends it with an exception.
    """

    statement: ast.stmt
    raises: bool


def seed_guards(ground: Ground) -> Iterator[Mutation]:
    """Drop, invert, delay and silence every guard."""
    for function in ground.functions:
        entries = tuple(entry.name for entry in function.entries if entry.confined)
        for guard in guards(ground, function) if entries else ():
            yield from _mutations(function, guard, entries)


def guards(ground: Ground, function: Function) -> Iterator[Guard]:
    """Yield the guards of a function that compare with the caller or ask a checker."""
    compared = {site.node for site in ground.comparisons(function)}
    for node in ast.walk(function.node):
        match node:
            case ast.If(orelse=[], body=[*_, ast.Raise() | ast.Return() as last]) if (
                function.source.starts_line(node) and _protects(ground, function, node, compared)
            ):
                yield Guard(statement=node, raises=isinstance(last, ast.Raise))
            case ast.Expr(value=ast.Await(value=ast.Call() as call) | (ast.Call() as call)) if (
                function.asks_about(call)
                and ground.is_checker(call, function)
                and _is_about_used_things(function, call, node)
            ):
                yield Guard(statement=node, raises=True)
            case _:
                pass


def seed_locks(ground: Ground) -> Iterator[Mutation]:
    """Drop each statement that may end a request: it may stand in for a check that is gone."""
    for function in ground.functions:
        entries = tuple(entry.name for entry in function.entries if entry.confined)
        for node in ast.walk(function.node) if entries else ():
            match node:
                case ast.If(orelse=[], body=[*_, ast.Raise() | ast.Return()]) if (
                    function.source.starts_line(node)
                ):
                    yield _dropped(function, node, entries)
                case ast.Expr(value=ast.Await(value=ast.Call() as call) | (ast.Call() as call)) if (
                    ground.is_checker(call, function)
                ):
                    yield _dropped(function, node, entries)
                case _:
                    pass


def _dropped(function: Function, statement: ast.stmt, entries: tuple[str, ...]) -> Mutation:
    source = function.source
    return Mutation(
        kind=Kind.DROPPED_GUARD,
        title=f"{source.text(statement).split(chr(10), 1)[0]} dropped",
        span=source.span(statement),
        edits=(source.replace(statement, "pass"),),
        entries=entries,
    )


def _is_about_used_things(function: Function, call: ast.Call, statement: ast.stmt) -> bool:
    """Whether something that a checker is asked about is used beside the question."""
    given = [*call.args, *(item.value for item in call.keywords)]
    return any(
        isinstance(node, ast.Name) and is_used(function, node.id, statement)
        for item in given
        if not function.is_principal(item)
        for node in ast.walk(item)
        if not isinstance(node, ast.Name) or node.id not in _SURROUNDINGS
    )


def _protects(
    ground: Ground, function: Function, branch: ast.If, compared: set[ast.Compare]
) -> bool:
    """Whether a branch is taken by those who must not go on."""
    raises = isinstance(branch.body[-1], ast.Raise)
    for node in ast.walk(branch.test):
        if isinstance(node, ast.Compare) and node in compared:
            return refuses(function.source, node, branch.test)
        if isinstance(node, ast.Call) and function.asks_about(node):
            return raises and ground.only_reads(node, function)
    asked = branch.test.operand if isinstance(branch.test, ast.UnaryOp) else branch.test
    return (
        raises
        and isinstance(asked, ast.Name)
        and _only_says_whether(ground, function, asked.id, branch.test)
    )


def _only_says_whether(ground: Ground, function: Function, name: str, test: ast.expr) -> bool:
    """Whether a name is the answer of a checker that was told the caller, and only asked here."""
    inside = set(ast.walk(test))
    uses = [n for n in ast.walk(function.node) if isinstance(n, ast.Name) and n.id == name]
    read_elsewhere = any(isinstance(n.ctx, ast.Load) and n not in inside for n in uses)
    return not read_elsewhere and any(
        isinstance(call, ast.Call)
        and function.asks_about(call)
        and ground.only_reads(call, function)
        for node in ast.walk(function.node)
        if isinstance(node, ast.Assign)
        and any(isinstance(t, ast.Name) and t.id == name for t in node.targets)
        for call in ast.walk(node.value)
    )


def _mutations(function: Function, guard: Guard, entries: tuple[str, ...]) -> Iterator[Mutation]:
    source, statement = function.source, guard.statement
    words = source.text(statement).split("\n", 1)[0]

    def mutation(kind: Kind, how: str, *edits: Edit) -> Mutation:
        return Mutation(
            kind=kind,
            title=f"{words} {how}",
            span=source.span(statement),
            edits=edits,
            entries=entries,
        )

    yield _dropped(function, statement, entries)
    if isinstance(statement, ast.If):
        test = f"not ({source.text(statement.test)})"
        yield mutation(Kind.INVERTED_GUARD, "inverted", source.replace(statement.test, test))
    if guard.raises:
        lines = [f"    {line}" for line in source.lines_of(statement)]
        silent = ["try:", *lines, "except Exception:", "    pass"]
        yield mutation(
            Kind.SWALLOWED_GUARD, "with its exception swallowed", source.instead(statement, silent)
        )
        effect = _commit_after(source, statement)
        if effect is not None:
            yield mutation(
                Kind.LATE_GUARD,
                "after the effect",
                source.replace(statement, "pass"),
                source.after(effect, source.lines_of(statement)),
            )


def _commit_after(source: Source, statement: ast.stmt) -> ast.stmt | None:
    """Find the last statement of the same block that makes an effect lasting."""
    block = source.block(statement)
    later = block[block.index(statement) + 1 :]
    found = [item for item in later if _commits(item) and not isinstance(item, ast.Return)]
    return found[-1] if found else None


def _commits(node: ast.stmt) -> bool:
    return any(
        isinstance(inner, ast.Call)
        and isinstance(inner.func, ast.Attribute)
        and inner.func.attr == "commit"
        for inner in ast.walk(node)
    )
