"""What the query parameters of a list mean: filters, sorting, pages."""

import re
from dataclasses import dataclass
from enum import StrEnum

from sdd import names
from sdd.ir.matching import (
    EVERYTHING,
    NEGATIVE,
    find_column,
    find_flag,
    flags,
    identifier,
    is_secret,
    is_timestamp,
    same_stem,
)
from sdd.ir.model import Column, Endpoint, Entity, Location, Parameter, Type

_PAGE = frozenset({"page", "page_number", "page_no", "current_page"})
_SIZE = frozenset({"limit", "per_page", "page_size", "size", "take", "pagesize", "max_results"})
_OFFSET = frozenset({"offset", "skip", "start"})
_SEARCH = frozenset(
    {"search", "q", "query", "keyword", "keywords", "search_term", "search_query", "text", "term"}
)
_SORT = frozenset({"sort", "sort_by", "order_by", "sortby", "orderby", "ordering", "sort_field"})
_ORDER = frozenset({"order", "sort_order", "direction", "dir", "sort_dir", "sort_direction"})
_TEMPORAL = frozenset({Type.DATETIME, Type.DATE, Type.TIME})
_ORDERED = _TEMPORAL | {Type.INT, Type.FLOAT, Type.DECIMAL}
_TEXT = frozenset({Type.STR, Type.TEXT})
_YES_NO = {"true": True, "false": False, "yes": True, "no": False}
_DIRECTED = re.compile(r"^([-+]?)(.*?)(?:([_:\-. ])(asc|desc))?$", re.IGNORECASE)
_NEWEST = {"newest": True, "latest": True, "recent": True, "oldest": False}
_RANGES = (
    (re.compile(r"^(?:(.*)_)?before$|^before_(.*)$"), "lt"),
    (re.compile(r"^(?:(.*)_)?after$|^after_(.*)$"), "gt"),
    (re.compile(r"^(?:(.*)_)?(?:from|since|gte|min|start)$|^(?:from|min|since|start)_(.*)$"), "ge"),
    (re.compile(r"^(?:(.*)_)?(?:to|until|lte|max|end)$|^(?:to|max|until|end)_(.*)$"), "le"),
)


class FilterKind(StrEnum):
    """How a filter compares."""

    EQUAL = "equal"
    STATUS = "status"  # a choice of words for a boolean column
    CONTAINS = "contains"  # an item of a list column
    LESS = "lt"
    LESS_EQUAL = "le"
    GREATER = "gt"
    GREATER_EQUAL = "ge"
    SEARCH = "search"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A query parameter that narrows a list.

    Attributes:
        meanings: For a status: each word with the value of the column; None means all rows.
    """

    parameter: str
    kind: FilterKind
    columns: tuple[Column, ...]
    meanings: tuple[tuple[str, bool | None], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One value of a sort parameter: a column, and a direction when the value includes it."""

    word: str
    column: Column
    descending: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorting:
    """How a list is sorted.

    Attributes:
        parameter: The query parameter that names the column; None: fixed.
        direction: The query parameter that is `asc` or `desc`.
        orders: The values of `parameter`.
        default: The column without a parameter, or None for the key.
        descending: The direction without a parameter.
    """

    parameter: str | None = None
    direction: str | None = None
    orders: tuple[Order, ...] = ()
    default: Column | None = None
    descending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """Which query parameters choose a page of a list."""

    page: str | None = None
    size: str | None = None
    offset: str | None = None


def query_parameters(endpoint: Endpoint) -> tuple[Parameter, ...]:
    """Return the parameters that are sent in the query."""
    return tuple(item for item in endpoint.parameters if item.location is Location.QUERY)


def paging(endpoint: Endpoint) -> Paging | None:
    """Find the parameters that choose a page."""
    found = Paging(
        page=_named(endpoint, _PAGE),
        size=_named(endpoint, _SIZE),
        offset=_named(endpoint, _OFFSET),
    )
    return found if found != Paging() else None


def _named(endpoint: Endpoint, vocabulary: frozenset[str]) -> str | None:
    for parameter in query_parameters(endpoint):
        if identifier(parameter.name) in vocabulary:
            return parameter.name
    return None


def sorting(entity: Entity, endpoint: Endpoint, *, nested: bool = False) -> Sorting:
    """Tell how a list is sorted: below a parent the oldest first, else the newest."""
    created = next((item for item in entity.columns if is_timestamp(item)), None)
    by, direction = sort_parameters(endpoint)
    descending = not nested and created is not None
    if direction is not None and direction.default:
        descending = str(direction.default.value).lower().startswith("desc")
    if by is None:
        return Sorting(
            direction=direction.name if direction else None, default=created, descending=descending
        )
    return Sorting(
        parameter=by.name,
        direction=direction.name if direction else None,
        orders=_orders(entity, by),
        default=created,
        descending=descending,
    )


