"""Plans of the tests: one case for each thing that an endpoint must do or refuse."""

from http import HTTPStatus

from sdd.generate import naming
from sdd.generate.checks.foreign import isolation_cases
from sdd.generate.checks.lists import list_cases
from sdd.generate.checks.planner import Case, Planner
from sdd.generate.checks.rows import create, delete, read, toggle, update
from sdd.generate.checks.scenes import Scene
from sdd.generate.domain import Direct, Domain
from sdd.generate.routes import HandlerPlan
from sdd.ir import Type
from sdd.ir.behaviour import Action, Operation

__all__ = ["Case", "cases", "example_path", "isolation_cases"]


def cases(domain: Domain, handler: HandlerPlan) -> tuple[Case, ...]:
    """Plan the cases of one handler."""
    planner = Planner(domain, handler)
    return (*_purpose(planner, handler), *_without_role(planner))


def _without_role(planner: Planner) -> tuple[Case, ...]:
    """Plan the refusal of a user who is signed in, and has none of the roles that are needed."""
    if not planner.operation.endpoint.roles:
        return ()
    scene = planner.scene()
    path = scene.path(planner.operation, None)
    doc = "Being signed in is not enough"
    refused = {"status": HTTPStatus.FORBIDDEN.value, "role": None}
    return (planner.case("plain", "refuses_users_without_the_role", doc, scene, path, **refused),)


def _purpose(planner: Planner, handler: HandlerPlan) -> tuple[Case, ...]:
    """Plan the cases of what a handler is for."""
    match handler.operation.action:
        case Action.HEALTH:
            return _health(planner)
        case Action.LIST:
            return list_cases(planner)
        case Action.CREATE:
            return create(planner)
        case Action.READ if not planner.is_user:
            return read(planner)
        case Action.REPLACE | Action.UPDATE if not planner.is_user:
            return update(planner)
        case Action.DELETE if not planner.is_user:
            return delete(planner)
        case Action.TOGGLE:
            return toggle(planner)
        case Action.STATISTICS:
            return _statistics(planner)
        case _:
            return ()


def _health(planner: Planner) -> tuple[Case, ...]:
    scene = Scene(domain=planner.domain, user="ALICE")
    path = naming.literal(planner.operation.endpoint.path)
    return (planner.case("plain", "answers_without_a_token", "Anybody may ask", scene, path),)


def _statistics(planner: Planner) -> tuple[Case, ...]:
    scene = planner.scene()
    # More rows than those of the other user: whoever counts the wrong ones counts another number.
    ownership = planner.table.ownership
    number = 1 if isinstance(ownership, Direct) and ownership.column.unique else 2
    for _ in range(number):
        scene.row(planner.table, **scene.bound(planner.operation))
    path = scene.path(planner.operation, None)
    if planner.owned and not planner.operation.bindings:
        planner.add_row_of_bob(scene)
    response = planner.operation.endpoint.response
    totals = [
        f"response.json()[{naming.literal(item.name)}] == {number}"
        for item in (response.fields if response else ())
        if naming.ascii_words(item.name) in {"total", "count", "total_count"}
    ]
    return (
        planner.case(
            "counts", "counts_own_rows", "Rows of others do not count", scene, path, totals=totals
        ),
    )


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
