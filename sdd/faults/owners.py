"""Faults in whom new rows are made out to."""

import ast
from collections.abc import Iterator

from sdd.diagnostics import Edit
from sdd.faults.model import Kind, Mutation
from sdd.faults.scopes import Function
from sdd.faults.sites import Ground
from sdd.faults.source import called
from sdd.text import Span


def seed_owners(ground: Ground) -> Iterator[Mutation]:
    """Let the client's body say to whom a new row belongs."""
    for function in ground.functions:
        entries = tuple(entry.name for entry in function.entries if entry.confined)
        for name, value in _owners(ground, function) if entries else ():
            yield from _from_body(ground, function, name, value, entries)


def _owners(ground: Ground, function: Function) -> Iterator[tuple[str, ast.expr]]:
    """Yield each value that is given as an owner column: to a class, or in a mapping."""
    for node in ast.walk(function.node):
        match node:
            case ast.Call(func=ast.Name(id=name), keywords=keywords) if name in ground.classes:
                given = [(item.arg, item.value) for item in keywords]
            case ast.Dict(keys=keys, values=values) if _fills_a_row(function, node):
                given = [
                    (str(key.value) if isinstance(key, ast.Constant) else None, value)
                    for key, value in zip(keys, values, strict=True)
                ]
            case _:
                continue
        for column, value in given:
            if (
                column is not None
                and ground.is_owner_column(column)
                and function.is_principal(value)
                and function.source.is_faithful(value)
            ):
                yield column, value


def _fills_a_row(function: Function, node: ast.Dict) -> bool:
    """Whether a mapping becomes columns: `update={…}`, `**{…}`, `.values({…})`."""
    holder = function.source.parent(node)
    if isinstance(holder, ast.keyword):
        return holder.arg in {None, "update"}
    return isinstance(holder, ast.Call) and called(holder) == "values"


def _from_body(
    ground: Ground, function: Function, column: str, value: ast.expr, entries: tuple[str, ...]
) -> Iterator[Mutation]:
    source = function.source
    for body, place in sorted(function.facts.bodies.items()):
        field = field_edit(ground, place, f'{column}: str = ""')
        if field is not None:
            yield Mutation(
                kind=Kind.CLIENT_OWNER,
                title=f"{column}={body}.{column}",
                span=source.span(value),
                edits=(source.replace(value, f"{body}.{column}"), field),
                entries=entries,
            )
            return


def field_edit(ground: Ground, place: Span, declaration: str) -> Edit | None:
    """Return the edit that adds a field to a class, if the class can take one more."""
    if place.path not in ground.program.modules:
        return None
    source = ground.source(place.path)
    for node in source.module.classes():
        if node.lineno == place.line and node.body[0].lineno > node.lineno:
            name = declaration.partition(":")[0]
            fields = {
                item.target.id
                for item in node.body
                if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)
            }
            return None if name in fields else source.after(node.body[-1], [declaration])
    return None
