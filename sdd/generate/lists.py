"""Plans of list queries: filters, order, page."""

from collections.abc import Mapping
from dataclasses import dataclass

from sdd.generate import naming
from sdd.generate.domain import Table
from sdd.generate.models import member
from sdd.ir import Column, Parameter, Type
from sdd.ir.behaviour import Operation
from sdd.ir.matching import EVERYTHING, is_timestamp
from sdd.ir.queries import Filter, FilterKind, Sorting

_COMPARE = {
    FilterKind.LESS: "<",
    FilterKind.LESS_EQUAL: "<=",
    FilterKind.GREATER: ">",
    FilterKind.GREATER_EQUAL: ">=",
}
USUAL_SIZE = 20
KEYS = "KEYS"  # stands in `order` for the mapping of the sort keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """A filter: the condition holds for the rows that stay, and applies when the guard does."""

    guard: str | None
    condition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPlan:
    """A list query.

    Attributes:
        filters: What narrows it.
        keys: (word, column) of each value of the sort parameter.
        direction: Source of the function that gives the direction, or None when each of
            `keys` has its own.
        order: What `order_by` takes; `KEYS` is the mapping of `keys`.
        offset: Source of the offset, or None.
        limit: Source of the limit, or None.
        total: Whether the rows on all pages are counted.
    """

    filters: tuple[Narrowing, ...]
    keys: tuple[tuple[str, str], ...]
    direction: str | None
    order: tuple[str, ...]
    offset: str | None
    limit: str | None
    total: bool


def list_plan(table: Table, operation: Operation, *, total: bool) -> ListPlan:
    """Plan the query of a list."""
    parameters = {item.name: item for item in operation.endpoint.parameters}
    keys, direction, order = _order(table, operation.sorting or Sorting(), parameters)
    offset, limit = _page(operation)
    return ListPlan(
        filters=tuple(
            narrowing
            for item in operation.filters
            for narrowing in _narrowings(table, item, parameters[item.parameter])
        ),
        keys=keys,
        direction=direction,
        order=order,
        offset=offset,
        limit=limit,
        total=total,
    )


def _page(operation: Operation) -> tuple[str | None, str | None]:
    paging = operation.paging
    if paging is None:
        return None, None
    size = naming.argument(paging.size) if paging.size else None
    if paging.page is not None:
        size = size or str(USUAL_SIZE)
        return f"({naming.argument(paging.page)} - 1) * {size}", size
    offset = naming.argument(paging.offset) if paging.offset else None
    return offset, size


def _is_optional(parameter: Parameter) -> bool:
    default = parameter.default
    return not parameter.required and (default is None or default.value is None)


def _narrowings(table: Table, item: Filter, parameter: Parameter) -> list[Narrowing]:
    argument = naming.argument(item.parameter)
    if item.kind is FilterKind.STATUS:
        column = f"col({table.ref(item.columns[0])})"
        return [
            Narrowing(
                guard=f"{argument} == {naming.literal(word)}", condition=f"{column}.is_({value})"
            )
            for word, value in item.meanings
            if value is not None
        ]
    guard = f"{argument} is not None" if _is_optional(parameter) else None
    if guard and parameter.type is Type.LIST:
        guard = argument
    everything = [word for word in parameter.constraints.choices if word.casefold() in EVERYTHING]
    if everything and item.kind is FilterKind.EQUAL:
        apart = f"{argument} != {naming.literal(everything[0])}"
        guard = f"{guard} and {apart}" if guard else apart
    if item.kind is FilterKind.OVERDUE:
        return [Narrowing(guard=argument, condition=overdue(table, item.columns))]
    return [Narrowing(guard=guard, condition=_condition(table, item, argument, parameter))]


