"""Plans of the tests: one case for each thing that an endpoint must do or refuse."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from sdd.generate import naming
from sdd.generate.answers import row_source, total_place
from sdd.generate.checks.scenes import Scene, owner_value
from sdd.generate.checks.values import Pair, invalid, pair, shape_pair
from sdd.generate.domain import Direct, Domain, Table, UserItself
from sdd.generate.lists import USUAL_SIZE
from sdd.generate.routes import HandlerPlan
from sdd.generate.scopes import scope
from sdd.ir import Field, Shape, Type
from sdd.ir.behaviour import Action, Operation
from sdd.ir.matching import EVERYTHING, find_column, is_timestamp
from sdd.ir.queries import Filter, FilterKind

_FORBIDDEN, _ABSENT_STATUS = 403, 404
_WRITING = frozenset({Action.CREATE, Action.REPLACE, Action.UPDATE})
_WITH_KEY = frozenset({Action.READ, Action.REPLACE, Action.UPDATE, Action.DELETE, Action.TOGGLE})


_PAGE = 2  # rows on the pages that tests ask for


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A test.

    Attributes:
        kind: Which part of the template it is.
        arrange: Lines before the request.
        request: Arguments of the client's method after the path, without headers.
        user: Who asks.
        values: What the template's part needs beyond.
    """

    kind: str
    name: str
    doc: str
    method: str
    path: str
    status: int
    arrange: tuple[str, ...] = ()
    body: str | None = None
    user: str = "ALICE"
    signed: bool = True
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def fixtures(self) -> tuple[str, ...]:
        """The fixtures that the test takes beside the client."""
        reads = {"creates": "rows", "owner": "rows", "deletes": "fetch", "toggles": "fetch"}
        wanted = ["store"] if any("store(" in line for line in self.arrange) else []
        if self.kind == "foreign" and self.values.get("row"):
            wanted.append("fetch")
        elif self.kind == "foreign" and self.values.get("absent"):
            wanted.append("rows")
        return (*wanted, *([reads[self.kind]] if self.kind in reads else []))


