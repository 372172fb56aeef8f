import textwrap
from dataclasses import replace
from pathlib import Path

import pytest
from generate.running import run_python
from generate.samples import SPECS, TREES

from sdd.generate import Options, render
from sdd.ir import AuthMode

_SECRET = "a secret of more than thirty-two bytes"
_TWO_USERS = textwrap.dedent("""
    import time
    import warnings

    warnings.simplefilter("error")

    import jwt
    from app.config import Settings
    from app.main import create_app
    from fastapi.testclient import TestClient

    SECRET = "a secret of more than thirty-two bytes"


    def bearer(user):
        now = int(time.time())
        claims = {"sub": user, "iat": now, "exp": now + 60}
        return {"Authorization": f"Bearer {jwt.encode(claims, SECRET, algorithm='HS256')}"}


    app = create_app(Settings(secret=SECRET, database_url="sqlite://"))
    ann, ben = bearer("ann"), bearer("ben")
    with TestClient(app) as client:
        assert client.get("/health").json() == {"status": "ok"}
        assert client.get("/api/tasks").status_code == 401
        body = {"title": "  Call home ", "tags": ["phone"], "user_id": "ben"}
        made = client.post("/api/tasks", json=body, headers=ann)
        assert made.status_code == 201
        task = made.json()
        assert (task["title"], task["user_id"]) == ("Call home", "ann")
        assert task["created_at"] == task["updated_at"]
        assert task["created_at"].endswith("Z")
        path = f"/api/tasks/{task['id']}"
        assert client.get("/api/tasks", headers=ann).json()["total"] == 1
        assert client.get("/api/tasks", headers=ben).json()["total"] == 0
        absent = client.get("/api/tasks/77", headers=ben)
        for method in ("GET", "PATCH", "DELETE"):
            answer = client.request(method, path, headers=ben, json={})
            assert (answer.status_code, answer.json()) == (404, absent.json())
        comments, content = f"{path}/comments", {"content": "x"}
        assert client.post(comments, json=content, headers=ben).status_code == 404
        assert client.patch(f"{path}/complete", headers=ann).json()["completed"] is True
        assert client.patch(f"{path}/complete", headers=ann).json()["completed"] is False
        assert client.patch(path, json={"title": None}, headers=ann).status_code == 422
        assert client.patch(path, json={"completed": 0}, headers=ann).status_code == 422
        assert client.get("/api/tasks?search=%25", headers=ann).json()["total"] == 0
        assert client.get("/api/tasks?tag=phone&search=CALL", headers=ann).json()["total"] == 1
        assert client.get("/api/tasks?limit=101", headers=ann).status_code == 422
        assert client.get(f"/api/tasks/{2**40}", headers=ann).status_code == 422
        assert client.delete(path, headers=ann).status_code == 204
        assert client.get(path, headers=ann).status_code == 404
""")

_PARENT_VANISHES = _TWO_USERS[: _TWO_USERS.index("app = create_app")] + textwrap.dedent("""
    import inspect
    import os
    from importlib import import_module

    module, _, name = os.environ["PARENTS"].partition(":")
    parents = getattr(import_module(module), name)
    looked = inspect.iscoroutinefunction(parents.get)


    async def seen(*_):
        return None


    parents.get = seen if looked else lambda *_: None
    url = os.environ.get("DATABASE_URL", "sqlite://")
    with TestClient(create_app(Settings(secret=SECRET, database_url=url))) as client:
        path = "/api/tasks/77/comments"
        answer = client.post(path, json={"content": "x"}, headers=bearer("ann"))
        assert (answer.status_code, answer.json()["error_code"]) == (404, "not_found")
""")


# Each pair of layout, style, mode and sample stands in one of them.
_COMBINATIONS = [
    ("tasks-and-comments", "app", "async", AuthMode.HS256),
    ("tasks-and-comments", "services", "sync", AuthMode.JWKS),
    ("notes-below-user-paths", "app", "sync", AuthMode.JWKS),
    ("notes-below-user-paths", "services", "async", AuthMode.HS256),
    ("accounts-and-projects", "app", "sync", AuthMode.HS256),
    ("accounts-and-projects", "services", "async", AuthMode.HS256),
    ("tasks-and-comments", "services", "async", AuthMode.JWKS),
    ("tasks-and-comments", "app", "sync", AuthMode.HS256),
    ("notices-by-role", "app", "async", AuthMode.HS256),
    ("notices-by-role", "services", "sync", AuthMode.JWKS),
]


def _written(
    name: str,
    folder: Path,
    layout: str = "app",
    style: str = "async",
    mode: AuthMode = AuthMode.HS256,
) -> Path:
    sample = TREES[name][0]()
    sample = replace(sample, auth=replace(sample.auth, mode=mode))
    for item in render(sample, Options(layout=layout, style=style, specs=SPECS)):
        target = folder / item.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(item.content)
    return folder


def test_two_users_see_only_their_own_rows(tmp_path: Path) -> None:
    """The rendered backend starts, answers, and keeps its users apart."""
    folder = _written("tasks-and-comments", tmp_path)

    done = run_python("-c", _TWO_USERS, folder=folder, BETTER_AUTH_SECRET=_SECRET)

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("layout", "style"),
    [
        ("app", "async"),
        *(
            pytest.param(*item, marks=pytest.mark.slow)
            for item in (("app", "sync"), ("services", "async"), ("services", "sync"))
        ),
    ],
)
def test_a_row_whose_parent_vanishes_is_refused_as_below_none(
    tmp_path: Path, layout: str, style: str
) -> None:
    """Another request deletes the parent after this one has seen it: 404, and no conflict."""
    folder = _written("tasks-and-comments", tmp_path, layout, style)
    script, parents = _PARENT_VANISHES, "app.repositories.task:TaskRepository"
    if layout == "services":
        script = script.replace("app.config", "app.core.config")
        parents = "app.services.task_service:TaskService"

    done = run_python("-c", script, folder=folder, BETTER_AUTH_SECRET=_SECRET, PARENTS=parents)

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("secret", ["", "too short"])
def test_a_backend_without_a_secret_refuses_in_one_sentence(tmp_path: Path, secret: str) -> None:
    """No traceback: the sentence says which variable, and how long a secret is."""
    folder = _written("notes-below-user-paths", tmp_path)

    done = run_python("-c", "import app.main", folder=folder, BETTER_AUTH_SECRET=secret)

    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "BETTER_AUTH_SECRET" in done.stderr


@pytest.mark.parametrize(
    ("name", "layout", "style", "mode"),
    [
        _COMBINATIONS[0],
        _COMBINATIONS[1],
        *(pytest.param(*item, marks=pytest.mark.slow) for item in _COMBINATIONS[2:]),
    ],
)
def test_the_tests_of_a_rendered_backend_pass(
    tmp_path: Path, name: str, layout: str, style: str, mode: AuthMode
) -> None:
    """Its own suite is green, without a warning."""
    folder = _written(name, tmp_path, layout, style, mode)

    done = run_python(
        "-W", "error", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly",
        folder=folder,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(("name", "layout", "style", "mode"), _COMBINATIONS)
def test_rendered_code_satisfies_checkers(
    tmp_path: Path, name: str, layout: str, style: str, mode: AuthMode
) -> None:
    """Mypy's strict mode and ruff find nothing, and ruff would format nothing."""
    folder = _written(name, tmp_path, layout, style, mode)

    for command in (("mypy", "app", "tests"), ("ruff", "check"), ("ruff", "format", "--check")):
        done = run_python("-m", *command, folder=folder, MYPYPATH=str(folder))
        assert done.returncode == 0, done.stdout
