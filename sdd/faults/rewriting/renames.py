"""Locals, functions and imports by other names."""

import ast
import re
from collections.abc import Iterator

from sdd.diagnostics import Edit
from sdd.faults.model import Mutation, Rewrite
from sdd.faults.scopes import Function
from sdd.faults.sites import Ground
from sdd.faults.source import Source
from sdd.program.model import FunctionNode
from sdd.text import Span


def rewrite_names(ground: Ground) -> Iterator[Mutation]:
    """Rename what can be renamed without anybody outside noticing."""
    for function in ground.functions:
        yield from _locals(function)
        yield from _function(ground, function)
    yield from _imports(ground)


def _entries(function: Function) -> tuple[str, ...]:
    return tuple(entry.name for entry in function.entries)


# ------------------------------------------------------------------ locals


def _locals(function: Function) -> Iterator[Mutation]:
    """Rename the first local variable that nothing but the function's own names can mean."""
    source, node = function.source, function.node
    if any(isinstance(inner, (ast.Global, ast.Nonlocal)) for inner in ast.walk(node)):
        return
    parameters = {inner.arg for inner in ast.walk(node) if isinstance(inner, ast.arg)}
    inner_scopes = {
        name.id
        for scope in ast.walk(node)
        if scope is not node and isinstance(scope, (FunctionNode, ast.Lambda, ast.ClassDef))
        for name in ast.walk(scope)
        if isinstance(name, ast.Name)
    }
    caught = {item.name for item in ast.walk(node) if isinstance(item, ast.ExceptHandler)}
    names = [item for item in ast.walk(node) if isinstance(item, ast.Name)]
    stored = [item.id for item in names if isinstance(item.ctx, ast.Store)]
    for name in dict.fromkeys(stored):
        uses = [item for item in names if item.id == name]
        if name in parameters | inner_scopes | caught or not all(map(source.is_faithful, uses)):
            continue
        yield Mutation(
            kind=Rewrite.RENAMED_LOCAL,
            title=f"{function.node.name}: {name} by another name",
            span=source.span(uses[0]),
            edits=tuple(source.replace(item, f"{name}_renamed") for item in uses),
            entries=_entries(function),
        )
        return


# ------------------------------------------------------------------ functions


def _function(ground: Ground, function: Function) -> Iterator[Mutation]:
    """Rename a function whose name means nothing else anywhere in the program."""
    name = function.node.name
    if name.startswith("__") or len(name) < 4 or function.source.module.rewritten:  # noqa: PLR2004
        return
    edits: list[Edit] = []
    word = re.compile(rf"\b{re.escape(name)}\b")
    for path in sorted(ground.program.modules):
        text = ground.program.modules[path].source.text
        if word.search(text):
            found = list(_mentions(ground.source(path), name))
            if len(found) != len(word.findall(text)):
                return  # it is a word, a keyword argument, or in a text as well
            edits += found
    definitions = sum(
        item.name == name for m in ground.program.modules.values() for item in m.functions()
    )
    if definitions == 1:
        yield Mutation(
            kind=Rewrite.RENAMED_FUNCTION,
            title=f"{name} by another name",
            span=function.source.span(function.node),
            edits=tuple(edits),
            entries=_entries(function),
        )


def _mentions(source: Source, name: str) -> Iterator[Edit]:
    """Yield an edit for each place where code names a function."""
    new = f"{name}_renamed"
    for node in ast.walk(source.module.tree):
        match node:
            case ast.Name(id=other) if other == name:
                yield source.replace(node, new)
            case ast.Attribute(attr=other) if other == name:
                span = source.span(node)
                yield _replaced_end(span, name, new)
            case ast.FunctionDef(name=other) | ast.AsyncFunctionDef(name=other) if other == name:
                line = source.module.source.lines()[node.lineno - 1]
                column = line.index(name, node.col_offset) + 1
                yield _word(source, node.lineno, column, name, new)
            case ast.ImportFrom(names=names):
                for alias in names:
                    if alias.name == name:
                        column = alias.col_offset + 1
                        yield _word(source, alias.lineno, column, name, new)
            case _:
                pass


def _replaced_end(span: Span, name: str, new: str) -> Edit:
    end = span.end_column or 1
    place = Span(
        path=span.path,
        line=span.end_line or span.line,
        column=end - len(name),
        end_line=span.end_line,
        end_column=end,
    )
    return Edit(span=place, new_text=new)


def _word(source: Source, line: int, column: int, old: str, new: str) -> Edit:
    place = Span(
        path=source.module.path,
        line=line,
        column=column,
        end_line=line,
        end_column=column + len(old),
    )
    return Edit(span=place, new_text=new)


# ------------------------------------------------------------------ imported names


def _imports(ground: Ground) -> Iterator[Mutation]:
    """Import each function and class that requests use under another name."""
    entries: dict[str, dict[str, None]] = {}
    for function in ground.functions:
        path = function.source.module.path
        entries.setdefault(path, {}).update(dict.fromkeys(_entries(function)))
    for path, names in entries.items():
        source = ground.source(path)
        if source.module.rewritten:
            continue
        for node in source.module.tree.body:
            if isinstance(node, ast.ImportFrom) and node.module and node.module != "__future__":
                for alias in node.names:
                    if alias.asname is None and alias.name != "*":
                        yield from _aliased(source, alias, tuple(names))


def _aliased(source: Source, alias: ast.alias, entries: tuple[str, ...]) -> Iterator[Mutation]:
    name = alias.name
    word = re.compile(rf"\b{re.escape(name)}\b")
    uses = [
        node
        for node in ast.walk(source.module.tree)
        if isinstance(node, ast.Name) and node.id == name
    ]
    if not uses or len(uses) + 1 != len(word.findall(source.module.source.text)):
        return
    yield Mutation(
        kind=Rewrite.ALIASED_IMPORT,
        title=f"{name} imported under another name",
        span=source.span(uses[0]),
        edits=(
            source.replace(alias, f"{name} as {name}_alias"),
            *(source.replace(node, f"{name}_alias") for node in uses),
        ),
        entries=entries,
    )