@dataclass(frozen=True, slots=True)
class Planner:
    """Plans the cases of one handler."""

    domain: Domain
    handler: HandlerPlan

    @property
    def operation(self) -> Operation:
        """What the handler does."""
        return self.handler.operation

    @property
    def table(self) -> Table:
        """The table that the handler is about."""
        entity = self.operation.entity
        if entity is None:
            raise ValueError(self.handler.name)
        return self.domain.tables[entity.name]

    @property
    def owned(self) -> bool:
        """Whether the rows belong to users."""
        return scope(self.domain, self.table, self.operation.bindings).owned

    @property
    def invalid_status(self) -> int:
        """What an invalid request answers."""
        return self.domain.application.errors.validation_status or 422

    def scene(self, user: str = "ALICE") -> Scene:
        """A scene with the parents that the path needs."""
        scene = Scene(domain=self.domain, user=user)
        scene.parents(self.operation)
        return scene

    def case(
        self, kind: str, suffix: str, doc: str, scene: Scene, path: str, **more: object
    ) -> Case:
        """A case of this handler."""
        status = more.pop("status", self.handler.status)
        body = more.pop("body", None)
        user = more.pop("user", "ALICE")
        return Case(
            kind=kind,
            name=naming.ascii_words(f"{self.handler.name}_{suffix}"),
            doc=naming.sentence(doc),
            method=self.handler.method,
            path=path,
            status=int(str(status)),
            arrange=_without_unused(scene.lines, f"{path} {body} {more}"),
            body=None if body is None else str(body),
            user=str(user),
            signed=bool(self.operation.endpoint.auth),
            values=more,
        )

    def place(self, path: tuple[str, ...] | None) -> str:
        """Return how an answer's part is reached, as source."""
        keys = "".join(f"[{naming.literal(name)}]" for name in path or ())
        return f"response.json(){keys}"

    def key_shown(self) -> str | None:
        """Return the name under which rows in the answer show their key."""
        shape = self.row_shape()
        for item in shape.fields if shape else ():
            if find_column(self.table.entity, item.name) == self.table.key:
                return item.name
        return None

    def row_shape(self) -> Shape | None:
        """The shape of a row in the answer."""
        shape = self.operation.endpoint.response
        path = self.operation.rows if self.operation.rows is not None else self.operation.row
        if shape is None or path is None:
            return None
        for name in path:
            found = shape.field(name)
            if found is None:
                return None
            shape = found.shape
        return shape.item if shape.type is Type.LIST else shape

    def shown_name(self, column_name: str) -> str | None:
        """Return the name under which rows in the answer show a column."""
        shape = self.row_shape()
        for item in shape.fields if shape else ():
            column = find_column(self.table.entity, item.name)
            if column is not None and column.name == column_name and row_source(self.table, item):
                return item.name
        return None

    def body(self, scene: Scene, index: int = 0, *, required: bool = False) -> str | None:
        """Return a valid body as source; None when no valid value is known."""
        request = self.operation.endpoint.request
        if request is None or not request.fields:
            return None
        parts = []
        for item in request.fields:
            if required and not item.required:
                continue
            value = self.value(scene, item, index)
            if value is None and item.required:
                return None
            if value is not None:
                parts.append(f"{naming.literal(item.name)}: {value}")
        return f"{{{', '.join(parts)}}}"

    def value(self, scene: Scene, item: Field, index: int) -> str | None:
        """Return a valid value of a field, as source."""
        column = find_column(self.table.entity, item.name)
        reference = column.foreign_key if column else None
        target = self.domain.table_named(reference.table) if reference else None
        if target is not None:
            if target is self.table or isinstance(target.ownership, UserItself):
                return "None" if item.shape.nullable else None
            key = f"{scene.parent(target)}.{target.attributes[target.key.name]}"
            return f"as_json({key})"
        both = shape_pair(self.table, item.shape, column)
        return both.json[index] if both else None


def _without_unused(lines: list[str], rest: str) -> tuple[str, ...]:
    """Store rows that nothing mentions later without a variable."""
    kept: list[str] = []
    for index, line in enumerate(lines):
        name, _, call = line.partition(" = ")
        later = " ".join((*lines[index + 1 :], rest))
        mentioned = re.search(rf"\b{re.escape(name)}\b", later)
        kept.append(line if mentioned or not call else call)
    return tuple(kept)


def cases(domain: Domain, handler: HandlerPlan) -> tuple[Case, ...]:
    """Plan the cases of one handler."""
    planner = Planner(domain, handler)
    match handler.operation.action:
        case Action.HEALTH:
            return _health(planner)
        case Action.LIST:
            return _list(planner)
        case Action.CREATE:
            return _create(planner)
        case Action.READ if not handler.operation.mine:
            return _read(planner)
        case Action.REPLACE | Action.UPDATE if not handler.operation.mine:
            return _update(planner)
        case Action.DELETE if not handler.operation.mine:
            return _delete(planner)
        case Action.TOGGLE:
            return _toggle(planner)
        case Action.STATISTICS:
            return _statistics(planner)
        case _:
            return ()


def _health(planner: Planner) -> tuple[Case, ...]:
    scene = Scene(domain=planner.domain, user="ALICE")
    path = naming.literal(planner.operation.endpoint.path)
    return (planner.case("plain", "answers_without_a_token", "Anybody may ask", scene, path),)


def _ids(planner: Planner) -> dict[str, object]:
    return {
        "rows": planner.place(planner.operation.rows),
        "key": planner.key_shown(),
        "attribute": planner.table.attributes[planner.table.key.name],
    }


def _list(planner: Planner) -> tuple[Case, ...]:
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
        _with_row_of_bob(planner, scene, **matching)
    doc = "A user sees their own rows alone" if planner.owned else "Everybody sees every row"
    suffix = "shows_own_rows_alone" if planner.owned else "shows_every_row"
    return [planner.case("list", suffix, doc, scene, path, expected=[row], **sent, **_ids(planner))]


