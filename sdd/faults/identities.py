"""Faults in who is asked: the dependency is gone, or the client says who it is."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from sdd.diagnostics import Edit
from sdd.faults.model import Kind, Mutation
from sdd.faults.owners import field_edit
from sdd.faults.scopes import Function, dotted
from sdd.faults.sites import Ground, is_message
from sdd.faults.source import Source, called
from sdd.text import Span

_IDENTIFYING = frozenset({"id", "sub", "user_id", "uid", "email"})
_CLAIMED = "claimed_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """A parameter of a handler that holds the caller, and the expressions that read it."""

    name: str
    parameter: ast.arg
    default: ast.expr | None
    uses: tuple[ast.expr, ...]


def seed_identities(ground: Ground) -> Iterator[Mutation]:
    """Take the dependency away, or let the client say who it is, at every handler."""
    for function in ground.functions:
        entries = tuple(e.name for e in function.entries if e.known and e.confined)
        if entries and function.is_handler:
            for principal in _principals(function):
                yield from _removed(function, principal, entries)
                yield from _claimed(ground, function, principal, entries)
    yield from _lists(ground)


def _principals(function: Function) -> Iterator[Principal]:
    spec = function.node.args
    positional = [*spec.posonlyargs, *spec.args]
    missing = len(positional) - len(spec.defaults)
    defaults = [*([None] * missing), *spec.defaults, *spec.kw_defaults]
    for parameter, default in zip([*positional, *spec.kwonlyargs], defaults, strict=True):
        if parameter.arg in function.facts.principals and parameter.annotation is not None:
            yield Principal(
                name=parameter.arg,
                parameter=parameter,
                default=default,
                uses=tuple(_uses(function, parameter.arg)),
            )


def _uses(function: Function, name: str) -> Iterator[ast.expr]:
    """Yield what is read of a parameter: it itself, an attribute or an item of it."""
    for statement in function.node.body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and node.id == name:
                whole: ast.expr = node
                parent = function.source.parent(node)
                if isinstance(parent, ast.Attribute):
                    call = function.source.parent(parent)
                    is_get = parent.attr == "get" and isinstance(call, ast.Call)
                    whole = call if is_get and isinstance(call, ast.Call) else parent
                elif isinstance(parent, ast.Subscript) and parent.value is node:
                    whole = parent
                yield whole


def _removed(
    function: Function, principal: Principal, entries: tuple[str, ...]
) -> Iterator[Mutation]:
    """Let the parameter be one that the client sends."""
    source = function.source
    parts = {source.text(use): use for use in principal.uses}
    is_whole = any(dotted(use) == principal.name for use in parts.values())
    if is_whole and not (len(parts) == 1 and _is_plain(principal)):
        return
    if len(parts) > 1:
        return
    renamed = principal.name if set(parts) <= {principal.name} else f"{principal.name}_id"
    edits = [source.replace(use, renamed) for use in principal.uses if renamed != principal.name]
    start = source.span(principal.parameter)
    end = source.span(principal.default or principal.parameter)
    default = ' = ""' if principal.default is not None else ""
    place = Span(
        path=start.path,
        line=start.line,
        column=start.column,
        end_line=end.end_line,
        end_column=end.end_column,
    )
    yield Mutation(
        kind=Kind.REMOVED_DEPENDENCY,
        title=f"{function.node.name}: {principal.name} comes from the query",
        span=start,
        edits=(Edit(span=place, new_text=f"{renamed}: str{default}"), *edits),
        entries=entries,
    )


def _is_plain(principal: Principal) -> bool:
    """Whether the parameter is a text or a number, as far as its annotation tells."""
    words = {node.id for node in ast.walk(principal.parameter) if isinstance(node, ast.Name)}
    names = {word for word in words if word[:1].isupper()} - {"Annotated", "Depends", "UUID"}
    return not names or principal.name.endswith("id")


# ------------------------------------------------------------------ who the client says it is


def _claimed(
    ground: Ground, function: Function, principal: Principal, entries: tuple[str, ...]
) -> Iterator[Mutation]:
    source = function.source
    identity = _identity(function, principal)
    if not any(_decides(ground, function, use) for use in identity):
        return

    def mutation(
        where: str, value: str, *edits: Edit, kind: Kind = Kind.CLIENT_IDENTITY
    ) -> Mutation:
        return Mutation(
            kind=kind,
            title=f"{function.node.name}: {source.text(identity[0])} from the {where}",
            span=source.span(identity[0]),
            edits=(*(source.replace(use, value) for use in identity), *edits),
            entries=entries,
        )

    back = _back(function)
    if back is not None:
        taken = {item.arg for item in ast.walk(function.node.args) if isinstance(item, ast.arg)}
        in_path = any("{user_id}" in entry for entry in entries)  # a door may have checked it
        name = _CLAIMED if in_path or "user_id" in taken else "user_id"
        either = f"({name} or {source.text(identity[0])})"
        added = Edit(span=back, new_text=f', {name}: str = ""')
        yield mutation("query, if it says so", either, added, kind=Kind.CLIENT_PREFERENCE)
    front = _front(function)
    if front is not None:
        yield mutation("query", _CLAIMED, Edit(span=front, new_text=f"{_CLAIMED}: str, "))
        declared = f"{_CLAIMED}: Annotated[str, Header()], "
        imports = ["from typing import Annotated", "from fastapi import Header"]
        yield mutation(
            "header", _CLAIMED, Edit(span=front, new_text=declared), source.importing(imports)
        )
    client = min(function.clients, default=None)
    if client is not None:
        yield mutation("path or query", client)
    for body, place in sorted(function.facts.bodies.items()):
        field = field_edit(ground, place, f'{_CLAIMED}: str = ""')
        if field is not None:
            yield mutation("body", f"{body}.{_CLAIMED}", field)
            break


def _identity(function: Function, principal: Principal) -> list[ast.expr]:
    """Return the expressions that say who the caller is, all alike."""
    source = function.source
    bare = [use for use in principal.uses if isinstance(use, ast.Name)]
    if bare:
        whole = len(bare) == len(principal.uses) and _is_plain(principal)
        return list(bare) if whole else []
    for use in principal.uses:
        if any(
            f".{part}" in source.text(use) or f'"{part}"' in source.text(use).replace("'", '"')
            for part in _IDENTIFYING
        ):
            text = source.text(use)
            return [other for other in principal.uses if source.text(other) == text]
    return []


def _decides(ground: Ground, function: Function, use: ast.expr) -> bool:
    """Whether an expression is compared, or given to a function that looks something up."""
    holder = function.source.parent(use)
    if isinstance(holder, ast.keyword):
        if holder.arg is not None and ground.is_owner_column(holder.arg):
            return True
        holder = function.source.parent(holder)
    if isinstance(holder, ast.Compare):
        return True
    return (
        isinstance(holder, ast.Call)
        and called(holder) not in ground.classes
        and not is_message(holder)
    )


def _back(function: Function) -> Span | None:
    """Return where a parameter with a default may be put behind all others."""
    spec = function.node.args
    positional = [*spec.posonlyargs, *spec.args]
    if not positional or spec.vararg or spec.kwonlyargs or spec.kwarg:
        return None
    parts: list[ast.expr | ast.arg] = [positional[-1], *spec.defaults[-1:]]
    span = function.source.span(parts[-1])
    return Span(path=span.path, line=span.end_line or span.line, column=span.end_column or 1)


def _front(function: Function) -> Span | None:
    """Return where a parameter may be put before all others but the receiver."""
    spec = function.node.args
    positional = [*spec.posonlyargs, *spec.args]
    first = [item for item in positional if item.arg not in {"self", "cls"}]
    if not first:
        return None
    span = function.source.span(first[0])
    return Span(path=span.path, line=span.line, column=span.column)


# ------------------------------------------------------------------ lists of dependencies


def _lists(ground: Ground) -> Iterator[Mutation]:
    """Empty the lists of dependencies of decorators, routers and inclusions."""
    # A handler that uses who asks has a dependency of its own.
    asking = {
        entry.name
        for function in ground.functions
        if function.is_handler and any(one.uses for one in _principals(function))
        for entry in function.entries
    }
    decorated: dict[ast.expr, tuple[str, ...]] = {}
    doors: dict[str, dict[str, None]] = {}
    for function in ground.functions:
        place = function.source.span(function.node)
        protected = [
            entry
            for entry in function.entries
            if entry.known and entry.confined and entry.name not in asking
        ]
        if function.is_handler:
            names = tuple(entry.name for entry in protected)
            decorated.update(dict.fromkeys(function.node.decorator_list, names))
        for entry in protected:
            if any((place.path, place.line) == (door.path, door.line) for door in entry.doors):
                doors.setdefault(function.node.name, {})[entry.name] = None
    for path in sorted(ground.program.modules):
        module = ground.program.modules[path]
        for call in module.calls() if "dependencies" in module.source.text else ():
            for keyword in call.keywords:
                if keyword.arg == "dependencies" and isinstance(keyword.value, ast.List):
                    names = decorated[call] if call in decorated else _behind(keyword.value, doors)
                    if names and keyword.value.elts:
                        yield _emptied(ground.source(path), keyword.value, names)


def _behind(listed: ast.List, doors: dict[str, dict[str, None]]) -> tuple[str, ...]:
    """Return the entries that come through one of the dependencies in a list."""
    named = {
        node.id for item in listed.elts for node in ast.walk(item) if isinstance(node, ast.Name)
    }
    return tuple(dict.fromkeys(name for one in sorted(named) for name in doors.get(one, ())))


def _emptied(source: Source, listed: ast.List, entries: tuple[str, ...]) -> Mutation:
    return Mutation(
        kind=Kind.REMOVED_DEPENDENCY,
        title=f"dependencies={source.text(listed)} emptied",
        span=source.span(listed),
        edits=(source.replace(listed, "[]"),),
        entries=entries,
    )
