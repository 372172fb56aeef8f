"""Results of operations that are not looked into: terms of a limited size."""

from sdd.audit.injection import is_injected
from sdd.audit.logic import parts_of
from sdd.audit.values import Apply, LibObject, Row, Sym, Value

_LARGEST_TERM = 40


def apply(function: str, args: tuple[Value, ...]) -> Value:
    """Build the result of an unknown operation; large terms shrink to what they contain."""
    parts = [part for arg in args for part in _limited(arg)]
    if len(parts) <= _LARGEST_TERM:
        return Apply(function, args)
    leaves = dict.fromkeys(
        part
        for arg in args
        for part in _limited(arg)
        if isinstance(part, (Row, Sym)) or (isinstance(part, LibObject) and is_injected(part))
    )
    return Apply(function, tuple(leaves)[:_LARGEST_TERM])


def _limited(value: Value) -> list[Value]:
    collected = []
    for part in parts_of(value):
        collected.append(part)
        if len(collected) > 4 * _LARGEST_TERM:
            break
    return collected
