"""Plans of statistics: which rows each number counts."""

from dataclasses import dataclass

from sdd import names
from sdd.generate.domain import Table
from sdd.generate.lists import overdue
from sdd.generate.models import member
from sdd.ir import Column, Entity, Field, Shape, Type
from sdd.ir.matching import NEGATIVE, find_column, find_flag, flags, identifier, same_stem
from sdd.ir.queries import due_column

_TOTAL = frozenset({"total", "count", "all", "total_count"})
_NUMBERS = frozenset({Type.INT, Type.FLOAT, Type.DECIMAL, None})
_SHARE = frozenset({"rate", "percentage", "percent", "ratio", "progress"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CountPlan:
    """A number: how many rows the condition holds for; None: all."""

    label: str
    condition: str | None


def label(path: tuple[str, ...]) -> str:
    """Return the key of a number in the repository's answer."""
    return "_".join(identifier(part) for part in path)


def find_count(
    table: Table, path: tuple[str, ...], shape: Shape
) -> tuple[str | None, tuple[CountPlan, ...]]:
    """Find what a number of a statistics answer counts.

    Returns:
        Its value as source, None when it has no known meaning, and the counts that it needs.
    """
    word = identifier(path[-1])
    if shape.type not in _NUMBERS:
        return None, ()
    if set(names.words(word)) & _SHARE:
        return _share(table, path, shape)
    condition = _condition(table, path, word)
    if condition == "":
        return None, ()
    plan = CountPlan(label=label(path), condition=condition)
    return f'counts["{plan.label}"]', (plan,)


def _share(
    table: Table, path: tuple[str, ...], shape: Shape
) -> tuple[str | None, tuple[CountPlan, ...]]:
    columns = flags(table.entity)
    words = [word for word in names.words(path[-1]) if word not in _SHARE]
    named = [item for item in columns if any(same_stem(word, item.name) for word in words)]
    if len(named) != 1 and len(columns) != 1:
        return None, ()
    column = (named or list(columns))[0]
    done = CountPlan(label=f"{label(path)}_part", condition=_holds(table, column, value=True))
    total = CountPlan(label=f"{label(path)}_whole", condition=None)
    fraction = f'counts["{done.label}"] / counts["{total.label}"]'
    scaled = fraction if "ratio" in names.words(path[-1]) else f"100 * {fraction}"
    digits = "" if shape.type is Type.INT else ", 2"
    source = f'round({scaled}{digits}) if counts["{total.label}"] else 0'
    return source, (done, total)


def _holds(table: Table, column: Column, *, value: bool) -> str:
    return f"col({table.ref(column)}).is_({value})"


def _condition(table: Table, path: tuple[str, ...], word: str) -> str | None:
    """Return the condition; None counts all rows, an empty string is no known meaning."""
    entity = table.entity
    for noise in (f"_{identifier(entity.name)}", f"_{names.plural(identifier(entity.name))}"):
        word = word.removesuffix(noise)
    word = word.removesuffix("_count").removeprefix("total_")
    if word in {*_TOTAL, names.plural(identifier(entity.name))}:
        return None
    group = _group(entity, path)
    chosen = _choice(table, word, group)
    if chosen:
        return chosen
    flag = find_flag(entity, word)
    if flag is not None:
        return _holds(table, flag[0], value=flag[1])
    due = due_column(entity)
    columns = flags(entity)
    if word == "overdue" and due is not None:
        return overdue(table, (due, *columns[:1]))
    if word in NEGATIVE and len(columns) >= 1:
        return _holds(table, columns[0], value=False)
    return ""


def _group(entity: Entity, path: tuple[str, ...]) -> Column | None:
    if len(path) == 1:
        return None
    word = identifier(path[-2]).removeprefix("by_").removesuffix("_counts").removesuffix("_count")
    return find_column(entity, word)


def _choice(table: Table, word: str, group: Column | None) -> str | None:
    columns = [group] if group else list(table.entity.columns)
    for column in columns:
        if column.name not in table.enums:
            continue
        for value in column.constraints.choices:
            spoken = {identifier(value), f"{identifier(value)}_{identifier(column.name)}"}
            if word in spoken:
                return f"col({table.ref(column)}) == {member(table, column, value)}"
    return None


def field_counts(table: Table, shape: Shape, above: tuple[str, ...] = ()) -> tuple[CountPlan, ...]:
    """Return every count that an answer needs, without repetition."""
    found: dict[str, CountPlan] = {}
    for item in shape.fields:
        for plan in _counts_of(table, item, (*above, item.name)):
            found.setdefault(plan.label, plan)
    return tuple(found.values())


def _counts_of(table: Table, item: Field, path: tuple[str, ...]) -> tuple[CountPlan, ...]:
    if item.shape.fields:
        return field_counts(table, item.shape, path)
    return find_count(table, path, item.shape)[1]
