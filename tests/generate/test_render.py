import ast
from dataclasses import replace
from pathlib import PurePosixPath

import pytest
from generate.samples import SAMPLES, SPECS, tasks_and_comments
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ir.builders import body, column, endpoint, entity, field, key, query
from ir.strategies import applications

from sdd.diagnostics import Severity
from sdd.generate import Options, Role, render, unsupported
from sdd.ir import Application, Type
from sdd.ir.complete import complete

_FEW = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _modules(application: Application) -> dict[str, ast.Module]:
    return {
        str(item.path): ast.parse(item.content)
        for item in render(application, Options())
        if item.path.suffix == ".py"
    }


@_FEW
@given(applications())
def test_rendering_is_deterministic_and_gives_python(application: Application) -> None:
    """The same application gives the same bytes, and every module can be parsed."""
    first = render(application, Options())

    assert render(application, Options()) == first
    assert [item.path for item in first] == sorted(item.path for item in first)
    for item in first:
        if item.path.suffix == ".py":
            ast.parse(item.content)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(applications())
def test_what_the_usual_forms_say_is_compiled_whole(application: Application) -> None:
    """No endpoint of a usual application is left out."""
    left_out = [item for item in unsupported(application) if item.severity is Severity.ERROR]

    assert left_out == []


def test_the_layout_is_the_planned_one() -> None:
    """Files stand where `backend/CLAUDE.md` and the plan of the sample project name them."""
    paths = {str(item.path) for item in render(tasks_and_comments(), Options())}

    assert paths >= {
        ".env.example",
        "README.md",
        "app/api/v1/comments.py",
        "app/api/v1/health.py",
        "app/api/v1/tasks.py",
        "app/auth/jwt.py",
        "app/config.py",
        "app/db/session.py",
        "app/dependencies.py",
        "app/errors.py",
        "app/main.py",
        "app/models/comment.py",
        "app/models/task.py",
        "app/repositories/comment.py",
        "app/repositories/task.py",
        "app/schemas/comment.py",
        "app/schemas/error.py",
        "app/schemas/task.py",
        "pyproject.toml",
        "tests/api/test_comments.py",
        "tests/api/test_health.py",
        "tests/api/test_isolation.py",
        "tests/api/test_tasks.py",
        "tests/auth/test_jwt.py",
    }


def test_every_module_names_its_specs() -> None:
    """The header says which documents a file follows."""
    files = render(tasks_and_comments(), Options(specs=SPECS))

    for item in files:
        if item.path.suffix == ".py" and item.content:
            assert all(path.encode() in item.content for path in SPECS), item.path


def test_roles_tell_the_orders_apart() -> None:
    """Each kind of file has the role of the order that writes it."""
    roles = {str(item.path): item.role for item in render(tasks_and_comments(), Options())}

    assert roles["app/auth/jwt.py"] is Role.AUTH
    assert roles["app/models/task.py"] is Role.MODELS
    assert roles["app/repositories/task.py"] is Role.REPOSITORIES
    assert roles["app/schemas/task.py"] is Role.SCHEMAS
    assert roles["app/api/v1/tasks.py"] is Role.ROUTES
    assert roles["app/errors.py"] is Role.ERRORS
    assert roles["tests/conftest.py"] is Role.TESTS


def test_only_chosen_files_are_rendered() -> None:
    """A caller that needs one file pays for one."""
    chosen = Options(only=lambda path: path == PurePosixPath("app/config.py"))

    assert [str(item.path) for item in render(tasks_and_comments(), chosen)] == ["app/config.py"]


def test_awkward_names_are_safe() -> None:
    """Keywords, names of the framework and clashes become other Python names."""
    table = entity(
        "Field",
        "field",
        key(),
        column("user_id", Type.STR, nullable=False),
        column("metadata", Type.JSON),
        column("from", Type.STR),
        column("class", Type.ENUM, choices=("in-progress", "1st", "None", "")),
        column("date", Type.DATE),
        column("model_config", Type.STR),
        column("dueDate", Type.DATE),
        column("due-date", Type.DATE),
        column("größe", Type.INT),
        column("日付", Type.STR),
    )
    listed = entity("List", "list", key(), column("user_id", Type.STR), column("type", Type.STR))
    application = Application(
        entities=(table, listed),
        endpoints=(
            endpoint("GET /api/field", query("from"), query("session"), query("date", Type.DATE)),
            endpoint("POST /api/field"),
            endpoint("GET /api/list"),
            endpoint("PATCH /api/list/{list_id}"),
        ),
    )

    modules = _modules(application)

    assert "class FieldRow(SQLModel, table=True)" in ast.unparse(modules["app/models/field.py"])
    assert "app/api/v1/lists.py" in modules


