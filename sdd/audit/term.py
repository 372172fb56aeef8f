"""The decorators of the analysis' values: small, immutable, made and compared very often.

The standard library compiles each method of a frozen dataclass on its own: for the hundred classes
of an audit that was a fifth of the whole command. Here a class gets its `__init__` from there, and
shares the rest. The type checker holds them to be frozen. They are not at run time, where a frozen
one takes twice as long to make.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import TypeVar, dataclass_transform

_T = TypeVar("_T")


@dataclass_transform(frozen_default=True)
def term(cls: type[_T]) -> type[_T]:
    """Make a dataclass that remembers its hash."""
    made, content = _made(cls, kw_only=False)
    kind = made.__qualname__

    def remembered(self: _T) -> int:
        try:
            return self._hash  # type: ignore[attr-defined, no-any-return]
        except AttributeError:
            value: int = hash((kind, content(self)))
            self._hash = value  # type: ignore[attr-defined]
            return value

    made.__hash__ = remembered  # type: ignore[assignment, method-assign]
    return made


@dataclass_transform(frozen_default=True)
def record(cls: type[_T]) -> type[_T]:
    """Make a dataclass with positional arguments."""
    return _hashed(*_made(cls, kw_only=False))


@dataclass_transform(frozen_default=True, kw_only_default=True)
def named_record(cls: type[_T]) -> type[_T]:
    """Make a dataclass of which all arguments are named."""
    return _hashed(*_made(cls, kw_only=True))


def _made(cls: type[_T], *, kw_only: bool) -> tuple[type[_T], Callable[[_T], object]]:
    made = dataclass(slots=True, eq=False, repr=False, kw_only=kw_only)(cls)
    every = tuple(item.name for item in fields(made) if item.repr)  # type: ignore[arg-type]
    compared = [item.name for item in fields(made) if item.compare]  # type: ignore[arg-type]
    content: Callable[[_T], object] = attrgetter(*compared) if compared else lambda _: ()

    def equal(self: _T, other: object) -> bool:
        return self is other or (other.__class__ is made and bool(content(self) == content(other)))

    def shown(self: _T) -> str:
        parts = ", ".join(f"{name}={getattr(self, name)!r}" for name in every)
        return f"{made.__qualname__}({parts})"

    made.__eq__ = equal  # type: ignore[method-assign, assignment]
    made.__repr__ = shown  # type: ignore[method-assign, assignment]
    return made, content


def _hashed(made: type[_T], content: Callable[[_T], object]) -> type[_T]:
    def hashed(self: _T) -> int:
        return hash(content(self))

    made.__hash__ = hashed  # type: ignore[assignment, method-assign]
    return made