def _with_row_of_bob(planner: Planner, scene: Scene, **fixed: str) -> None:
    other = Scene(domain=planner.domain, user="BOB")
    other.variables = {f"taken{i}": name for i, name in enumerate(scene.variables.values())}
    other.row(planner.table, **fixed)
    scene.lines += other.lines


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


def _echoes(planner: Planner, body_fields: tuple[Field, ...]) -> list[tuple[str, str]]:
    """Return (field of the body, field of the answer) for what an answer must repeat."""
    found = []
    for item in body_fields:
        column = find_column(planner.table.entity, item.name)
        shown = planner.shown_name(column.name) if column else None
        exact = item.shape.type not in {Type.DECIMAL, Type.FLOAT, Type.DATETIME, Type.OBJECT}
        if shown is not None and exact and column and column.type is not Type.DECIMAL:
            found.append((item.name, shown))
    return found


def _create(planner: Planner) -> tuple[Case, ...]:
    table, operation = planner.table, planner.operation
    scene = planner.scene()
    body = planner.body(scene)
    request = operation.endpoint.request
    if body is None and request is not None and request.fields:
        return ()
    path = scene.path(operation, None)
    row = planner.place(operation.row) if operation.row is not None else None
    fields = request.fields if request else ()
    values = {"row": row, "echoes": _echoes(planner, fields), "cls": table.cls}
    found = [
        planner.case(
            "creates",
            "stores_what_was_sent",
            "The answer shows what was sent",
            scene,
            path,
            body=body or "{}",
            **values,
        )
    ]
    if isinstance(table.ownership, Direct):
        owner = table.ownership.column
        attribute = table.attributes[owner.name]
        sent = sorted({owner.name, attribute, "user_id", "owner_id"})
        spoof = ", ".join(f"{naming.literal(name)}: as_json(BOB)" for name in sent)
        found.append(
            planner.case(
                "owner",
                "takes_the_owner_from_the_token",
                "A body cannot choose whose row it is",
                scene,
                path,
                body=f"{body or '{}'} | {{{spoof}}}",
                cls=table.cls,
                attribute=attribute,
                owner=owner_value(planner.domain, owner, "ALICE"),
            )
        )
    return (*found, *_refusals(planner, scene, path, body))


def _refusals(planner: Planner, scene: Scene, path: str, body: str | None) -> list[Case]:
    request = planner.operation.endpoint.request
    if request is None or body is None:
        return []
    wrong = [
        f"{{{naming.literal(item.name)}: {value}}}"
        for item in request.fields
        for _, value in invalid(item.shape)
    ]
    missing = [naming.literal(item.name) for item in request.fields if item.required]
    if not wrong and not missing:
        return []
    return [
        planner.case(
            "rejects",
            "rejects_invalid_bodies",
            "A field that is missing or invalid is refused",
            scene,
            path,
            body=body,
            status=planner.invalid_status,
            wrong=wrong,
            missing=missing,
        )
    ]


def _own_row(planner: Planner) -> tuple[Scene, str, str]:
    scene = planner.scene()
    row = scene.row(planner.table, **scene.bound(planner.operation))
    return scene, row, scene.path(planner.operation, row)


def _absent(planner: Planner, body: str | None = None) -> Case:
    scene = planner.scene()
    sent = planner.body(scene) if body is not None else None
    path = scene.path(planner.operation, None)
    doc = "A row that does not exist is not found"
    return planner.case(
        "plain", "answers_404_when_absent", doc, scene, path, status=_ABSENT_STATUS, body=sent
    )


