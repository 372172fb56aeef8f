import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


def report_row(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - rows of JSON
    row = {"method": "GET", "path": "/notes", "file": "notes.py", "line": 3}
    return row | changes


def dumped(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - rows of JSON
    place = {"name": "notes.read", "file": "notes.py", "line": 3}
    return {"method": "GET", "path": "/notes", "endpoint": place, "dependencies": []} | changes


def shop(route_table: ModuleType, folder: str = "/code", target: str = "main:app") -> Any:  # noqa: ANN401
    place = Path(folder)
    return route_table.Project(
        name="shop", folder=place, import_root=place, target=target, settings={}
    )


def test_same_tables_are_equal(route_table: ModuleType) -> None:
    """A route that both sides see at one place is no difference."""
    static = route_table.static_rows({"routes": [report_row()]}, shop(route_table))
    runtime = route_table.runtime_rows({"routes": [dumped()]})

    assert route_table.compare(static, runtime).is_equal


def test_converters_do_not_tell_paths_apart(route_table: ModuleType) -> None:
    """`{file:path}` and `{file}` are one route."""
    assert route_table.plain_path("/a/{file:path}/b/{n}") == "/a/{file}/b/{n}"


def test_each_side_keeps_what_the_other_lacks(route_table: ModuleType) -> None:
    """Routes that one table alone has are listed under it."""
    static = route_table.static_rows({"routes": [report_row(path="/a")]}, shop(route_table))
    runtime = route_table.runtime_rows({"routes": [dumped(path="/b")]})

    result = route_table.compare(static, runtime)

    assert [row.path for row in result.only_static] == ["/a"]
    assert [row.path for row in result.only_runtime] == ["/b"]


def test_route_mounted_twice_is_missed_once(route_table: ModuleType) -> None:
    """A second mount of the same method and path counts by itself."""
    static = route_table.static_rows({"routes": [report_row()]}, shop(route_table))
    runtime = route_table.runtime_rows({"routes": [dumped(), dumped()]})

    assert len(route_table.compare(static, runtime).only_runtime) == 1


def test_route_under_a_condition_may_be_absent(route_table: ModuleType) -> None:
    """A route that the report ties to a configuration is no wrong extra."""
    row = report_row(condition="settings.DEBUG")
    static = route_table.static_rows({"routes": [row]}, shop(route_table))

    result = route_table.compare(static, [])

    assert result.is_equal
    assert len(result.conditional) == 1


def test_another_handler_is_another_place(route_table: ModuleType) -> None:
    """One method and path with two handlers is reported as moved."""
    static = route_table.static_rows({"routes": [report_row(line=9)]}, shop(route_table))
    runtime = route_table.runtime_rows({"routes": [dumped()]})

    assert len(route_table.compare(static, runtime).moved) == 1


def test_foreign_dependencies_are_left_out(route_table: ModuleType) -> None:
    """Callables of libraries have no file and are not compared."""
    calls = [
        {"name": "fastapi.security.HTTPBearer", "file": None, "line": None},
        {"name": "deps.current", "file": "deps.py", "line": 4},
    ]
    static = route_table.static_rows(
        {"routes": [report_row(dependencies=calls[1:])]}, shop(route_table)
    )
    runtime = route_table.runtime_rows({"routes": [dumped(dependencies=calls)]})

    assert route_table.compare(static, runtime).is_equal


def test_lost_dependency_is_a_difference(route_table: ModuleType) -> None:
    """A dependency that FastAPI solves and the report does not list is shown."""
    calls = [{"name": "deps.current", "file": "deps.py", "line": 4}]
    static = route_table.static_rows({"routes": [report_row(dependencies=[])]}, shop(route_table))
    runtime = route_table.runtime_rows({"routes": [dumped(dependencies=calls)]})

    assert len(route_table.compare(static, runtime).dependencies) == 1


@pytest.mark.parametrize("label", ["app.main", "backend.app.main:app", "app/main.py:app"])
def test_application_is_known_by_module_or_file(route_table: ModuleType, label: str) -> None:
    """Of several applications the one with the target's module is compared."""
    routes = [report_row(app=label), report_row(app="worker.main:app", path="/other")]

    rows = route_table.static_rows({"routes": routes}, shop(route_table, target="app.main:app"))

    assert [row.path for row in rows] == ["/notes"]


def test_file_decides_between_applications_of_one_name(route_table: ModuleType) -> None:
    """`main` is the file at the import root, not one of the same name further down."""
    routes = [report_row(app="main.py:app"), report_row(app="src/main.py:app", path="/other")]

    rows = route_table.static_rows({"routes": routes}, shop(route_table))

    assert [row.path for row in rows] == ["/notes"]


def test_list_of_projects_takes_settings(route_table: ModuleType, tmp_path: Path) -> None:
    """The last column holds settings; comments and empty lines are skipped."""
    table = tmp_path / "projects.tsv"
    table.write_text("# name\n\none\t/code\tsrc\tmain:app\tA=1;B=x=y\ntwo\t/code\t.\tmain:app\n")

    one, two = route_table.read_projects(table)

    assert one.settings == {"A": "1", "B": "x=y"}
    assert one.import_root == Path("/code/src")
    assert two.settings == {}


def test_child_reports_mounts_and_dependencies(route_table: ModuleType, tmp_path: Path) -> None:
    """A real application is imported; the line is that of `def`, below its decorators."""
    (tmp_path / "shop.py").write_text(
        "from fastapi import APIRouter, Depends, FastAPI\n"
        "def who() -> str: return 'me'\n"
        "router = APIRouter(prefix='/carts')\n"
        "@router.get('/{cart}')\n"
        "def read(cart: int, user: str = Depends(who)) -> int: return cart\n"
        "inner = FastAPI()\n"
        "inner.include_router(router)\n"
        "app = FastAPI()\n"
        "app.include_router(router, prefix='/api')\n"
        "app.mount('/inner', inner)\n"
    )
    project = route_table.Project(
        name="shop", folder=tmp_path, import_root=tmp_path, target="shop:app", settings={}
    )

    rows = route_table.runtime_rows(route_table.import_application(project, sys.executable))

    assert [(row.path, row.line) for row in rows] == [
        ("/api/carts/{cart}", 5),
        ("/inner/carts/{cart}", 5),
    ]
    assert rows[0].dependencies == ("shop.py:2",)


def test_failed_import_is_an_answer(route_table: ModuleType, tmp_path: Path) -> None:
    """What the import raised is told, not raised again."""
    (tmp_path / "shop.py").write_text("import socket\nsocket.create_connection(('127.0.0.1', 9))\n")
    project = route_table.Project(
        name="shop", folder=tmp_path, import_root=tmp_path, target="shop:app", settings={}
    )

    dump = route_table.import_application(project, sys.executable)

    assert "no network" in dump["error"]
