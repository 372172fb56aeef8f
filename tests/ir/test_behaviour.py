from dataclasses import replace

import pytest
from generate.samples import accounts_and_projects, notes_below_user_paths, tasks_and_comments
from ir.builders import body, column, endpoint, entity, field, key, query

from sdd.ir import Application, Default, Factory, Parameter, Type
from sdd.ir.behaviour import (
    Action,
    ChildOf,
    Direct,
    Operation,
    Shared,
    UserItself,
    operation,
    ownership,
)
from sdd.ir.complete import complete
from sdd.ir.queries import FilterKind

EVERY_COLUMN = ("id", "title", "is_completed", "archived", "state", "due_date", "created_at")
_STATUSES = ("todo", "doing", "done")


def _todo_application() -> Application:
    return Application(
        entities=(
            entity(
                "Todo",
                "todos",
                key(),
                column("user_id", Type.STR),
                column("title", Type.STR),
                column("is_completed", Type.BOOL),
                column("archived", Type.BOOL),
                column("state", Type.ENUM, choices=_STATUSES),
                column("due_date", Type.DATE),
                column("tags", Type.LIST, item=Type.STR),
                column("created_at", Type.DATETIME),
                owner_column="user_id",
            ),
            entity("Category", "categories", key(), column("name", Type.STR)),
        )
    )


def _derive(name: str, *parameters: object) -> Operation:
    application = _todo_application()
    return operation(application, endpoint(name, *parameters))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "action"),
    [
        ("GET /api/todos", Action.LIST),
        ("GET /api/todos/search", Action.LIST),
        ("POST /todos", Action.CREATE),
        ("GET /v1/todos/{id}", Action.READ),
        ("PUT /api/todos/{id}", Action.REPLACE),
        ("PATCH /api/{user_id}/todos/{id}", Action.UPDATE),
        ("DELETE /api/users/{user_id}/todos/{todo_id}", Action.DELETE),
        ("PATCH /api/todos/{id}/complete", Action.TOGGLE),
        ("GET /api/todos/stats", Action.STATISTICS),
        ("GET /api/{user_id}/todos/count", Action.STATISTICS),
        ("GET /health", Action.HEALTH),
        ("GET /", Action.HEALTH),
        ("POST /api/auth/signup", Action.REGISTER),
        ("POST /auth/sign-in", Action.LOGIN),
        ("POST /api/auth/logout", Action.LOGOUT),
        ("GET /api/auth/me", Action.ME),
        ("POST /api/todos/{id}/explode", Action.UNKNOWN),
        ("POST /api/chat", Action.UNKNOWN),
    ],
)
def test_actions_follow_from_method_and_path(name: str, action: Action) -> None:
    """Method, tables and words of the path say what an endpoint does."""
    assert _derive(name).action is action


def test_what_is_unknown_says_why() -> None:
    """A reason stands beside every unknown action."""
    assert "no table" in (_derive("POST /api/chat").reason or "")


@pytest.mark.parametrize(
    ("word", "column_name", "value"),
    [
        ("complete", "is_completed", None),
        ("toggle-complete", "is_completed", None),
        ("incomplete", "is_completed", False),
        ("archive", "archived", None),
        ("unarchive", "archived", False),
    ],
)
def test_a_toggle_finds_its_column(word: str, column_name: str, value: object) -> None:
    """The last word of a path names a boolean column, in any form of the word."""
    found = _derive(f"PATCH /api/todos/{{id}}/{word}")

    assert found.column is not None
    assert (found.column.name, found.value) == (column_name, value)


@pytest.mark.parametrize(
    ("word", "value"), [("close", "closed"), ("unclose", "open"), ("reopen", None)]
)
def test_a_word_sets_a_choice_or_takes_it_back(word: str, value: str | None) -> None:
    """What takes a choice back sets the one that rows begin with."""
    state = column("state", Type.ENUM, choices=("open", "waiting", "closed"), default="open")
    ticket = entity("Ticket", "tickets", key(), column("user_id", Type.STR), state)
    application = Application(entities=(ticket,))

    found = operation(application, endpoint(f"POST /tickets/{{id}}/{word}"))

    assert found.value == value
    assert (found.action is Action.TOGGLE) == (value is not None)


@pytest.mark.parametrize(
    ("name", "sent", "action"),
    [
        ("PUT /todos/{id}/title", ("title",), Action.UPDATE),
        ("POST /todos/{id}/status", ("title", "due_date"), Action.UPDATE),
        ("PATCH /todos/{id}/title", ("title", "colour"), Action.UNKNOWN),
        ("PATCH /todos/{id}/rename", ("title",), Action.UNKNOWN),
        ("PATCH /todos/{id}/title", (), Action.UNKNOWN),
    ],
)
def test_a_path_may_end_in_what_its_body_changes(
    name: str, sent: tuple[str, ...], action: Action
) -> None:
    """Its columns and no others; any other word may mean more than that."""
    request = body(*(field(item) for item in sent)) if sent else None

    assert operation(_todo_application(), endpoint(name, request=request)).action is action


def test_a_stated_conflict_is_not_left_out() -> None:
    """What may be refused for the state of the row has a rule that nobody compiled."""
    stated = endpoint("PUT /todos/{id}/title", request=body(field("title")), statuses=(200, 409))

    assert operation(_todo_application(), stated).action is Action.UNKNOWN


def test_opposite_endpoints_set_instead_of_turning() -> None:
    """Beside `/incomplete`, `/complete` means yes and not the other way round."""
    ways = [endpoint(f"PATCH /todos/{{id}}/{word}") for word in ("complete", "incomplete")]
    application = Application(entities=_todo_application().entities, endpoints=(ways[0], ways[1]))

    assert [operation(application, item).value for item in ways] == [True, False]


