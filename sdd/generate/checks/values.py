"""Valid and invalid values for columns, parameters and fields, as Python source."""

from dataclasses import dataclass

from sdd.generate import naming
from sdd.generate.domain import Table
from sdd.generate.models import member
from sdd.ir import Column, Constraints, Shape, Type
from sdd.ir.matching import identifier

_TEXTUAL = frozenset({Type.STR, Type.TEXT, None})
_LONGEST_CHECKED = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two different valid values, the smaller first, as Python and as JSON source."""

    python: tuple[str, str]
    json: tuple[str, str]


def _text(constraints: Constraints, word: str) -> str | None:
    """Return a text of the right length, or None when a pattern decides."""
    if constraints.pattern is not None:
        return None
    least = constraints.min_length or 0
    most = constraints.max_length
    text = word if len(word) >= least else word + "x" * (least - len(word))
    return text if most is None else text[:most]


def pair(table: Table | None, column: Column) -> Pair | None:
    """Return two values of a column, or None when none are known to be valid."""
    constraints = column.constraints
    if column.type is Type.ENUM and table and column.name in table.enums:
        words = (constraints.choices * 2)[:2]
        first, second = (member(table, column, word) for word in words)
        listed = tuple(map(naming.literal, words))
        return Pair(python=(first, second), json=(listed[0], listed[1]))
    if column.type in _TEXTUAL:
        if {"email"} & set(identifier(column.name).split("_")):
            return _same('"ann@example.com"', '"ben@example.com"')
        first_text, second_text = _text(constraints, "apple"), _text(constraints, "berry")
        if first_text is None or second_text is None:
            return None
        return _same(naming.literal(first_text), naming.literal(second_text))
    return _plain(column.type, constraints, column.item)


def _same(first: str, second: str) -> Pair:
    return Pair(python=(first, second), json=(first, second))


def _plain(  # noqa: C901 - one case for each type
    type_: Type | None, bounds: Constraints, item: Type | None
) -> Pair | None:
    low = int(bounds.minimum) if bounds.minimum is not None and bounds.minimum > 1 else 1
    high = low + 1 if bounds.maximum is None or bounds.maximum > low else low
    match type_:
        case Type.BOOL:
            return _same("False", "True")
        case Type.INT:
            return _same(str(low), str(high))
        case Type.FLOAT:
            return _same(f"{low}.0", f"{high}.0")
        case Type.DECIMAL:
            return Pair(
                python=(f'Decimal("{low}")', f'Decimal("{high}")'), json=(f"{low}", f"{high}")
            )
        case Type.DATE:
            return Pair(
                python=("date(2030, 1, 1)", "date(2030, 1, 2)"),
                json=('"2030-01-01"', '"2030-01-02"'),
            )
        case Type.TIME:
            return Pair(python=("time(9, 0)", "time(10, 0)"), json=('"09:00:00"', '"10:00:00"'))
        case Type.DATETIME:
            return Pair(
                python=(
                    "datetime(2030, 1, 1, tzinfo=UTC)",
                    "datetime(2030, 1, 2, tzinfo=UTC)",
                ),
                json=('"2030-01-01T00:00:00Z"', '"2030-01-02T00:00:00Z"'),
            )
        case Type.UUID:
            ones, twos = (
                "1" * 8 + "-1111-4111-8111-" + "1" * 12,
                "2" * 8 + "-2222-4222-8222-" + "2" * 12,
            )
            return Pair(
                python=(f'UUID("{ones}")', f'UUID("{twos}")'), json=(f'"{ones}"', f'"{twos}"')
            )
        case Type.LIST if item in {Type.STR, Type.TEXT, None}:
            return _same('["apple"]', '["berry"]')
        case Type.LIST:
            return _same("[]", "[]")
        case Type.JSON:
            return _same("{}", '{"apple": 1}')
        case _:
            return None


def shape_pair(table: Table | None, shape: Shape, column: Column | None) -> Pair | None:
    """Return two JSON values of a field."""
    constraints = shape.constraints
    if shape.type is Type.ENUM:
        words = (constraints.choices * 2)[:2]
        first, second = map(naming.literal, words)
        return _same(first, second)
    if shape.type is Type.OBJECT:
        return _object(table, shape)
    if shape.type is Type.LIST and shape.item is not None and shape.item.type is not Type.STR:
        inner = shape_pair(None, shape.item, None)
        return _same(f"[{inner.json[0]}]", f"[{inner.json[1]}]") if inner else None
    like = Column(
        name=column.name if column else "value",
        type=shape.type,
        constraints=constraints,
        item=shape.item.type if shape.item else None,
    )
    return pair(None, like)


def _object(table: Table | None, shape: Shape) -> Pair | None:
    firsts, seconds = [], []
    for item in shape.fields:
        inner = shape_pair(table, item.shape, None)
        if inner is None:
            if item.required:
                return None
            continue
        firsts.append(f"{naming.literal(item.name)}: {inner.json[0]}")
        seconds.append(f"{naming.literal(item.name)}: {inner.json[1]}")
    return _same(f"{{{', '.join(firsts)}}}", f"{{{', '.join(seconds)}}}")


def invalid(shape: Shape) -> tuple[tuple[str, str], ...]:
    """Return (what is wrong, value as source) for a field."""
    found = []
    bounds = shape.constraints
    if not shape.nullable and shape.type is not Type.JSON:
        found.append(("null", "None"))
    if shape.type in {Type.STR, Type.TEXT}:
        if bounds.min_length:
            found.append(("empty", '""'))
        if bounds.max_length is not None and bounds.max_length <= _LONGEST_CHECKED:
            found.append(("too_long", f'"x" * {bounds.max_length + 1}'))
    if shape.type is Type.INT and bounds.maximum is not None:
        found.append(("too_large", str(int(bounds.maximum) + 1)))
    if shape.type is Type.BOOL:
        found.append(("no_boolean", '"yes"'))
    if shape.type in {Type.ENUM, Type.DATE, Type.DATETIME, Type.UUID, Type.INT, Type.FLOAT}:
        found.append(("wrong", '"-"'))
    return tuple(found)
