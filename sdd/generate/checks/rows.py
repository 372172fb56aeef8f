"""Tests of what is done to one row: created, read, changed, switched, deleted."""

from sdd.generate import naming
from sdd.generate.checks.planner import Case, Planner
from sdd.generate.checks.scenes import Scene, owner_value, standing_users
from sdd.generate.checks.values import invalid, pair
from sdd.generate.domain import Direct
from sdd.ir import Field, Type
from sdd.ir.behaviour import Action, puts_new
from sdd.ir.matching import find_column

_ABSENT_STATUS = 404


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


def create(planner: Planner) -> tuple[Case, ...]:
    """Plan the tests of a row that is created."""
    table, operation = planner.table, planner.operation
    scene = planner.scene()
    body = planner.body(scene)
    if body is None and planner.sends:
        return ()
    path = scene.path(operation, None)
    found = [
        planner.case(
            "creates",
            "stores_what_was_sent",
            "The answer shows what was sent",
            scene,
            path,
            body=body or "{}",
            **_shown(planner),
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
    if puts_new(planner.domain.application, planner.operation):
        return planner.case(
            "creates",
            "makes_what_is_absent",
            "Nobody has to create their row first",
            scene,
            path,
            body=sent,
            **_shown(planner),
        )
    doc = "A row that does not exist is not found"
    return planner.case(
        "plain", "answers_404_when_absent", doc, scene, path, status=_ABSENT_STATUS, body=sent
    )


def _shown(planner: Planner) -> dict[str, object]:
    """Return where the answer shows the row, and what of the body it repeats."""
    operation, request = planner.operation, planner.operation.endpoint.request
    standing = standing_users(planner.domain, planner.table)
    return {
        "count": standing + 1 if operation.action is Action.CREATE else standing or 1,
        "row": planner.place(operation.row) if operation.row is not None else None,
        "echoes": _echoes(planner, request.fields if request else ()),
        "cls": planner.table.cls,
    }


def read(planner: Planner) -> tuple[Case, ...]:
    """Plan the tests of a row that is read."""
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


def update(planner: Planner) -> tuple[Case, ...]:
    """Plan the tests of a row that is changed or replaced."""
    scene, _, path = _own_row(planner)
    body = planner.body(scene, 1)
    if body is None:
        return ()
    request = planner.operation.endpoint.request
    fields = request.fields if request else ()
    found = [
        planner.case(
            "creates",
            "changes_what_was_sent",
            "The answer shows what was sent",
            scene,
            path,
            body=body,
            **_shown(planner),
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


def delete(planner: Planner) -> tuple[Case, ...]:
    """Plan the tests of a row that is deleted."""
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


def toggle(planner: Planner) -> tuple[Case, ...]:
    """Plan the tests of a column that is switched."""
    operation, table = planner.operation, planner.table
    column = operation.column
    request = operation.endpoint.request
    scene, row, path = _own_row(planner)
    if column is None:
        return ()
    attribute = table.attributes[column.name]
    key = table.attributes[table.key.name]
    body = planner.body(scene, 1)
    fields = request.fields if request is not None else ()
    sent = any(find_column(table.entity, item.name) == column for item in fields)
    turns = operation.value is None or operation.rest is not None
    values = {
        "cls": table.cls,
        "row": f"{row}.{key}",
        "attribute": attribute,
        "twice": turns and not fields,
        "value": (value := _switched_to(planner, sent=sent)),
        "equals": "is" if value in {"True", "False"} else "==",
        "differs": "is not" if value in {"True", "False"} else "!=",
    }
    if fields and body is None:
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
