"""Where two places state a column differently, and what holds when they say the same."""

from dataclasses import replace

from sdd.ir import Default, Type
from sdd.names import singular
from sdd.speclang.facts import Facts, Reference, merged
from sdd.speclang.findings import Findings
from sdd.text import Span

_FAMILIES: tuple[frozenset[Type], ...] = (
    frozenset({Type.STR, Type.TEXT, Type.ENUM}),
    frozenset({Type.FLOAT, Type.DECIMAL}),
    frozenset({Type.JSON, Type.LIST}),
)
_EXACT = (Type.ENUM, Type.TEXT, Type.DECIMAL, Type.LIST)


def joined(first: Facts, second: Facts, *, kept: bool = False) -> Facts:
    """Fill what one leaves open with the other; of two words for one type the more exact.

    With `kept` the first is exact already: `VARCHAR(100)`, and another document's `TEXT`.
    """
    both = merged(first, second)
    if first.type is not None and second.type is not None and first.type is not second.type:
        if kept and second.type is Type.TEXT:
            return both
        for kind in _EXACT:
            family = _family(first.type)
            if (
                family
                and kind in family
                and kind in {first.type, second.type}
                and second.type in family
            ):
                return replace(both, type=kind, item=first.item or second.item)
    if first.ambiguous and second.type is not None:
        return replace(both, type=second.type, ambiguous=())
    return both


def _family(kind: Type) -> frozenset[Type] | None:
    return next((family for family in _FAMILIES if kind in family), None)


def _agree(first: Type, second: Type) -> bool:
    family = _family(first)
    return first is second or (family is not None and second in family)


def compare(
    subject: str, first: tuple[Facts, Span], second: tuple[Facts, Span], findings: Findings
) -> None:
    """Report every fact that two places of a column state differently."""
    for rule, what, here, there in _differences(first[0], second[0]):
        findings.contradiction(
            rule,
            f"{subject} is stated with two {what}: {here} and {there}.",
            ((first[1], f"here it is {here}"), (second[1], f"here it is {there}")),
            hint=f"Write {here} in both places, or {there} in both; {here} is followed for now.",
            subject=f"{subject}:{rule}",
        )


def _differences(first: Facts, second: Facts) -> list[tuple[str, str, str, str]]:
    found: list[tuple[str, str, str, str]] = []
    if first.type and second.type and not _agree(first.type, second.type):
        found.append(("contradicting-type", "types", first.type.value, second.type.value))
    if _differ(first.nullable, second.nullable) and not (first.primary_key or second.primary_key):
        found.append(
            (
                "contradicting-nullability",
                "nullabilities",
                _null(first.nullable),
                _null(second.nullable),
            )
        )
    lengths = first.constraints.max_length, second.constraints.max_length
    if _differ(*lengths):
        found.append(("contradicting-length", "maximum lengths", str(lengths[0]), str(lengths[1])))
    if first.default and second.default and not _same_default(first.default, second.default):
        found.append(
            ("contradicting-default", "defaults", _shown(first.default), _shown(second.default))
        )
    choices = first.constraints.choices, second.constraints.choices
    if (
        choices[0]
        and choices[1]
        and {item.casefold() for item in choices[0]} != {item.casefold() for item in choices[1]}
    ):
        found.append(
            (
                "contradicting-choices",
                "sets of choices",
                ", ".join(choices[0]),
                ", ".join(choices[1]),
            )
        )
    if first.reference and second.reference and first.reference.table and second.reference.table:
        targets = _target_key(first.reference), _target_key(second.reference)
        if targets[0] != targets[1]:
            found.append(
                (
                    "contradicting-reference",
                    "references",
                    first.reference.table,
                    second.reference.table,
                )
            )
    if _differ(first.unique, second.unique):
        found.append(
            (
                "contradicting-uniqueness",
                "statements on uniqueness",
                str(first.unique),
                str(second.unique),
            )
        )
    return found


def _differ(first: object, second: object) -> bool:
    return first is not None and second is not None and first != second


def _null(value: bool | None) -> str:  # noqa: FBT001 - the value itself
    return "NULL" if value else "NOT NULL"


def _same_default(first: Default, second: Default) -> bool:
    if first == second:
        return True
    if first.factory is None and second.factory is None:
        return str(first.value).casefold() == str(second.value).casefold()
    empty = {None, "", "[]", "{}"}
    return (first.factory is None and first.value in empty) or (
        second.factory is None and second.value in empty
    )


def _shown(default: Default) -> str:
    return default.factory.value if default.factory else repr(default.value)


def _target_key(reference: Reference) -> str:
    return singular(reference.table.casefold())