def sort_parameters(endpoint: Endpoint) -> tuple[Parameter | None, Parameter | None]:
    """Find the parameter that names what a list is sorted by, and the one for the direction."""
    sort = order = None
    for parameter in query_parameters(endpoint):
        word = identifier(parameter.name)
        if word in _SORT:
            sort = parameter
        elif word in _ORDER:
            order = parameter
    directions = all(word.lower() in {"asc", "desc"} for word in _choices(order))
    if sort is None and order is not None and not directions:
        return order, None
    if (
        sort is not None
        and order is None
        and _choices(sort)
        and all(word.lower() in {"asc", "desc"} for word in _choices(sort))
    ):
        return None, sort
    return sort, order


def _choices(parameter: Parameter | None) -> tuple[str, ...]:
    return parameter.constraints.choices if parameter else ()


def sortable(entity: Entity) -> tuple[Column, ...]:
    """Return the columns by which a client may sort when the specs do not say."""
    return tuple(
        column
        for column in entity.columns
        if column.type not in {Type.JSON, Type.LIST}
        and not is_secret(column)
        and column.name != entity.owner_column
        and column.foreign_key is None
    )


def sort_words(entity: Entity, parameter: Parameter) -> tuple[str, ...]:
    """Return the values of a sort parameter that name a column, or the columns if none is stated.

    Where only the default is stated, the others are written as it is: `-due`, `due_desc`.
    """
    stated = [*parameter.constraints.choices]
    default = str(parameter.default.value) if parameter.default else ""
    if not stated:
        stated = [form.format(item.name) for item in sortable(entity) for form in _forms(default)]
    words = tuple(
        dict.fromkeys(word for word in (*stated, default) if word and _order(entity, word))
    )
    return words or tuple(item.name for item in sortable(entity))


def unsorted_words(entity: Entity, parameter: Parameter) -> tuple[str, ...]:
    """Return the stated values of a sort parameter that name no column, and are no direction."""
    default = str(parameter.default.value) if parameter.default else ""
    stated = dict.fromkeys(word for word in (*parameter.constraints.choices, default) if word)
    return tuple(
        word
        for word in stated
        if word.lower() not in {"asc", "desc", "none"} and _order(entity, word) is None
    )


def _forms(example: str) -> tuple[str, ...]:
    """Return the ways to write a column and a direction that a value is an example of."""
    match = _DIRECTED.match(example)
    sign, _, joint, suffix = match.groups() if match else ("", "", None, None)
    if sign == "-":
        return ("{}", "-{}")
    if suffix and joint:
        ends = ("asc", "desc") if suffix.islower() else ("ASC", "DESC")
        return tuple(f"{{}}{joint}{end}" for end in ends)
    return ("{}",)


def _orders(entity: Entity, parameter: Parameter) -> tuple[Order, ...]:
    found = (_order(entity, word) for word in sort_words(entity, parameter))
    return tuple(item for item in found if item is not None)


def _order(entity: Entity, word: str) -> Order | None:
    created = next((item for item in entity.columns if is_timestamp(item)), None)
    if word.lower() in _NEWEST and created:
        return Order(word=word, column=created, descending=_NEWEST[word.lower()])
    match = _DIRECTED.match(word)
    sign, name, _, suffix = match.groups() if match else ("", word, None, None)
    column = find_column(entity, name) or _loosely(entity, name)
    if column is None:
        return None
    descending = True if sign == "-" else None
    if suffix:
        descending = suffix.lower() == "desc"
    return Order(word=word, column=column, descending=descending)


def _loosely(entity: Entity, name: str) -> Column | None:
    """Find `due_date` for `due`, `created_at` for `created`."""
    wanted = identifier(name)
    for column in entity.columns:
        stem = re.sub(r"_(at|date|on|time|name)$", "", identifier(column.name))
        if same_stem(wanted, stem) or same_stem(wanted, identifier(column.name)):
            return column
    if wanted in {"date", "time"}:
        return next((item for item in entity.columns if is_timestamp(item)), None)
    return None


def is_control(endpoint: Endpoint, parameter: Parameter) -> bool:
    """Tell whether a parameter chooses page or order, and does not filter."""
    word = identifier(parameter.name)
    if word in _PAGE | _SIZE | _OFFSET:
        return True
    return parameter in sort_parameters(endpoint)


