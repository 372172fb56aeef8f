from dataclasses import replace

import pytest
from ir.builders import body, column, endpoint, entity, field, key, query

from sdd.diagnostics import Diagnostic, Severity
from sdd.generate import Options, render, supported, unsupported
from sdd.ir import Application, AuthMode, AuthPolicy, Endpoint, Entity, Field, Shape, Type
from sdd.text import Span

_PLACE = Span(path="specs/api/rest-endpoints.md", line=7)


def _application(*endpoints: Endpoint, tables: tuple[Entity, ...] = ()) -> Application:
    note = entity(
        "Note",
        "notes",
        key(),
        column("user_id", Type.STR, nullable=False),
        column("title", Type.STR, nullable=False),
    )
    return Application(entities=(note, *tables), endpoints=endpoints)


def _one(*endpoints: Endpoint, tables: tuple[Entity, ...] = ()) -> Diagnostic:
    (found,) = unsupported(_application(*endpoints, tables=tables))
    return found


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("POST /api/notes/{id}/explode", "names no column"),
        ("POST /api/chat", "no table"),
        ("GET /api/things/{thing_id}", "picks nothing known"),
        ("POST /api/auth/refresh", "efresh tokens"),
        ("DELETE /api/notes", "no known meaning"),
    ],
)
def test_an_endpoint_without_meaning_is_left_out_with_a_reason(name: str, reason: str) -> None:
    """Never a stub: the endpoint is missing from the backend, and the diagnostic says why."""
    strange = endpoint(name, span=_PLACE)

    found = _one(endpoint("GET /api/notes"), strange)

    assert (found.rule, found.severity) == ("unsupported-endpoint", Severity.ERROR)
    assert (found.route, found.span) == (name, _PLACE)
    assert reason in (found.reason or "")
    kept = supported(_application(endpoint("GET /api/notes"), strange)).endpoints
    assert [item.name for item in kept] == ["GET /api/notes"]


def test_public_access_to_owned_rows_is_refused() -> None:
    """Without a user there is nobody whose rows could be shown."""
    found = _one(endpoint("GET /api/notes", auth=False))

    assert "belong to users" in (found.reason or "")


def test_roles_over_rows_of_users_are_not_dropped_in_silence() -> None:
    """Whose rows an administrator sees is not stated."""
    found = _one(endpoint("GET /api/notes", roles=("admin",)))

    assert "a role (admin), and whose rows" in (found.reason or "")


def test_a_row_that_cannot_be_made_is_refused() -> None:
    """A required column that nothing sets makes every insertion fail."""
    sent = body(field("text", Type.STR))
    order = entity(
        "Order",
        "orders",
        key(),
        column("user_id", Type.STR),
        column("number", Type.INT, nullable=False),
    )

    found = _one(endpoint("POST /api/orders", request=sent), tables=(order,))

    assert "column number of Order" in (found.reason or "")


def test_two_endpoints_on_one_path_are_not_both_rendered() -> None:
    """The second would never be reached."""
    found = _one(endpoint("GET /api/notes/{id}"), endpoint("GET /api/notes/{note_id}"))

    assert "GET /api/notes/{id} answers the same requests" in (found.reason or "")


def test_a_parameter_without_meaning_is_left_out_with_a_warning() -> None:
    """The endpoint is rendered without it."""
    found = _one(endpoint("GET /api/notes", query("mood")))

    assert (found.rule, found.severity) == ("unsupported-parameter", Severity.WARNING)


def test_a_field_without_a_source_is_left_out_with_a_warning() -> None:
    """Nothing is answered that nobody computed."""
    shown = body(field("id", Type.INT), field("title", Type.STR), field("karma", Type.INT))

    found = _one(endpoint("GET /api/notes/{id}", response=shown))

    assert found.rule == "unsupported-field"
    assert "'karma'" in found.message


@pytest.mark.parametrize("name", ["user_id", "id"])
def test_a_field_that_clients_may_not_choose_is_ignored(name: str) -> None:
    """Keys and owners come from the backend."""
    sent = body(field("title", Type.STR), field(name, Type.STR))

    found = _one(endpoint("POST /api/notes", request=sent))

    assert found.rule == "ignored-field"


def test_public_keys_are_not_replaced_by_a_secret_in_silence() -> None:
    """A backend that signs its users in itself signs with a secret, and that is told."""
    sent = body(field("email", Type.STR), field("password", Type.STR))
    login = endpoint("POST /api/auth/login", request=sent)
    application = Application(endpoints=(login,), auth=AuthPolicy(mode=AuthMode.JWKS))

    assert "unsupported-authentication" in [item.rule for item in unsupported(application)]
    assert supported(application).auth.mode is AuthMode.HS256


