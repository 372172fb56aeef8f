"""Tests of lists: whose rows they show, their pages, orders and filters."""

from sdd.generate import naming
from sdd.generate.answer_values import total_place
from sdd.generate.checks.planner import Case, Planner
from sdd.generate.checks.values import Pair, pair
from sdd.generate.domain import UserItself
from sdd.generate.lists import USUAL_SIZE
from sdd.ir import Type
from sdd.ir.matching import EVERYTHING, is_timestamp
from sdd.ir.queries import Filter, FilterKind

_PAGE = 2  # rows on the pages that tests ask for


def _ids(planner: Planner) -> dict[str, object]:
    return {
        "rows": planner.place(planner.operation.rows),
        "key": planner.key_shown(),
        "attribute": planner.table.attributes[planner.table.key.name],
    }


def list_cases(planner: Planner) -> tuple[Case, ...]:
    """Plan the tests of a list."""
    required = _required(planner)
    if required:
        asked = [item for item in planner.operation.filters if required == [item.parameter]]
        found = [
            case for item in asked for case in (*_lists_own(planner, item), *_filter(planner, item))
        ]
        return (*found, *_bad_parameters(planner))
    if isinstance(planner.table.ownership, UserItself):
        return (*_lists_own(planner), *_bad_parameters(planner))
    found = [*_lists_own(planner), *_paging(planner), *_sorting(planner)]
    for item in planner.operation.filters:
        found += _filter(planner, item)
    found += _bad_parameters(planner)
    return tuple(found)


def _required(planner: Planner) -> list[str]:
    """Return the query parameters without which a list is refused."""
    return [
        item.name
        for item in planner.operation.endpoint.parameters
        if item.location.value == "query" and item.required
    ]


def _lists_own(planner: Planner, asked: Filter | None = None) -> list[Case]:
    """Plan a list of the user's rows; `asked` is the filter without which there is none."""
    wanted = _filter_values(planner, asked) if asked else None
    if asked is not None and wanted is None:
        return []
    matching, _, value = wanted or ({}, {}, "")
    sent = {"parameters": f"params={{{naming.literal(asked.parameter)}: {value}}}"} if asked else {}
    scene = planner.scene()
    row = scene.row(planner.table, **matching, **scene.bound(planner.operation))
    path = scene.path(planner.operation, None)
    if planner.operation.bindings:
        scene.other_parent(planner.operation)
        scene.row(planner.table, **matching, **scene.bound(planner.operation))
    if planner.owned and not isinstance(planner.table.ownership, UserItself):
        planner.add_row_of_bob(scene, **matching)
    doc = "A user sees their own rows alone" if planner.owned else "Everybody sees every row"
    suffix = "shows_own_rows_alone" if planner.owned else "shows_every_row"
    return [planner.case("list", suffix, doc, scene, path, expected=[row], **sent, **_ids(planner))]


def _paging(planner: Planner) -> list[Case]:
    paging = planner.operation.paging
    if paging is None or paging.size is None:
        return []
    scene = planner.scene()
    bound = scene.bound(planner.operation)
    for _ in range(3):
        scene.row(planner.table, **bound)
    path = scene.path(planner.operation, None)
    pages = [f"params={{{naming.literal(paging.size)}: 2}}"]
    if paging.page:
        pages.append(
            f"params={{{naming.literal(paging.size)}: 2, {naming.literal(paging.page)}: 2}}"
        )
    elif paging.offset:
        pages.append(
            f"params={{{naming.literal(paging.size)}: 2, {naming.literal(paging.offset)}: 2}}"
        )
    limits = next(p for p in planner.operation.endpoint.parameters if p.name == paging.size)
    if (limits.constraints.maximum or USUAL_SIZE) < _PAGE or (
        limits.constraints.minimum or 0
    ) > _PAGE:
        return []
    beyond = paging.page or paging.offset
    if beyond:
        pages.append(f"params={{{naming.literal(beyond)}: 9}}")
    doc = "A page holds as many rows as asked for"
    return [
        planner.case(
            "pages",
            "pages",
            doc,
            scene,
            path,
            pages=pages,
            counts=[2, 1, 0],
            total=planner.place(total) if (total := total_place(planner.operation)) else None,
            **_ids(planner),
        )
    ]