def _read(planner: Planner) -> tuple[Case, ...]:
    scene, row, path = _own_row(planner)
    doc = "The answer shows the row"
    shows = planner.place(planner.operation.row)
    key, attribute = planner.key_shown(), planner.table.attributes[planner.table.key.name]
    return (
        planner.case(
            "reads",
            "shows_the_row",
            doc,
            scene,
            path,
            row=row,
            shown=shows,
            key=key,
            attribute=attribute,
        ),
        _absent(planner),
    )


def _update(planner: Planner) -> tuple[Case, ...]:
    scene, _, path = _own_row(planner)
    body = planner.body(scene, 1)
    if body is None:
        return ()
    operation, request = planner.operation, planner.operation.endpoint.request
    row = planner.place(operation.row) if operation.row is not None else None
    fields = request.fields if request else ()
    found = [
        planner.case(
            "creates",
            "changes_what_was_sent",
            "The answer shows what was sent",
            scene,
            path,
            body=body,
            row=row,
            echoes=_echoes(planner, fields),
            cls=planner.table.cls,
        ),
        _absent(planner, body),
        *_refusals(planner, scene, path, body),
    ]
    if fields and not any(item.required for item in fields):
        found.append(
            planner.case(
                "plain",
                "accepts_an_empty_body",
                "Nothing named, nothing changed",
                scene,
                path,
                body="{}",
            )
        )
    return tuple(found)


def _delete(planner: Planner) -> tuple[Case, ...]:
    scene, row, path = _own_row(planner)
    attribute = planner.table.attributes[planner.table.key.name]
    return (
        planner.case(
            "deletes",
            "removes_the_row",
            "A deleted row is gone",
            scene,
            path,
            cls=planner.table.cls,
            row=f"{row}.{attribute}",
        ),
        _absent(planner),
    )


def _toggle(planner: Planner) -> tuple[Case, ...]:
    operation, table = planner.operation, planner.table
    column = operation.column
    request = operation.endpoint.request
    scene, row, path = _own_row(planner)
    if column is None:
        return ()
    attribute = table.attributes[column.name]
    key = table.attributes[table.key.name]
    body = planner.body(scene, 1)
    sent = request is not None and bool(request.fields)
    turns = operation.value is None or operation.rest is not None
    values = {
        "cls": table.cls,
        "row": f"{row}.{key}",
        "attribute": attribute,
        "twice": turns and not sent,
        "value": (value := _switched_to(planner, sent=sent)),
        "equals": "is" if value in {"True", "False"} else "==",
        "differs": "is not" if value in {"True", "False"} else "!=",
    }
    if sent and body is None:
        return ()
    return (
        planner.case(
            "toggles", "switches", "The column is switched", scene, path, body=body, **values
        ),
        _absent(planner, body),
    )


def _switched_to(planner: Planner, *, sent: bool) -> str:
    operation = planner.operation
    column = operation.column
    if column is None:
        return "True"
    if sent:
        both = pair(planner.table, column)
        return both.python[1] if both else "True"
    if column.type is Type.BOOL:
        default = bool(column.default.value) if column.default else False
        return str(operation.value if operation.value is not None else not default)
    return naming.literal(operation.value)


def _statistics(planner: Planner) -> tuple[Case, ...]:
    scene = planner.scene()
    scene.row(planner.table, **scene.bound(planner.operation))
    path = scene.path(planner.operation, None)
    if planner.owned and not planner.operation.bindings:
        _with_row_of_bob(planner, scene)
    response = planner.operation.endpoint.response
    totals = [
        f"response.json()[{naming.literal(item.name)}] == 1"
        for item in (response.fields if response else ())
        if naming.ascii_words(item.name) in {"total", "count", "total_count"}
    ]
    return (
        planner.case(
            "counts", "counts_own_rows", "Rows of others do not count", scene, path, totals=totals
        ),
    )