def test_public_keys_of_another_server_are_supported() -> None:
    """Who does not issue tokens can verify them with keys."""
    application = Application(auth=AuthPolicy(mode=AuthMode.JWKS))

    assert unsupported(application) == ()
    assert supported(application).auth.secret_variable is None


def test_an_empty_application_is_a_backend_all_the_same() -> None:
    """Nothing to serve is not an error of the generator."""
    assert any(str(item.path) == "app/main.py" for item in render(Application(), Options()))


def test_a_login_without_a_password_is_refused() -> None:
    """Nobody gets in by a name alone."""
    sent = Shape(type=Type.OBJECT, fields=(field("email", Type.STR),))

    found = _one(endpoint("POST /api/auth/login", request=sent))

    assert "no password" in (found.reason or "")


def test_a_sign_out_that_shows_a_row_is_refused() -> None:
    """It reads none, so there is nothing to show."""
    user = entity("User", "users", key(), column("email", Type.STR, nullable=False))
    shown = body(field("id", Type.INT), field("email", Type.STR))

    found = _one(endpoint("POST /api/auth/logout", response=shown), tables=(user,))

    assert "shows a row" in (found.reason or "")


def test_a_status_without_words_filters_what_is_done() -> None:
    """Where rows are known by being done or not, people mean that; elsewhere nobody can know."""
    task = entity(
        "Task",
        "tasks",
        key(),
        column("user_id", Type.STR, nullable=False),
        column("completed", Type.BOOL, nullable=False, default=False),
    )
    lists = (
        endpoint("GET /api/tasks", query("status")),
        endpoint("GET /api/notes", query("status"), span=_PLACE),
    )

    application = _application(*lists, tables=(task,))

    assert [item.route for item in unsupported(application)] == ["GET /api/notes"]
    found = supported(application).endpoint("GET", "/api/tasks")
    assert found is not None
    assert [item.constraints.choices for item in found.parameters] == [
        ("all", "pending", "completed")
    ]


_LINE = (
    field("sku", Type.STR, required=True),
    field("quantity", Type.INT, required=True),
    field("due", Type.DATE, required=False, nullable=True),
)


def _orders(*answered: Field) -> Application:
    """Orders whose lines stand in one JSON column."""
    shown = field("lines", Type.LIST, item=body(*answered), required=True)
    order = entity(
        "Order",
        "orders",
        key(),
        column("user_id", Type.STR, nullable=False),
        column("lines", Type.LIST, item=Type.JSON, nullable=False),
    )
    sent = body(field("lines", Type.LIST, item=body(*_LINE), required=True))
    answer = body(field("id", Type.INT), shown)
    return Application(
        entities=(order,),
        endpoints=(
            endpoint("POST /api/orders", request=sent, response=answer),
            endpoint("GET /api/orders/{id}", response=answer),
        ),
    )


def test_parts_of_a_document_that_nobody_sends_are_left_out() -> None:
    """A JSON column holds what requests put there: an id of a line would never be there."""
    application = _orders(*_LINE, field("id", Type.UUID), field("received", Type.INT))

    notes = [item for item in unsupported(application) if item.rule == "unsupported-field"]

    assert {item.subject for item in notes} == {"lines.id", "lines.received"}
    assert {item.route for item in notes} == {"POST /api/orders", "GET /api/orders/{id}"}


def test_parts_of_a_document_that_may_be_absent_are_answered_as_null() -> None:
    """A row whose line was stored without its day is still an answer."""
    application = supported(_orders(*_LINE))

    for found in application.endpoints:
        lines = found.response.field("lines") if found.response else None
        assert lines is not None
        assert lines.shape.item is not None
        parts = {item.name: item for item in lines.shape.item.fields}
        assert [name for name, item in parts.items() if item.required is False] == ["due"]
        assert parts["due"].shape.nullable


def test_a_document_of_any_content_names_no_parts_in_its_answer() -> None:
    """What is sent without a form may hold anything, and is answered as it was sent."""
    application = _orders(*_LINE)
    first, *others = application.endpoints
    open_body = replace(first, request=body(field("lines", Type.LIST, item=Shape(type=Type.JSON))))
    application = replace(application, endpoints=(open_body, *others))

    shown = [item.response for item in supported(application).endpoints if item.response]

    assert [
        item.shape.item.type
        for answer in shown
        for item in answer.fields
        if item.name == "lines" and item.shape.item
    ] == [Type.JSON, Type.JSON]
