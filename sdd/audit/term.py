"""The decorator for terms: small immutable values that are made, hashed and compared very often."""

from dataclasses import dataclass, fields
from operator import attrgetter
from typing import TypeVar, dataclass_transform

_T = TypeVar("_T")


@dataclass_transform(frozen_default=True)
def term(cls: type[_T]) -> type[_T]:
    """Make a dataclass that remembers its hash.

    The type checker holds it to be frozen. It is not at run time, where a frozen one takes twice
    as long to make, and a third of an audit is spent on making, hashing and comparing terms.
    """
    made = dataclass(slots=True, eq=False)(cls)
    content = attrgetter(*(item.name for item in fields(made) if item.compare))  # type: ignore[arg-type]
    kind = made.__qualname__

    def remembered(self: _T) -> int:
        try:
            return self._hash  # type: ignore[attr-defined, no-any-return]
        except AttributeError:
            value: int = hash((kind, content(self)))
            self._hash = value  # type: ignore[attr-defined]
            return value

    def equal(self: _T, other: object) -> bool:
        return self is other or (other.__class__ is made and bool(content(self) == content(other)))

    made.__hash__ = remembered  # type: ignore[assignment, method-assign]
    made.__eq__ = equal  # type: ignore[method-assign, assignment]
    return made
