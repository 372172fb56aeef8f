"""Equalities written the other way round, cast, or with a name for one side."""

import ast
from collections.abc import Iterator

from sdd.diagnostics import Edit
from sdd.faults.model import Mutation, Rewrite
from sdd.faults.scopes import Function, Scope, dotted
from sdd.faults.sites import Comparison, Ground

_SCOPES = (
    ast.Lambda, ast.comprehension, ast.GeneratorExp, ast.ListComp, ast.SetComp, ast.DictComp,
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.While,
)  # fmt: skip
_PLAIN = frozenset({"str", "int"})


def rewrite_operands(ground: Ground) -> Iterator[Mutation]:
    """Put every equality on which a protection rests differently."""
    for function in ground.scopes:
        for site in ground.comparisons(function):
            yield from _site(function, site)


def _site(function: Scope, site: Comparison) -> Iterator[Mutation]:
    source, node = function.source, site.node
    left, right = source.text(node.left), source.text(node.comparators[0])
    operator = "==" if isinstance(node.ops[0], ast.Eq) else "!="

    def rewrite(kind: Rewrite, *edits: Edit) -> Mutation:
        return Mutation(
            kind=kind,
            title=f"{source.text(node)}: {kind.value}",
            span=source.span(node),
            edits=edits,
            entries=tuple(entry.name for entry in function.entries),
        )

    yield rewrite(Rewrite.SWAPPED_OPERANDS, source.replace(node, f"({right}) {operator} ({left})"))
    mine = source.text(site.other)
    cast = _cast(function, site.other)
    if cast is not None:
        yield rewrite(Rewrite.CAST, source.replace(site.other, f"{cast}({mine})"))
    statement = source.statement(node)
    if statement is None or not source.starts_line(statement) or not _is_simple(site.other):
        return
    if _runs_once(function, node):
        yield rewrite(Rewrite.WALRUS, source.replace(site.other, f"(same_one := {mine})"))
        yield rewrite(
            Rewrite.TEMPORARY,
            source.before(statement, [f"same_one = {mine}"]),
            source.replace(site.other, "same_one"),
        )


def _cast(function: Scope, node: ast.expr) -> str | None:
    """Return a cast that changes nothing, as the parameter's annotation shows."""
    if not isinstance(function, Function):
        return None
    spec = function.node.args
    for item in [*spec.posonlyargs, *spec.args, *spec.kwonlyargs]:
        if isinstance(node, ast.Name) and item.arg == node.id:
            declared = dotted(item.annotation) if item.annotation is not None else ""
            if declared in _PLAIN or declared.rpartition(".")[2] == "UUID":
                return "str" if declared == "str" else declared
    return None


def _is_simple(node: ast.expr) -> bool:
    return all(isinstance(inner, (ast.Name, ast.Attribute, ast.Load)) for inner in ast.walk(node))


def _runs_once(function: Scope, node: ast.AST) -> bool:
    """Whether an expression stands in the function's own scope, and always in sight of it."""
    inner: ast.AST | None = node
    while inner is not None and inner is not function.node:
        if isinstance(inner, _SCOPES):
            return False
        inner = function.source.parent(inner)
    statement = function.source.statement(node)
    parent = function.source.parent(statement) if statement is not None else None
    # `elif` has no line of its own to put something before
    return not (
        isinstance(statement, ast.If) and isinstance(parent, ast.If) and statement in parent.orelse
    )