def _condition(table: Table, item: Filter, argument: str, parameter: Parameter) -> str:
    column = item.columns[0]
    reference = table.ref(column)
    match item.kind:
        case FilterKind.SEARCH:
            parts = [
                f"col({table.ref(found)}).icontains({argument}, autoescape=True)"
                for found in item.columns
            ]
            return " | ".join(parts)
        case FilterKind.CONTAINS if parameter.type is Type.LIST:
            each = f"list_contains(col({reference}), word) for word in {argument}"
            return f"or_(*[{each}])"
        case FilterKind.CONTAINS:
            return f"list_contains(col({reference}), {argument})"
        case FilterKind.EQUAL if column.name in table.enums and parameter.constraints.choices != (
            column.constraints.choices
        ):
            return f"{reference} == {table.enums[column.name]}({argument})"
        case FilterKind.EQUAL if column.type is Type.BOOL:
            return f"col({reference}).is_({argument})"
        case FilterKind.EQUAL:
            return f"{reference} == {argument}"
        case _ if column.nullable:
            return f"col({reference}) {_COMPARE[item.kind]} {argument}"
        case _:
            return f"{reference} {_COMPARE[item.kind]} {argument}"


def overdue(table: Table, columns: tuple[Column, ...]) -> str:
    """Return the condition for rows that are late: due before now, and not done."""
    due = columns[0]
    now = "today()" if due.type is Type.DATE else "utc_now()"
    late = f"col({table.ref(due)}) < {now}"
    if len(columns) == 1:
        return late
    return f"({late}) & col({table.ref(columns[1])}).is_(False)"


def sort_key(table: Table, column: Column) -> str:
    """Return what rows are sorted by: for choices, their order in the specs."""
    if column.name not in table.enums:
        return f"col({table.ref(column)})"
    ranks = ", ".join(
        f"{member(table, column, value)}: {rank}"
        for rank, value in enumerate(column.constraints.choices)
    )
    return f"case({{{ranks}}}, value=col({table.ref(column)}))"


def _order(
    table: Table, sorting: Sorting, parameters: Mapping[str, Parameter]
) -> tuple[tuple[tuple[str, str], ...], str | None, tuple[str, ...]]:
    key = f"col({table.ref(table.key)})"
    default = sort_key(table, sorting.default) if sorting.default else key
    turned = "desc" if sorting.descending else "asc"
    direction = _direction(sorting, parameters, turned)
    if sorting.parameter is None:
        if direction is None:
            ends = () if default == key else (f"{turned}({key})",)
            return (), None, (f"{turned}({default})", *ends)
        return (), direction, (f"direction({default})", f"direction({key})")
    argument = naming.argument(sorting.parameter)
    own = any(order.descending is not None for order in sorting.orders)
    chosen = f"{KEYS}[{argument}]"
    fallback = None
    if _is_optional(parameters[sorting.parameter]):
        fallback = default
    if own or direction is None:
        keys = tuple(
            (naming.literal(order.word), _turned(table, order.column, order.descending))
            for order in sorting.orders
        )
        first = f"{turned}({fallback})" if fallback else None
        chosen = f"{chosen} if {argument} is not None else {first}" if first else chosen
        return keys, None, (chosen, f"{turned}({key})")
    keys = tuple(
        (naming.literal(order.word), sort_key(table, order.column)) for order in sorting.orders
    )
    chosen = f"{chosen} if {argument} is not None else {fallback}" if fallback else chosen
    return keys, direction, (f"direction({chosen}).nulls_last()", f"direction({key})")


def _turned(table: Table, column: Column, descending: bool | None) -> str:  # noqa: FBT001
    if descending is None:
        descending = is_timestamp(column)
    return f"{'desc' if descending else 'asc'}({sort_key(table, column)}).nulls_last()"


def _direction(sorting: Sorting, parameters: Mapping[str, Parameter], turned: str) -> str | None:
    if sorting.direction is None:
        return None
    parameter = parameters[sorting.direction]
    argument = naming.argument(sorting.direction)
    words = parameter.constraints.choices or ("asc", "desc")
    down = next((word for word in words if word.lower() == "desc"), "desc")
    up = next((word for word in words if word.lower() == "asc"), "asc")
    if turned == "desc" and _is_optional(parameter):
        return f"asc if {argument} == {naming.literal(up)} else desc"
    return f"desc if {argument} == {naming.literal(down)} else asc"


def size_argument(operation: Operation) -> str:
    """Return the source of the page size."""
    if operation.paging is not None and operation.paging.size:
        return naming.argument(operation.paging.size)
    return str(USUAL_SIZE)
