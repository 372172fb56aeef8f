"""Where two pieces of evidence about one body cannot both be right."""

from collections.abc import Iterator
from dataclasses import dataclass

from sdd.ir import Shape, Type
from sdd.speclang.findings import Findings

_KIN = (
    frozenset({Type.STR, Type.TEXT, Type.ENUM, Type.UUID, Type.DATETIME, Type.DATE, Type.TIME}),
    frozenset({Type.INT, Type.FLOAT, Type.DECIMAL}),
    frozenset({Type.JSON, Type.LIST, Type.OBJECT}),
)
_DEEPEST = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A field that two places give types that no value has both of."""

    name: str
    first: Shape
    second: Shape


def akin(first: Type, second: Type) -> bool:
    """Whether a value of one type can be written as one of the other."""
    return first is second or any(first in kin and second in kin for kin in _KIN)


def conflicts(first: Shape | None, second: Shape | None) -> tuple[Conflict, ...]:
    """Return the fields, nested ones included, that two shapes of one body disagree on."""
    if first is None or second is None or not (first.fields or first.item):
        return ()
    return tuple(_conflicts(first, second, "", 0))


def _conflicts(first: Shape, second: Shape, name: str, depth: int) -> Iterator[Conflict]:
    if first.type is not None and second.type is not None and not akin(first.type, second.type):
        yield Conflict(name=name, first=first, second=second)
        return
    if depth == _DEEPEST:
        return
    if first.item is not None and second.item is not None:
        yield from _conflicts(first.item, second.item, name, depth + 1)
    if not (first.fields and second.fields):
        return
    others = {item.name: item.shape for item in second.fields}
    for item in first.fields:
        other = others.get(item.name)
        if other is not None:
            inner = f"{name}.{item.name}" if name else item.name
            yield from _conflicts(item.shape, other, inner, depth + 1)


def tell(found: tuple[Conflict, ...], endpoint: str, findings: Findings) -> None:
    """Report each field with both places; the first is followed."""
    for conflict in found:
        first, second = conflict.first.type, conflict.second.type
        if first is None or second is None:
            continue
        findings.contradiction(
            "contradicting-example",
            f"{conflict.name} in {endpoint} is {first.value} in one place and {second.value} in "
            "another.",
            (
                (conflict.first.span, f"here {first.value}"),
                (conflict.second.span, f"here {second.value}"),
            ),
            hint=f"Give it one type in both places; {first.value} is followed for now.",
            subject=f"{endpoint}:{conflict.name}",
        )
