"""Compares what the specs state of a value with what the application declares."""

from collections.abc import Iterator
from dataclasses import dataclass

from typing_extensions import override

from sdd.ir import Constraints, Default, Field, Shape, Type

_TEXT = frozenset({Type.STR, Type.TEXT})
_NUMERIC = frozenset({Type.DECIMAL, Type.FLOAT})
_OPEN = frozenset({Type.JSON, Type.OBJECT, Type.LIST})


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One point in which the application is not what the specs state.

    Attributes:
        place: The field, with its parents and dots; empty for the value itself.
        assumed: The spec's side is a convention, not a statement.
    """

    place: str
    text: str
    assumed: bool = False

    @override
    def __str__(self) -> str:
        """Return place and text."""
        return f"{self.place}: {self.text}" if self.place else self.text


def compare(
    want: Shape, have: Shape, *, place: str = "", answer: bool = False
) -> Iterator[Difference]:
    """Yield where `have` differs from `want`.

    Args:
        want: From the specs; what is open there matches anything.
        have: From the application.
        place: Where the value stands.
        answer: Values of an answer: bounds do not matter, what is stored is shown.
    """
    if want.type is None:
        return
    if have.type is None and want.type is Type.JSON:
        return
    if have.type is None:
        yield Difference(
            place=place,
            text=f"is declared as anything, not {want.type.value}",
            assumed="type" in want.assumed,
        )
        return
    written = answer and want.type is Type.DECIMAL and have.type is Type.STR
    if not written and not _alike(want.type, have.type):
        yield Difference(
            place=place,
            text=f"is {have.type.value}, not {want.type.value}",
            assumed="type" in want.assumed,
        )
        return
    if want.nullable is not None and bool(have.nullable) != want.nullable:
        text = "may be null" if have.nullable else "may not be null"
        yield Difference(place=place, text=text, assumed="nullable" in want.assumed)
    soft = "constraints" in want.assumed
    bounds = Constraints() if want.type is Type.BOOL else want.constraints
    for text in differing_bounds(bounds, have.constraints, answer=answer):
        yield Difference(place=place, text=text, assumed=soft)
    if want.item is not None and have.item is not None:
        yield from compare(want.item, have.item, place=f"{place}[]", answer=answer)
    if want.fields:
        yield from _compare_fields(want, have, place, answer=answer)


def _compare_fields(want: Shape, have: Shape, place: str, *, answer: bool) -> Iterator[Difference]:
    dot = f"{place}." if place else ""
    for field in want.fields:
        found = have.field(field.name)
        if found is None:
            yield Difference(
                place=f"{dot}{field.name}", text="is missing", assumed="name" in field.assumed
            )
            continue
        if not answer:
            yield from _compare_need(field, found, f"{dot}{field.name}")
        yield from compare(field.shape, found.shape, place=f"{dot}{field.name}", answer=answer)
    assumed = all("name" in field.assumed for field in want.fields)
    for extra in have.fields:
        if want.field(extra.name) is None:
            harmless = not answer and not extra.required
            yield Difference(
                place=f"{dot}{extra.name}",
                text="is not in the specs",
                assumed=assumed or harmless,
            )


def _compare_need(want: Field, have: Field, place: str) -> Iterator[Difference]:
    if want.required is not None and bool(have.required) != want.required:
        text = "is required" if have.required else "is not required"
        yield Difference(place=place, text=text, assumed="required" in want.assumed)
    difference = differing_default(want.default, have.default)
    if difference and not want.required:
        yield Difference(place=place, text=difference, assumed="default" in want.assumed)


def differing_default(want: Default | None, have: Default | None) -> str | None:
    """Say how a default differs; made anew for each row, or null, it is not declared."""
    if want is None or want.factory is not None or want.value is None:
        return None
    value = have.value if have is not None else None
    return None if value == want.value else f"has the default {value!r}, not {want.value!r}"


def differing_bounds(want: Constraints, have: Constraints, *, answer: bool) -> Iterator[str]:
    """Say which bounds that the specs state are declared otherwise."""
    if want.choices and set(want.choices) != set(have.choices):
        shown = ", ".join(have.choices) or "any"
        yield f"takes {shown}, not {', '.join(want.choices)}"
    if answer or want.choices:
        return  # bounds add nothing to choices, and answers show what is stored
    for name in ("min_length", "max_length", "minimum", "maximum"):
        stated, declared = getattr(want, name), getattr(have, name)
        if stated is not None and stated != declared and not _is_trivial(name, stated, declared):
            said = "is not declared" if declared is None else f"is {declared:g}"
            yield f"{name} {said}, not {stated:g}"
    if want.pattern is not None and want.pattern != have.pattern:
        yield f"pattern is {have.pattern or 'not declared'}, not {want.pattern}"


def _is_trivial(name: str, stated: float, declared: float | None) -> bool:
    return name == "min_length" and stated == 0 and declared is None


def _alike(want: Type, have: Type) -> bool:
    if want is have or {want, have} <= _TEXT or {want, have} <= _NUMERIC:
        return True
    if want is Type.JSON:
        return have in _OPEN
    return want is Type.OBJECT and have is Type.JSON
