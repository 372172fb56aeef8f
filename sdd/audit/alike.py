"""Whether calls, objects and values are alike in all that a run can see of them."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from sdd.audit.logic import values_in
from sdd.audit.values import (
    Apply,
    Bound,
    Claims,
    DictObject,
    Field,
    Generic,
    Handler,
    HeapObject,
    Instance,
    LibObject,
    ListObject,
    Many,
    Native,
    Phi,
    Query,
    Result,
    Super,
    Sym,
    Truth,
    Tup,
    Value,
)

if TYPE_CHECKING:
    from sdd.audit.effects import Arguments
    from sdd.audit.engine import Engine


class Call:
    """A call of a function or class of the program."""

    __slots__ = ("_arguments", "_engine", "_target", "node")

    def __init__(
        self, engine: Engine, node: ast.AST, target: tuple[object, ...], arguments: Arguments
    ) -> None:
        self.node = node
        self._engine = engine
        self._target = target
        self._arguments = arguments

    @property
    def makes_object(self) -> bool:
        """Whether it is a class that is called: later calls are alike if they get one object."""
        return isinstance(self.node, ast.ClassDef)

    def key(self) -> object:
        """Return what calls have in common that may go alike."""
        given = self._arguments
        return (
            self._target,
            given.positional,
            given.keywords,
            given.star,
            given.rest,
            self._engine.tries > 0,
            self._engine.escaping,
            self._engine.in_middleware,
            tuple(
                _hidden(one) for one in (*self._target, *given.every()) if isinstance(one, Value)
            ),
        )


def is_same(now: HeapObject | None, then: HeapObject | None) -> bool:
    """Whether an object is what it was, for everything that a run can see of it."""
    if now is then:
        return True
    return now is not None and then is not None and now == then and _within(now) == _within(then)


def _within(item: HeapObject) -> tuple[object, ...]:
    match item:
        case ListObject(items=items, more=more) | DictObject(items=items, more=more):
            return tuple(_hidden(value) for value in (*(value for _, value in items), *more))
        case Instance(fields=fields, rest=rest):
            return tuple(_hidden(value) for value in (*(value for _, value in fields), *rest))


def _hidden(value: Value) -> tuple[object, ...]:
    """Return what equal values may differ in: declared types, and what runs when called."""
    try:
        return cast("tuple[object, ...]", value._hidden)  # type: ignore[attr-defined] # noqa: SLF001
    except AttributeError:
        found = _differing(value)
        object.__setattr__(value, "_hidden", found)
        return found


def _differing(  # noqa: C901, PLR0912 - one case for each kind of value
    value: Value,
) -> tuple[object, ...]:
    match value:
        case Sym(type=kind):
            return () if kind is None else (kind,)
        case Handler(call=call):
            return (call,)
        case Claims(how=how):
            return (how,)
        case Query(targets=targets, changes=changes, where=where, conflict=conflict):
            said = (item for part in where for item in values_in(part))
            clash = () if conflict is None else (conflict,)
            parts: Iterable[Value] = (*targets, *(item for _, item in changes), *said, *clash)
        case Truth(formula=formula):
            parts = values_in(formula)
        case Field(base=base) | Native(receiver=base) | Super(receiver=base):
            parts = (base,)
        case Apply(args=args) | Tup(items=args):
            parts = args
        case LibObject(args=args, keywords=keywords):
            parts = (*args, *(item for _, item in keywords))
        case Many(element=element) | Result(element=element):
            parts = (element,)
        case Phi(cases=cases):
            parts = [item for _, item in cases]
        case Bound(function=base, receiver=receiver):
            parts = (base, receiver)
        case Generic(base=base, args=args):
            parts = (base, *args)
        case _:
            return ()
    found = tuple(map(_hidden, parts))
    return found if any(found) else ()