def _sorting(planner: Planner) -> list[Case]:
    sorting, table = planner.operation.sorting, planner.table
    if sorting is None or sorting.parameter is None or planner.key_shown() is None:
        return []
    for order in sorting.orders:
        column = order.column
        both = pair(table, column)
        skip = is_timestamp(column) or column.primary_key or column.unique or column.foreign_key
        if skip or both is None or both.python[0] == both.python[1]:
            continue
        scene = planner.scene()
        bound = scene.bound(planner.operation)
        attribute = table.attributes[column.name]
        rows = [scene.row(table, **{attribute: value}, **bound) for value in both.python]
        path = scene.path(planner.operation, None)
        query = {sorting.parameter: order.word}
        expected = rows
        if order.descending is True:
            expected = rows[::-1]
        if order.descending is None and sorting.direction:
            direction = next(
                p for p in planner.operation.endpoint.parameters if p.name == sorting.direction
            )
            words = direction.constraints.choices or ("asc", "desc")
            query[sorting.direction] = next((w for w in words if w.lower() == "desc"), "desc")
            expected = rows[::-1]
        parameters = f"params={query!r}"
        return [
            planner.case(
                "list",
                f"sorts_by_{attribute}",
                "Rows come in the order asked for",
                scene,
                path,
                parameters=parameters,
                expected=expected,
                **_ids(planner),
            )
        ]
    return []


def _filter(planner: Planner, item: Filter) -> list[Case]:
    wanted = _filter_values(planner, item)
    if wanted is None or planner.key_shown() is None:
        return []
    matching, other, value = wanted
    table = planner.table
    scene = planner.scene()
    bound = scene.bound(planner.operation)
    row = scene.row(table, **matching, **bound)
    scene.row(table, **other, **bound)
    path = scene.path(planner.operation, None)
    parameters = f"params={{{naming.literal(item.parameter)}: {value}}}"
    return [
        planner.case(
            "list",
            f"filters_by_{naming.ascii_words(item.parameter)}",
            "A filter keeps the rows that match",
            scene,
            path,
            parameters=parameters,
            expected=[row],
            **_ids(planner),
        )
    ]


def _filter_values(  # noqa: C901 - one case for each kind of filter
    planner: Planner, item: Filter
) -> tuple[dict[str, str], dict[str, str], str] | None:
    """Return what a matching row holds, what another holds, and the parameter's value."""
    table, column = planner.table, item.columns[0]
    attribute = table.attributes[column.name]
    both = pair(table, column)
    parameter = next(
        found for found in planner.operation.endpoint.parameters if found.name == item.parameter
    )
    words = [word for word in parameter.constraints.choices if word.casefold() not in EVERYTHING]
    if both and words and column.name not in table.enums and item.kind is FilterKind.EQUAL:
        first, second = (words * 2)[:2]
        both = Pair(python=(repr(first), repr(second)), json=(repr(first), repr(second)))
    if both is None or column.unique or column.foreign_key:
        return None
    if item.kind is FilterKind.STATUS:
        word, held = next((w, v) for w, v in item.meanings if v is not None)
        return {attribute: str(held)}, {attribute: str(not held)}, naming.literal(word)
    first, second = both.python
    if first == second or (item.kind is FilterKind.EQUAL and column.primary_key):
        return None
    match item.kind:
        case FilterKind.CONTAINS:
            return {attribute: '["apple", "pear"]'}, {attribute: '["applesauce"]'}, '"apple"'
        case FilterKind.SEARCH:
            made = {
                table.attributes[found.name]: known.python[1]
                for found in item.columns[1:]
                if not found.nullable and found.default is None and (known := pair(table, found))
            }  # what its maker puts there is searched too
            return {attribute: first}, {attribute: second, **made}, both.json[0]
        case FilterKind.LESS:
            return {attribute: first}, {attribute: second}, both.json[1]
        case FilterKind.LESS_EQUAL | FilterKind.EQUAL:
            value = both.json[0]
            boolean = column.type is Type.BOOL
            return {attribute: first}, {attribute: second}, '"false"' if boolean else value
        case FilterKind.GREATER:
            return {attribute: second}, {attribute: first}, both.json[0]
        case FilterKind.GREATER_EQUAL:
            return {attribute: second}, {attribute: first}, both.json[1]
        case _:
            return None


def _bad_parameters(planner: Planner) -> list[Case]:
    bad = []
    for item in planner.operation.endpoint.parameters:
        bounds = item.constraints
        name = naming.literal(item.name)
        if item.location.value != "query":
            continue
        if bounds.choices:
            bad.append(f'{{{name}: "-"}}')
        elif item.type is Type.INT and bounds.maximum is not None:
            bad.append(f"{{{name}: {int(bounds.maximum) + 1}}}")
        elif item.type in {Type.DATE, Type.DATETIME, Type.UUID, Type.INT}:
            bad.append(f'{{{name}: "-"}}')
    if not bad:
        return []
    scene = planner.scene()
    path = scene.path(planner.operation, None)
    return [
        planner.case(
            "rejects_parameters",
            "rejects_bad_parameters",
            "A parameter out of bounds is refused",
            scene,
            path,
            status=planner.invalid_status,
            bad=bad,
        )
    ]