def test_a_stated_index_on_a_part_of_a_key_is_made() -> None:
    """The key's own index serves its first column alone."""
    table = entity(
        "TaskTag",
        "task_tags",
        column("task_id", Type.UUID, primary_key=True),
        column("tag_id", Type.UUID, primary_key=True, indexed=True),
    )

    model = ast.unparse(_modules(Application(entities=(table,)))["app/models/task_tag.py"])

    assert "primary_key=True, index=True)" in model


def test_a_row_that_must_have_a_patterned_text_has_one() -> None:
    """What is stored directly needs a value, though nobody can send one that surely fits."""
    code = column("code", Type.STR, nullable=False, pattern="^[A-Z]{3}-[0-9]+$")
    part = entity("Part", "parts", key(), column("user_id", Type.STR), code)
    application = Application(entities=(part,), endpoints=(endpoint("GET /api/parts/{id}"),))

    factories = ast.unparse(_modules(application)["tests/factories.py"])

    assert "'code': 'apple'" in factories


def test_tests_send_what_a_list_cannot_do_without() -> None:
    """A search that must be given is given, in the test of whose rows are shown, too."""
    table = entity("Note", "notes", key(), column("user_id", Type.STR), column("title", Type.STR))
    application = Application(
        entities=(table,), endpoints=(endpoint("GET /api/notes", query("q", required=True)),)
    )

    text = ast.unparse(_modules(application)["tests/api/test_notes.py"])

    assert "test_list_notes_shows_own_rows_alone" in text
    assert text.count("params={'q': ") == text.count("client.get('/api/notes'")


@pytest.mark.parametrize("name", ["Client", "Store", "Token", "Row", "Response", "Task"])
def test_rows_do_not_take_the_names_of_what_tests_are_given(name: str) -> None:
    """A table of clients leaves the test client alone."""
    table = entity(
        name, f"{name.lower()}s", key(), column("user_id", Type.STR), column("label", Type.STR)
    )
    path = f"/api/{name.lower()}s"
    application = Application(
        entities=(table,),
        endpoints=tuple(
            endpoint(item)
            for item in (f"GET {path}", f"POST {path}", f"GET {path}/{{id}}", f"PUT {path}/{{id}}")
        ),
    )

    functions = [
        node
        for path, module in _modules(application).items()
        if path.startswith("tests/api/")
        for node in ast.walk(module)
        if isinstance(node, ast.FunctionDef)
    ]

    assert any(node.args.args for node in functions)
    for node in functions:
        given_names = {argument.arg for argument in node.args.args}
        stored = {
            item.id
            for item in ast.walk(node)
            if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Store)
        }
        assert given_names.isdisjoint(stored)


@_FEW
@given(st.text(max_size=40), st.text(min_size=1, max_size=20))
def test_text_of_a_spec_never_becomes_code(text: str, word: str) -> None:
    """Quotes, line ends and templates in a spec stay data."""
    marker = f'{text}"""\n\nimport secrets_of_{word}\n{{{{ 1 }}}} {{% raw %}}\\'
    sent = body(field("title", Type.STR), field(word, Type.STR), field(marker, Type.STR))
    application = Application(
        title=marker,
        entities=(
            entity(
                "Note",
                "notes",
                key(),
                column("user_id", Type.STR),
                column("title", Type.STR, default=marker, nullable=False),
                column("kind", Type.ENUM, choices=(marker, word), default=word),
            ),
        ),
        endpoints=(
            endpoint("POST /api/notes", request=sent, summary=marker),
            endpoint("GET /api/notes", query("kind", description=marker), summary=marker),
        ),
    )
    application = replace(application, auth=replace(application.auth, issuer=marker))

    imported = {
        alias.name
        for module in _modules(application).values()
        for node in ast.walk(module)
        if isinstance(node, ast.Import)
        for alias in node.names
    }

    assert imported <= {"asyncio", "json", "jwt", "logging", "os", "pytest", "re", "sqlalchemy"}