def isolation_cases(domain: Domain, handler: HandlerPlan) -> tuple[Case, ...]:
    """Plan what another user's request to a handler must answer."""
    planner = Planner(domain, handler)
    operation = handler.operation
    if operation.entity is None or operation.entity.name not in domain.tables:
        return ()
    found = []
    picks = operation.key is not None or bool(operation.bindings)
    if planner.owned and picks and not operation.mine:
        found += _foreign(planner)
    elif operation.action is Action.CREATE and planner.owned:
        found += _foreign_reference(planner)
    if operation.path_user is not None:
        found += _other_path(planner)
    return tuple(found)


def _foreign_reference(planner: Planner) -> list[Case]:
    """Plan the creation of a row that refers to another user's."""
    operation, table = planner.operation, planner.table
    request = operation.endpoint.request
    for item in request.fields if request else ():
        column = find_column(table.entity, item.name)
        reference = column.foreign_key if column else None
        target = planner.domain.table_named(reference.table) if reference else None
        if target is None or target is table or not scope(planner.domain, target).owned:
            continue
        scene = planner.scene()
        body = planner.body(scene)
        if body is None or isinstance(target.ownership, UserItself):
            continue
        status = planner.domain.application.errors.foreign_status or _ABSENT_STATUS
        return [
            planner.case(
                "foreign",
                "referring_to_another_users_row",
                f"A row cannot be attached to somebody else's: {status}",
                scene,
                scene.path(operation, None, user="BOB"),
                user="BOB",
                status=status,
                body=body,
                cls=table.cls,
                absent=True,
            )
        ]
    return []


def _foreign(planner: Planner) -> list[Case]:
    operation, table = planner.operation, planner.table
    scene = planner.scene()
    row = None
    if operation.key is not None:
        row = scene.row(table, **scene.bound(operation))
    body = planner.body(scene, 1)
    request = operation.endpoint.request
    if body is None and request is not None and request.fields and operation.action in _WRITING:
        return []
    status = planner.domain.application.errors.foreign_status or _ABSENT_STATUS
    key = table.attributes[table.key.name]
    doc = f"{operation.endpoint.name} answers {status} for another user's row, and changes nothing"
    return [
        *_wrong_parent(planner),
        planner.case(
            "foreign",
            "of_another_user",
            doc,
            scene,
            scene.path(operation, row, user="BOB"),
            user="BOB",
            status=status,
            body=body,
            cls=table.cls,
            row=f"{row}.{key}" if row else None,
            absent=operation.action is Action.CREATE,
        ),
    ]


def _wrong_parent(planner: Planner) -> list[Case]:
    """Plan a request for a row through another parent of the same user."""
    operation = planner.operation
    if operation.key is None or not operation.bindings:
        return []
    scene = planner.scene()
    row = scene.row(planner.table, **scene.bound(operation))
    scene.other_parent(operation)
    return [
        planner.case(
            "plain",
            "through_another_parent",
            "A row is reached through its own parent alone",
            scene,
            scene.path(operation, row),
            status=_ABSENT_STATUS,
            body=planner.body(scene, 1),
        )
    ]


def _other_path(planner: Planner) -> list[Case]:
    operation = planner.operation
    scene = planner.scene()
    row = None
    if operation.key is not None and not operation.mine:
        row = scene.row(planner.table, **scene.bound(operation))
    body = planner.body(scene)
    request = operation.endpoint.request
    if body is None and request is not None and request.fields:
        return []
    status = planner.domain.application.errors.path_user_status or _FORBIDDEN
    return [
        planner.case(
            "plain",
            "under_another_users_path",
            f"The id in the path must be that of the token: {status}",
            scene,
            scene.path(operation, row),
            user="BOB",
            status=status,
            body=body,
        )
    ]


def example_path(operation: Operation) -> str:
    """Return a path with made-up ids, for requests that no token lets through."""
    text = operation.endpoint.path
    samples = {
        Type.INT: "1",
        Type.UUID: "11111111-1111-4111-8111-111111111111",
    }
    for item in operation.endpoint.parameters:
        if item.location.value == "path":
            text = text.replace(f"{{{item.name}}}", samples.get(item.type or Type.STR, "some-id"))
    return naming.literal(text)
