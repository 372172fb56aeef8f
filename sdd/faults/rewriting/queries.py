"""Predicates of one query: chained, merged, as keywords, or spelt out."""

import ast
from collections.abc import Iterator

from sdd.diagnostics import Edit
from sdd.faults.model import Mutation, Rewrite
from sdd.faults.scopes import Scope
from sdd.faults.sites import Ground
from sdd.faults.source import argument_texts, call_text, called

_FILTERS = frozenset({"where", "filter"})
_STARTS = frozenset({"select", "query"})


def rewrite_queries(ground: Ground) -> Iterator[Mutation]:
    """Put the predicates of every query that protects something differently."""
    for function in ground.scopes:
        statements = {function.source.statement(site.node) for site in ground.comparisons(function)}
        for node in ast.walk(function.node):
            match node:
                case ast.Call(func=ast.Attribute()) if not function.source.is_faithful(node):
                    pass
                case ast.Call(func=ast.Attribute(attr="filter_by")):
                    yield from _keywords(ground, function, node)
                case ast.Call(func=ast.Attribute()) if (
                    function.source.statement(node) in statements
                ):
                    yield from _predicates(ground, function, node)
                case _:
                    pass


def _rewrite(function: Scope, kind: Rewrite, node: ast.Call, *edits: Edit) -> Mutation:
    return Mutation(
        kind=kind,
        title=f"{called(node)}(…): {kind.value}",
        span=function.source.span(node),
        edits=edits,
        entries=tuple(entry.name for entry in function.entries),
    )


def _predicates(ground: Ground, function: Scope, call: ast.Call) -> Iterator[Mutation]:
    source = function.source
    if called(call) not in _FILTERS or call.keywords or not call.args:
        return
    if any(isinstance(item, ast.Starred) for item in call.args):
        return
    assert isinstance(call.func, ast.Attribute)  # noqa: S101 - the caller has looked
    texts = argument_texts(source, call)
    base = source.text(call.func.value)
    if len(texts) > 1:
        chained = "".join(f".{call.func.attr}({text})" for text in texts)
        yield _rewrite(
            function, Rewrite.CHAINED_PREDICATES, call, source.replace(call, f"{base}{chained}")
        )
        both = " & ".join(f"({text})" for text in texts)
        yield _rewrite(
            function,
            Rewrite.MERGED_PREDICATES,
            call,
            source.replace(call, call_text(source, call, [both])),
        )
        joined = call_text(source, call, [f"and_({', '.join(texts)})"])
        yield _rewrite(
            function,
            Rewrite.MERGED_PREDICATES,
            call,
            source.replace(call, joined),
            source.importing(["from sqlalchemy import and_"]),
        )
    inner = call.func.value
    if (
        isinstance(inner, ast.Call)
        and isinstance(inner.func, ast.Attribute)
        and inner.func.attr == call.func.attr
        and inner.args
        and not inner.keywords
    ):
        every = ", ".join([*argument_texts(source, inner), *texts])
        start = source.text(inner.func.value)
        yield _rewrite(
            function,
            Rewrite.MERGED_PREDICATES,
            call,
            source.replace(call, f"{start}.{call.func.attr}({every})"),
        )
    yield from _as_keyword(ground, function, call, texts)


def _as_keyword(
    ground: Ground, function: Scope, call: ast.Call, texts: list[str]
) -> Iterator[Mutation]:
    """`where(M.a == x, rest)` as `where(rest).filter_by(a=x)`, where M is all that is selected."""
    source = function.source
    model = _selected(call)
    for index, item in enumerate(call.args):
        match item:
            case ast.Compare(
                left=ast.Attribute(value=ast.Name(id=name), attr=column),
                ops=[ast.Eq()],
                comparators=[value],
            ) if name == model and name in ground.classes:
                assert isinstance(call.func, ast.Attribute)  # noqa: S101 - likewise
                rest = texts[:index] + texts[index + 1 :]
                kept = call_text(source, call, rest) if rest else source.text(call.func.value)
                text = f"{kept}.filter_by({column}={source.text(value)})"
                yield _rewrite(
                    function, Rewrite.KEYWORD_PREDICATE, call, source.replace(call, text)
                )
            case _:
                pass


def _keywords(ground: Ground, function: Scope, call: ast.Call) -> Iterator[Mutation]:
    """`filter_by(a=x)` as `filter(M.a == x)`."""
    model = _selected(call)
    if model not in ground.classes or call.args or any(k.arg is None for k in call.keywords):
        return
    source = function.source
    assert isinstance(call.func, ast.Attribute)  # noqa: S101 - the caller has looked
    spelt = ", ".join(f"{model}.{k.arg} == {source.text(k.value)}" for k in call.keywords)
    text = f"{source.text(call.func.value)}.filter({spelt})"
    yield _rewrite(function, Rewrite.SPELT_OUT_KEYWORD, call, source.replace(call, text))


def _selected(call: ast.Call) -> str | None:
    """Return the one class that a chain of calls selects from; None where tables are joined."""
    node: ast.expr = call
    while isinstance(node, ast.Call):
        if called(node) in _STARTS:
            match node.args:
                case [ast.Name(id=name)]:
                    return name
                case _:
                    return None
        if called(node) in {"join", "outerjoin", "select_from"}:
            return None
        if not isinstance(node.func, ast.Attribute):
            return None
        node = node.func.value
    return None
