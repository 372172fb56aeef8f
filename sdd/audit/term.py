"""The decorator for terms: immutable values whose hash is computed once."""

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

_T = TypeVar("_T")


@dataclass_transform(frozen_default=True)
def term(cls: type[_T]) -> type[_T]:
    """Make a frozen dataclass that remembers its hash; deep terms are hashed very often."""
    made = dataclass(frozen=True, slots=True)(cls)
    compute = made.__hash__
    compare = made.__eq__

    def remembered(self: _T) -> int:
        try:
            return self._hash  # type: ignore[attr-defined, no-any-return]
        except AttributeError:
            value = compute(self)
            object.__setattr__(self, "_hash", value)
            return value

    def equal(self: _T, other: object) -> bool:
        if self is other:
            return True
        if other.__class__ is not self.__class__ or remembered(self) != hash(other):
            return False
        return bool(compare(self, other))

    made.__hash__ = remembered  # type: ignore[assignment, method-assign]
    made.__eq__ = equal  # type: ignore[method-assign, assignment]
    return made