def test_samples_are_compiled_whole() -> None:
    """Nothing of the samples is left out."""
    for sample in SAMPLES.values():
        assert unsupported(sample()) == ()


def test_a_reference_to_a_row_of_the_users_own_is_tried_with_another_users() -> None:
    """The generated tests hold that nothing is attached to somebody else's row."""
    owner = column("user_id", Type.STR, nullable=False, max_length=64)
    title = column("title", Type.STR, nullable=False, max_length=50)
    shelf = entity("Shelf", "shelves", key(), owner, title, owner_column="user_id")
    reference = column("shelf_id", Type.INT, nullable=False, references="shelves.id")
    book = entity("Book", "books", key(), owner, title, reference, owner_column="user_id")
    given_fields = (
        field("title", Type.STR, required=True),
        field("shelf_id", Type.INT, required=True),
    )
    row = body(*(field(item.name, item.type) for item in book.columns))
    create = endpoint("POST /books", success_status=201, request=body(*given_fields), response=row)
    application = Application(title="Books", entities=(shelf, book), endpoints=(create,))

    files = {str(item.path): item.content.decode() for item in render(application, Options())}

    tests = files["tests/api/test_isolation.py"]
    assert "def test_create_book_referring_to_another_users_row(" in tests
    assert "assert rows(Book) == []" in tests


def test_rows_that_may_lack_a_parent_have_one_in_tests() -> None:
    """Without it they would be nobody's, and no user would see them."""
    rooms = entity("Room", "rooms", key(), column("user_id", Type.STR))
    lamps = entity("Lamp", "lamps", key(), column("room_id", references="rooms.id", nullable=True))
    lit = Application(entities=(rooms, lamps), endpoints=(endpoint("GET /lamps"),))
    files = {str(item.path): item.content.decode() for item in render(complete(lit), Options())}

    assert "room_id: int | None, **values" in files["tests/factories.py"]
    assert "make_lamp(room.id)" in files["tests/api/test_lamps.py"]


def test_a_switch_that_takes_other_fields_is_set_to_what_its_name_says() -> None:
    """The body holds no value for it."""
    states = column("state", Type.ENUM, choices=("off", "lit", "broken"))
    lamps = entity("Lamp", "lamps", key(), column("user_id", Type.STR), states, column("note"))
    switch = endpoint("POST /lamps/{lamp_id}/lit", request=body(field("note", Type.STR)))
    files = {
        str(item.path): item.content.decode()
        for item in render(complete(Application(entities=(lamps,), endpoints=(switch,))), Options())
    }

    assert 'changed.state == "lit"' in files["tests/api/test_lamps.py"]


def test_users_that_an_administrator_adds_stand_beside_those_that_sign_in() -> None:
    """The tables are not empty when a test begins."""
    users = entity(
        "User", "users", key(), column("email", Type.STR), column("password_hash", Type.STR)
    )
    form = body(field("email", Type.STR), field("password", Type.STR))
    routes = (
        endpoint("POST /auth/login", request=form, auth=False),
        endpoint("POST /users", request=body(field("email", Type.STR))),
    )
    files = {
        str(item.path): item.content.decode()
        for item in render(complete(Application(entities=(users,), endpoints=routes)), Options())
    }

    assert "assert len(rows(User)) == 3" in files["tests/api/test_users.py"]


def test_another_user_may_list_what_stands_below_everybodys_rows() -> None:
    """They see none of the rows of others; that the parent is there is no secret."""
    rooms = entity("Room", "rooms", key(), column("name", Type.STR), shared=True)
    notes = entity(
        "Note",
        "notes",
        key(),
        column("room_id", references="rooms.id"),
        column("user_id", Type.STR),
    )
    routes = (endpoint("GET /rooms/{room_id}/notes"), endpoint("GET /rooms/{room_id}/notes/{id}"))
    told = complete(Application(entities=(rooms, notes), endpoints=routes))
    files = {str(item.path): item.content.decode() for item in render(told, Options())}

    assert "def test_get_note_of_another_user" in files["tests/api/test_isolation.py"]
    assert "def test_list_notes_of_another_user" not in files["tests/api/test_isolation.py"]
