"""Results of operations that are not looked into: terms of a limited size."""

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from sdd.audit.injection import is_injected
from sdd.audit.logic import operands, parts_of
from sdd.audit.values import Apply, LibObject, Ref, Row, Sym, Value

_LARGEST_TERM = 40


def apply(function: str, args: tuple[Value, ...]) -> Value:
    """Build the result of an unknown operation; large terms shrink to what they contain."""
    if sum(map(_size, args)) <= _LARGEST_TERM:
        return Apply(function, args)
    inside = dict.fromkeys(part for arg in args for part in _parts(arg))
    said = [
        part
        for part in inside
        if isinstance(part, Sym) or (isinstance(part, LibObject) and is_injected(part))
    ]
    kept = set(said[:_LARGEST_TERM])
    return Apply(function, tuple(p for p in inside if p in kept or isinstance(p, (Row, Ref))))


def _parts(value: Value) -> Iterator[Value]:
    """Yield the terms inside a large one, each once: they share most of their parts."""
    seen: set[Value] = set()
    stack = [value]
    while stack:
        item = stack.pop()
        if item not in seen:
            seen.add(item)
            yield item
            stack.extend(operands(item))


def _limited(value: Value) -> Iterator[Value]:
    return islice(parts_of(value), 4 * _LARGEST_TERM + 1)


@lru_cache(maxsize=1 << 15)
def _size(value: Value) -> int:
    return sum(1 for _ in _limited(value))
