"""Predicates and guards in functions of their own."""

import ast
import builtins
from collections.abc import Iterator

from sdd.diagnostics import Edit
from sdd.faults.guards import guards
from sdd.faults.model import Mutation, Rewrite
from sdd.faults.scopes import Function
from sdd.faults.sites import Ground
from sdd.faults.source import Source
from sdd.text import Span


def rewrite_extractions(ground: Ground) -> Iterator[Mutation]:
    """Put every equality and every guard that raises into a helper."""
    for function in ground.functions:
        for site in ground.comparisons(function):
            if not any(isinstance(node, ast.NamedExpr) for node in ast.walk(site.node)):
                yield _extracted(
                    function, Rewrite.EXTRACTED_PREDICATE, "is_the_same", site.node, ()
                )
        for guard in guards(ground, function):
            if guard.raises and _is_movable(function, guard.statement):
                yield _extracted(
                    function,
                    Rewrite.EXTRACTED_GUARD,
                    "refuse_others",
                    guard.statement,
                    function.source.lines_of(guard.statement),
                )


def _is_movable(function: Function, statement: ast.stmt) -> bool:
    """Whether nothing in a branch needs the function around it but names."""
    moved = (ast.Await, ast.Yield, ast.NamedExpr, ast.Return, ast.Assign)
    return (
        isinstance(statement, ast.If)
        and function.source.text(statement).startswith("if")
        and not any(isinstance(node, moved) for node in ast.walk(statement))
    )


def _extracted(
    function: Function, kind: Rewrite, name: str, node: ast.AST, lines: list[str] | tuple[()]
) -> Mutation:
    source = function.source
    taken = sorted(_local_names(function, node))
    given = ", ".join(taken)
    body = lines or [f"return {' '.join(source.text(node).split())}"]
    helper = [f"def {name}({given}):", *(f"    {line}" for line in body), "", ""]
    return Mutation(
        kind=kind,
        title=f"{source.text(node).splitlines()[0]} in a helper",
        span=source.span(node),
        edits=(_at_the_top(source, function, helper), source.replace(node, f"{name}({given})")),
        entries=tuple(entry.name for entry in function.entries),
    )


def _at_the_top(source: Source, function: Function, lines: list[str]) -> Edit:
    """Put a function before the one at module level in which the code stands."""
    outer: ast.AST = function.node
    while (parent := source.parent(outer)) is not None and not isinstance(parent, ast.Module):
        outer = parent
    first = min(
        [getattr(outer, "lineno", 1)]
        + [item.lineno for item in getattr(outer, "decorator_list", [])]
    )
    return Edit(
        span=Span(path=source.module.path, line=first),
        new_text="".join(f"{line}\n" for line in lines),
    )


def _local_names(function: Function, node: ast.AST) -> set[str]:
    """Return the names in a piece of code that a helper at module level does not see."""
    module = function.source.module.tree
    outside = set(dir(builtins))
    for item in module.body:
        match item:
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                outside.update((alias.asname or alias.name).partition(".")[0] for alias in names)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                outside.add(name)
            case ast.ClassDef(name=name):
                outside.add(name)
            case _:
                outside.update(
                    inner.id
                    for inner in ast.walk(item)
                    if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)
                )
    bound = {inner.arg for inner in ast.walk(function.node) if isinstance(inner, ast.arg)} | {
        inner.id
        for inner in ast.walk(function.node)
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)
    }
    read = {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
    return read - (outside - bound)
