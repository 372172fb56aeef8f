"""Tests of other users' rows: refused, unchanged, unseen."""

from sdd.generate.checks.planner import Case, Planner
from sdd.generate.domain import Domain, UserItself
from sdd.generate.routes import HandlerPlan
from sdd.generate.scopes import scope
from sdd.ir.behaviour import Action, puts_new
from sdd.ir.matching import find_column

_FORBIDDEN, _ABSENT_STATUS = 403, 404
_WRITING = frozenset({Action.CREATE, Action.REPLACE, Action.UPDATE})


def isolation_cases(domain: Domain, handler: HandlerPlan) -> tuple[Case, ...]:
    """Plan what another user's request to a handler must answer."""
    planner = Planner(domain, handler)
    operation = handler.operation
    if operation.entity is None or operation.entity.name not in domain.tables:
        return ()
    found = []
    parents = (domain.tables[binding.parent.name] for binding in operation.bindings)
    picks = operation.key is not None or any(scope(domain, parent).owned for parent in parents)
    if planner.owned and picks and not operation.mine:
        found += _foreign(planner)
    elif operation.action is Action.CREATE and planner.owned:
        found += _foreign_reference(planner)
    elif operation.mine and not planner.is_user:
        found += _beside_foreign_rows(planner)
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
    if body is None and planner.sends and operation.action in _WRITING:
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


def _beside_foreign_rows(planner: Planner) -> list[Case]:
    """Plan a request for the row that each user has once, where another user alone has one."""
    operation, table = planner.operation, planner.table
    scene = planner.scene("BOB")
    row = scene.row(table)
    body = planner.body(scene, 1)
    if body is None and planner.sends:
        return []
    new = puts_new(planner.domain.application, operation)
    return [
        planner.case(
            "foreign",
            "spares_the_row_of_another_user",
            f"{operation.endpoint.name} knows the row of the token's user alone",
            scene,
            scene.path(operation, None, user="ALICE"),
            status=planner.handler.status if new else _ABSENT_STATUS,
            body=body,
            cls=table.cls,
            row=f"{row}.{table.attributes[table.key.name]}",
        )
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
    if body is None and planner.sends:
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