def filters(entity: Entity, endpoint: Endpoint) -> tuple[Filter, ...]:
    """Return the parameters that narrow the list; those without a meaning are left out."""
    found = (
        find_filter(entity, parameter)
        for parameter in query_parameters(endpoint)
        if not is_control(endpoint, parameter)
    )
    return tuple(item for item in found if item is not None)


def find_filter(entity: Entity, parameter: Parameter) -> Filter | None:
    """Find what a query parameter narrows."""
    word = identifier(parameter.name)
    return (
        _status(entity, parameter)
        or _equal(entity, parameter)
        or _search(entity, parameter, word)
        or _range(entity, parameter, word)
        or _overdue(entity, parameter, word)
    )


def _status(  # noqa: C901 - one case for each way to say it
    entity: Entity, parameter: Parameter
) -> Filter | None:
    words = parameter.constraints.choices
    if set(map(str.lower, words)) <= _YES_NO.keys():
        return None
    named = find_column(entity, parameter.name)
    meanings: dict[str, bool | None] = {}
    column: Column | None = None
    for word in words:
        if word.lower() in EVERYTHING:
            meanings[word] = None
        elif named is not None and named.type is Type.BOOL and word.lower() in _YES_NO:
            column, meanings[word] = named, _YES_NO[word.lower()]
        elif (flag := find_flag(entity, word)) is not None:
            column, meanings[word] = flag
    rest = [word for word in words if word not in meanings]
    if column is None:
        column = flags(entity)[0] if len(flags(entity)) == 1 and rest else None
    if column is None or (named is not None and named.type is not Type.BOOL):
        return None
    if set(meanings.values()) <= {None} and not any(word.lower() in NEGATIVE for word in rest):
        return None
    for word in rest:
        taken = set(meanings.values())
        if len(rest) > 1 and word.lower() not in NEGATIVE and True in taken:
            return None
        meanings[word] = not (word.lower() in NEGATIVE or True in taken)
    ordered = tuple((word, meanings[word]) for word in words)
    return Filter(
        parameter=parameter.name, kind=FilterKind.STATUS, columns=(column,), meanings=ordered
    )


def _equal(entity: Entity, parameter: Parameter) -> Filter | None:
    column = find_column(entity, parameter.name)
    if column is None:
        many = find_column(entity, names.plural(identifier(parameter.name)))
        column = many if many is not None and many.type in {Type.LIST, Type.JSON} else None
    if column is None or column.name == entity.owner_column or is_secret(column):
        return None
    kind = FilterKind.CONTAINS if column.type in {Type.LIST, Type.JSON} else FilterKind.EQUAL
    return Filter(parameter=parameter.name, kind=kind, columns=(column,))


def _search(entity: Entity, parameter: Parameter, word: str) -> Filter | None:
    columns = tuple(item for item in entity.columns if _is_searchable(entity, item))
    if word not in _SEARCH or not columns:
        return None
    return Filter(parameter=parameter.name, kind=FilterKind.SEARCH, columns=columns)


def _is_searchable(entity: Entity, column: Column) -> bool:
    apart = column.name == entity.owner_column or column.foreign_key or column.primary_key
    return column.type in _TEXT and not apart and not is_secret(column)


def _range(entity: Entity, parameter: Parameter, word: str) -> Filter | None:
    for pattern, kind in _RANGES:
        match = pattern.match(word)
        if match is None:
            continue
        stem = next((group for group in match.groups() if group is not None), "")
        column = _range_column(entity, stem)
        if column is not None:
            return Filter(parameter=parameter.name, kind=FilterKind(kind), columns=(column,))
    return None


def _range_column(entity: Entity, stem: str) -> Column | None:
    candidates = [item for item in entity.columns if item.type in _ORDERED]
    for column in candidates:
        name = identifier(column.name)
        if stem and (name == stem or re.sub(r"_(at|date|on|time)$", "", name) == stem):
            return column
    if stem not in {"", "date", "time"}:
        return None
    days = [item for item in candidates if item.type in _TEMPORAL]
    free = [item for item in days if not is_timestamp(item)]
    return next(iter([*days, *free] if len(free) != 1 else free), None)


def due_column(entity: Entity) -> Column | None:
    """Find the column that says until when a row is to be dealt with."""
    return next(
        (
            column
            for column in entity.columns
            if column.type in {Type.DATETIME, Type.DATE}
            and {"due", "deadline"} & set(names.words(column.name))
        ),
        None,
    )


def _overdue(entity: Entity, parameter: Parameter, word: str) -> Filter | None:
    due = due_column(entity)
    done = next(iter(flags(entity)), None)
    if word not in {"overdue", "is_overdue"} or due is None:
        return None
    columns = (due, done) if done else (due,)
    return Filter(parameter=parameter.name, kind=FilterKind.OVERDUE, columns=columns)