@pytest.mark.parametrize(
    ("parameter", "kind", "column_name"),
    [
        (query("status", choices=("all", "pending", "completed")), "status", "is_completed"),
        (query("completed", Type.BOOL), "equal", "is_completed"),
        (query("state"), "equal", "state"),
        (query("tag"), "contains", "tags"),
        (query("due_before"), "lt", "due_date"),
        (query("due_from"), "ge", "due_date"),
        (query("due_to"), "le", "due_date"),
        (query("created_after"), "gt", "created_at"),
        (query("q"), "search", "title"),
    ],
)
def test_filters_find_their_columns(parameter: object, kind: str, column_name: str) -> None:
    """A query parameter narrows the column that it is named after."""
    (found,) = _derive("GET /api/todos", parameter).filters

    assert (found.kind, found.columns[0].name) == (FilterKind(kind), column_name)


@pytest.mark.parametrize(
    ("parameter", "words"),
    [
        (query("sort", choices=("title", "moon")), ("title",)),
        (query("sort", choices=("newest", "due_date:desc")), ("newest", "due_date:desc")),
        (query("sort", choices=("title",), default="created_at"), ("title", "created_at")),
        (query("sort", choices=("moon",), default="sun"), EVERY_COLUMN),
        (query("sort"), EVERY_COLUMN),
    ],
)
def test_a_list_is_sorted_by_words_that_name_a_column(
    parameter: Parameter, words: tuple[str, ...]
) -> None:
    """A value that names no column cannot be asked for, so no request fails on it."""
    sorting = _derive("GET /api/todos", parameter).sorting

    assert sorting is not None
    assert tuple(order.word for order in sorting.orders) == words


@pytest.mark.parametrize(
    ("default", "words"),
    [("-title", {"title", "-title"}), ("created_at_desc", {"title_asc", "title_desc"})],
)
def test_directions_are_written_as_the_default_writes_them(default: str, words: set[str]) -> None:
    """Where the specs show one value alone, the others look like it."""
    sorting = _derive("GET /api/todos", query("sort", default=default)).sorting

    assert sorting is not None
    found = {order.word: order.descending for order in sorting.orders}
    assert words <= found.keys()
    assert found[default] is True


def test_the_words_of_a_status_have_meanings() -> None:
    """`all` is no filter; what is not the column's own word is its opposite."""
    parameter = query("status", choices=("all", "pending", "completed"))

    (found,) = _derive("GET /api/todos", parameter).filters

    assert found.meanings == (("all", None), ("pending", False), ("completed", True))


def test_nested_rows_are_bound_to_their_parents() -> None:
    """Each parent in the path binds the row below it."""
    application = complete(accounts_and_projects())
    path = "/api/projects/{project_id}/tasks/{task_id}/steps/{step_id}"

    found = operation(application, endpoint(f"DELETE {path}"))

    assert [(item.parameter, item.column.name) for item in found.bindings] == [
        ("project_id", "project_id"),
        ("task_id", "task_id"),
    ]
    assert found.key == "step_id"


def test_the_users_id_in_a_path_is_no_key() -> None:
    """`{user_id}` says who asks, and is compared with the token."""
    application = complete(notes_below_user_paths())

    found = operation(application, application.endpoints[2])

    assert (found.path_user, found.key) == ("user_id", "id")


def test_rows_are_found_in_envelopes() -> None:
    """An answer's list may stand below other fields."""
    application = complete(notes_below_user_paths())

    assert operation(application, application.endpoints[0]).rows == ("data", "notes")
    assert operation(application, application.endpoints[2]).row == ("data",)


def test_ownership_follows_references() -> None:
    """Columns, parents and nobody: the three ways to be owned."""
    tasks = complete(tasks_and_comments())
    projects = complete(accounts_and_projects())

    def owned(application: Application, name: str) -> object:
        found = application.entity(name)
        assert found is not None
        return ownership(application, found)

    assert isinstance(owned(tasks, "Task"), Direct)
    assert isinstance(owned(tasks, "Comment"), ChildOf)
    assert isinstance(owned(projects, "Step"), ChildOf)
    assert isinstance(owned(projects, "Category"), Shared)
    assert isinstance(owned(projects, "User"), UserItself)


def test_the_profile_of_users_is_the_user_who_asks() -> None:
    """No table holds profiles, so that the user's own row is meant; a table's rows stay rows."""
    sample = accounts_and_projects()
    profile = entity("Profile", "profiles", key(), column("user_id", Type.INT))
    tabled = replace(sample, entities=(*sample.entities, profile))

    for method, action in (("GET", Action.ME), ("PATCH", Action.UPDATE)):
        found = operation(complete(sample), endpoint(f"{method} /api/users/profile"))
        assert (found.action, found.mine) == (action, True)
        assert found.entity is not None
        assert found.entity.name == "User"
    other = operation(complete(tabled), endpoint("GET /api/users/profile"))
    assert other.entity is None or other.entity.name == "Profile"


def test_a_key_of_long_text_is_made_for_each_row() -> None:
    """Nobody sends the keys of new rows, of whichever text they are."""
    whole = complete(Application(entities=(entity("Note", "notes", key(type_=Type.TEXT)),)))

    made = whole.entities[0].key

    assert made is not None
    assert made.default == Default(factory=Factory.UUID)


def test_a_token_for_those_who_are_signed_in_is_no_sign_in() -> None:
    """`POST /token` signs in where it is open; a session token of another service does not."""
    user = entity("User", "users", key(), column("email", Type.STR, unique=True))
    opened, closed = endpoint("POST /token"), endpoint("POST /chat/token", auth=True)
    application = Application(entities=(user,), endpoints=(opened, closed))

    assert operation(application, opened).action is Action.LOGIN
    assert operation(application, closed).action is Action.UNKNOWN
