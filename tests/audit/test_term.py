"""What the decorators of values promise: what a frozen dataclass of the standard library does."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdd.audit.term import named_record, record, term


def _classes(decorate: Callable[[type], type]) -> type:
    class Point:
        __slots__ = ("_hash",)

    class Pixel(Point):
        x: int
        y: int = 0
        note: str = field(default="", compare=False)

    return decorate(Pixel)


STANDARD = _classes(dataclass(frozen=True, slots=True))
NUMBERS = st.integers(min_value=0, max_value=2)


@pytest.mark.parametrize("decorate", [term, record, named_record])
@given(first=st.tuples(NUMBERS, NUMBERS, NUMBERS), second=st.tuples(NUMBERS, NUMBERS, NUMBERS))
def test_values_are_equal_as_those_of_the_standard_library_are(
    decorate: Callable[[type], type], first: tuple[int, ...], second: tuple[int, ...]
) -> None:
    """Equality, hash, text and replacement follow the fields that are compared."""
    made = _classes(decorate)

    def both(kind: type) -> tuple[Any, Any]:
        left, right = (kind(x=x, y=y, note=str(note)) for x, y, note in (first, second))
        return left, right

    (a, b), (p, q) = both(made), both(STANDARD)

    assert (a == b) is (p == q)
    assert a != p
    assert (hash(a) == hash(b)) or a != b
    assert repr(a) == repr(p)
    assert replace(a, x=second[0], y=second[1]) == b
    assert len({a, b}) == len({p, q})
