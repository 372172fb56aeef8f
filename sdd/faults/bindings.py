"""Statements that were built before they are executed, and what they are executed with."""

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from sdd.faults.scopes import Function, Scope, place_name
from sdd.faults.source import Source, called
from sdd.program.facts import EntryFacts

_MAPPINGS = frozenset({"params", "parameters"})
_OWN = frozenset({"self", "cls"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Definition:
    """A name of a module or of a class, and what it is given.

    Attributes:
        holder: The class; none for a name of a module.
    """

    source: Source
    node: ast.stmt
    holder: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """The execution of a statement with places that are filled by it.

    Attributes:
        filled: What the places are filled with, by name.
        compared: The places that a condition of the statement compares with something.
        built: The definitions, outside of the function, that the statement consists of.
    """

    filled: tuple[tuple[str, ast.expr], ...]
    compared: frozenset[str]
    built: tuple[Scope, ...]


class Bindings:
    """The statements of a program with bound parameters, and who executes them."""

    def __init__(self, sources: Iterable[Source], functions: Sequence[Function]) -> None:
        self._functions: dict[str, list[Function]] = {}
        self._named: dict[str, list[_Definition]] = {}
        for function in functions:
            self._functions.setdefault(function.node.name, []).append(function)
        for source in sources:
            for name, definition in _definitions(source, source.module.tree.body):
                self._named.setdefault(name, []).append(definition)

    def executions(self, function: Function) -> Iterator[Execution]:
        """Yield every execution in a function of a statement that has places."""
        inside = set(ast.walk(function.node))
        for node in ast.walk(function.node):
            passed = _passed(function, node) if isinstance(node, ast.Call) else None
            if passed is None or not passed[1]:
                continue
            parts = tuple(self._parts(function, passed[0], inside))
            compared = frozenset(name for part in parts for name in _compared(part.node))
            if compared:
                built = tuple(one for one in parts if one.node not in inside and _has_place(one))
                yield Execution(filled=passed[1], compared=compared, built=built)

    def _parts(
        self, function: Function, statement: ast.expr, inside: AbstractSet[ast.AST]
    ) -> Iterator[Scope]:
        """Yield the expression that is executed, and every definition that it is made of."""
        waiting = [Scope(source=function.source, node=statement, entries=function.entries)]
        seen: set[ast.AST] = set()
        while waiting:
            part = waiting.pop(0)
            if part.node in seen:
                continue
            seen.add(part.node)
            yield part
            for node in ast.walk(part.node):
                waiting += (
                    replace(part, source=source, node=found)
                    for source, found in self._meant(
                        part, node, function if part.node in inside else None
                    )
                )

    def _meant(
        self, part: Scope, node: ast.AST, function: Function | None
    ) -> Iterator[tuple[Source, ast.AST]]:
        """Yield what a name or a call stands for; it may be a local one of a function."""
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
                yield from ((one.source, one.node) for one in self._functions.get(name, ()))
            case ast.Name(id=name, ctx=ast.Load()):
                local = list(_local(function, name)) if function is not None else []
                yield from ((part.source, value) for value in local)
                imported = _imported(part.source, name)
                yield from self._nearest(part, imported, [""]) if not local else ()
            case ast.Attribute(value=ast.Name(id=base), attr=name):
                holders = [_enclosing(part.source, part.node)] if base in _OWN else [base, ""]
                yield from self._nearest(part, name, holders)
            case _:
                pass

    def _nearest(
        self, part: Scope, name: str, holders: Sequence[str]
    ) -> Iterator[tuple[Source, ast.AST]]:
        """Yield what a name is given: by the first of these classes, else by any, as a base."""
        known = self._named.get(name, ())
        for holder in holders:
            held = [one for one in known if one.holder == holder]
            near = [one for one in held if one.source is part.source] or held
            if near:
                yield from ((one.source, one.node) for one in near)
                return
        if holders != [""]:
            yield from ((one.source, one.node) for one in known if one.holder)


def bound_statements(
    bindings: Mapping[ast.AST, Sequence[Execution]], functions: Iterable[Function]
) -> Iterator[Scope]:
    """Yield every definition that executions share, with the places that hold the caller."""
    found: dict[ast.AST, Scope] = {}
    for function in functions:
        for execution in bindings.get(function.node, ()):
            for scope in execution.built:
                known = found.setdefault(scope.node, replace(scope, entries=()))
                found[scope.node] = replace(
                    known,
                    entries=_together(known.entries, function.entries),
                    places=known.places | owners(function, execution),
                )
    yield from found.values()


def owners(function: Function, execution: Execution) -> frozenset[str]:
    """Return the places that an execution fills with who the caller is."""
    return frozenset(name for name, value in execution.filled if function.is_principal(value))


def _together(
    first: tuple[EntryFacts, ...], second: tuple[EntryFacts, ...]
) -> tuple[EntryFacts, ...]:
    return (*first, *(entry for entry in second if entry not in first))


# ------------------------------------------------------------------ what is passed


def _passed(
    function: Function, call: ast.Call
) -> tuple[ast.expr, tuple[tuple[str, ast.expr], ...]] | None:
    """Return a statement with the values that a call fills its places with."""
    match call:
        case ast.Call(func=ast.Attribute(value=statement, attr="params"), args=given):
            named = [(item.arg, item.value) for item in call.keywords if item.arg is not None]
            return statement, (*named, *_values(function, given))
        case ast.Call(args=[ast.expr() as statement, *rest]):
            mappings = [item.value for item in call.keywords if item.arg in _MAPPINGS]
            return statement, tuple(_values(function, [*rest[:1], *mappings]))
        case _:
            return None


def _values(function: Function, given: Iterable[ast.expr]) -> Iterator[tuple[str, ast.expr]]:
    """Yield the names and values of mappings, also of those that have a name."""
    for mapping in given:
        meant = list(_local(function, mapping.id)) if isinstance(mapping, ast.Name) else [mapping]
        for node in (inner for one in meant for inner in ast.walk(one)):
            match node:
                case ast.Dict(keys=keys, values=values):
                    for key, value in zip(keys, values, strict=True):
                        if isinstance(key, ast.Constant) and isinstance(key.value, str):
                            yield key.value, value
                case ast.Call(func=ast.Name(id="dict"), keywords=keywords):
                    for item in keywords:
                        if item.arg is not None:
                            yield item.arg, item.value
                case _:
                    pass


def _compared(part: ast.AST) -> Iterator[str]:
    for node in ast.walk(part):
        match node:
            case ast.Compare(left=left, comparators=others):
                yield from filter(None, map(place_name, (left, *others)))
            case ast.Call(keywords=keywords) if called(node) == "filter_by":
                yield from filter(None, (place_name(item.value) for item in keywords))
            case _:
                pass


def _has_place(part: Scope) -> bool:
    return any(place_name(node) for node in ast.walk(part.node))


# ------------------------------------------------------------------ what names mean


def _definitions(
    source: Source, body: Iterable[ast.stmt], holder: str = ""
) -> Iterator[tuple[str, _Definition]]:
    """Yield the names that a module and its classes give to something."""
    for node in body:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)])
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr())
            ):
                yield name, _Definition(source=source, node=node, holder=holder)
            case ast.ClassDef(name=name, body=inner):
                yield from _definitions(source, inner, name)
            case _:
                pass


def _local(function: Function, name: str) -> Iterator[ast.expr]:
    """Yield what a function gives to one of its names."""
    for node in ast.walk(function.node):
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=other)], value=value)
                | ast.AnnAssign(target=ast.Name(id=other), value=ast.expr() as value)
            ) if other == name:
                yield value
            case _:
                pass


def _imported(source: Source, name: str) -> str:
    """Return what a module's name is called where it comes from."""
    for node in source.module.tree.body:
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if alias.asname == name:
                    return alias.name
    return name


def _enclosing(source: Source, node: ast.AST) -> str:
    """Return the class in which a piece of code stands."""
    inner: ast.AST | None = node
    while inner is not None and not isinstance(inner, ast.ClassDef):
        inner = source.parent(inner)
    return inner.name if inner is not None else ""
