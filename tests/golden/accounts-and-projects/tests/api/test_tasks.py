"""The endpoints of tasks.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from datetime import UTC, datetime
from typing import Any

from fastapi.testclient import TestClient

from app.models.task import Task
from tests.factories import make_category, make_project, make_task
from tests.support import ALICE, BOB, Fetch, Rows, Store, as_json, bearer


def test_list_tasks_shows_own_rows_alone(client: TestClient, store: Store) -> None:
    """A user sees their own rows alone."""
    project = store(make_project(ALICE))
    task = store(make_task(project.id))
    other_project = store(make_project(ALICE))
    store(make_task(other_project.id))
    other_project_2 = store(make_project(BOB))
    store(make_task(other_project_2.id))

    response = client.get(f"/api/projects/{project.id}/tasks", headers=bearer(ALICE))

    assert response.status_code == 200
    shown = response.json()["items"]
    assert [row["id"] for row in shown] == [
        as_json(task.id),
    ]


def test_list_tasks_pages(client: TestClient, store: Store) -> None:
    """A page holds as many rows as asked for."""
    project = store(make_project(ALICE))
    store(make_task(project.id))
    store(make_task(project.id))
    store(make_task(project.id))

    response = client.get(
        f"/api/projects/{project.id}/tasks",
        headers=bearer(ALICE),
        params={"per_page": 2},
    )
    assert response.status_code == 200
    assert len(response.json()["items"]) == 2
    assert response.json()["pagination"]["total"] == 3
    response = client.get(
        f"/api/projects/{project.id}/tasks",
        headers=bearer(ALICE),
        params={"per_page": 2, "page": 2},
    )
    assert response.status_code == 200
    assert len(response.json()["items"]) == 1
    assert response.json()["pagination"]["total"] == 3
    response = client.get(
        f"/api/projects/{project.id}/tasks", headers=bearer(ALICE), params={"page": 9}
    )
    assert response.status_code == 200
    assert len(response.json()["items"]) == 0
    assert response.json()["pagination"]["total"] == 3


def test_list_tasks_sorts_by_due(client: TestClient, store: Store) -> None:
    """Rows come in the order asked for."""
    project = store(make_project(ALICE))
    task = store(make_task(project.id, due=datetime(2030, 1, 1, tzinfo=UTC)))
    other_task = store(make_task(project.id, due=datetime(2030, 1, 2, tzinfo=UTC)))

    response = client.get(
        f"/api/projects/{project.id}/tasks",
        headers=bearer(ALICE),
        params={"sort": "-due"},
    )

    assert response.status_code == 200
    shown = response.json()["items"]
    assert [row["id"] for row in shown] == [
        as_json(other_task.id),
        as_json(task.id),
    ]


def test_list_tasks_filters_by_done(client: TestClient, store: Store) -> None:
    """A filter keeps the rows that match."""
    project = store(make_project(ALICE))
    task = store(make_task(project.id, done=False))
    store(make_task(project.id, done=True))

    response = client.get(
        f"/api/projects/{project.id}/tasks",
        headers=bearer(ALICE),
        params={"done": "false"},
    )

    assert response.status_code == 200
    shown = response.json()["items"]
    assert [row["id"] for row in shown] == [
        as_json(task.id),
    ]


def test_list_tasks_filters_by_due_before(client: TestClient, store: Store) -> None:
    """A filter keeps the rows that match."""
    project = store(make_project(ALICE))
    task = store(make_task(project.id, due=datetime(2030, 1, 1, tzinfo=UTC)))
    store(make_task(project.id, due=datetime(2030, 1, 2, tzinfo=UTC)))

    response = client.get(
        f"/api/projects/{project.id}/tasks",
        headers=bearer(ALICE),
        params={"due_before": "2030-01-02T00:00:00Z"},
    )

    assert response.status_code == 200
    shown = response.json()["items"]
    assert [row["id"] for row in shown] == [
        as_json(task.id),
    ]


def test_list_tasks_rejects_bad_parameters(client: TestClient, store: Store) -> None:
    """A parameter out of bounds is refused."""
    project = store(make_project(ALICE))

    for parameters in (
        {"page": 10001},
        {"per_page": 101},
        {"due_before": "-"},
        {"sort": "-"},
    ):
        response = client.get(
            f"/api/projects/{project.id}/tasks",
            headers=bearer(ALICE),
            params=parameters,
        )
        assert response.status_code == 422, parameters


def test_create_task_stores_what_was_sent(
    client: TestClient, store: Store, rows: Rows
) -> None:
    """The answer shows what was sent."""
    project = store(make_project(ALICE))
    category = store(make_category())
    body = {
        "category_id": as_json(category.id),
        "title": "apple",
        "done": False,
        "due": "2030-01-01T00:00:00Z",
        "estimate": 1.0,
    }

    response = client.request(
        "POST", f"/api/projects/{project.id}/tasks", headers=bearer(ALICE), json=body
    )

    assert response.status_code == 201
    shown = response.json()
    assert shown["category_id"] == body["category_id"]
    assert shown["title"] == body["title"]
    assert shown["done"] == body["done"]
    assert len(rows(Task)) == 1


def test_create_task_rejects_invalid_bodies(client: TestClient, store: Store) -> None:
    """A field that is missing or invalid is refused."""
    project = store(make_project(ALICE))
    category = store(make_category())
    body: dict[str, Any] = {
        "category_id": as_json(category.id),
        "title": "apple",
        "done": False,
        "due": "2030-01-01T00:00:00Z",
        "estimate": 1.0,
    }

    for name in ("title",):
        partial = {key: value for key, value in body.items() if key != name}
        response = client.request(
            "POST",
            f"/api/projects/{project.id}/tasks",
            headers=bearer(ALICE),
            json=partial,
        )
        assert response.status_code == 422, name
    for wrong in (
        {"category_id": 2147483648},
        {"category_id": "-"},
        {"title": None},
        {"title": ""},
        {"title": "x" * 101},
        {"done": None},
        {"done": "yes"},
        {"due": "-"},
        {"estimate": "-"},
    ):
        response = client.request(
            "POST",
            f"/api/projects/{project.id}/tasks",
            headers=bearer(ALICE),
            json=body | wrong,
        )
        assert response.status_code == 422, wrong


def test_get_task_shows_the_row(client: TestClient, store: Store) -> None:
    """The answer shows the row."""
    project = store(make_project(ALICE))
    task = store(make_task(project.id))

    response = client.request(
        "GET", f"/api/projects/{project.id}/tasks/{task.id}", headers=bearer(ALICE)
    )

    assert response.status_code == 200
    assert response.json()["id"] == as_json(task.id)


def test_get_task_answers_404_when_absent(client: TestClient, store: Store) -> None:
    """A row that does not exist is not found."""
    project = store(make_project(ALICE))

    response = client.request(
        "GET",
        f"/api/projects/{project.id}/tasks/00000000-0000-4000-8000-000000000000",
        headers=bearer(ALICE),
    )

    assert response.status_code == 404


def test_replace_task_changes_what_was_sent(
    client: TestClient, store: Store, rows: Rows
) -> None:
    """The answer shows what was sent."""
    project = store(make_project(ALICE))
    task = store(make_task(project.id))
    category = store(make_category())
    body = {
        "category_id": as_json(category.id),
        "title": "berry",
        "done": True,
        "due": "2030-01-02T00:00:00Z",
        "estimate": 2.0,
    }

    response = client.request(
        "PUT",
        f"/api/projects/{project.id}/tasks/{task.id}",
        headers=bearer(ALICE),
        json=body,
    )

    assert response.status_code == 200
    shown = response.json()
    assert shown["category_id"] == body["category_id"]
    assert shown["title"] == body["title"]
    assert shown["done"] == body["done"]
    assert len(rows(Task)) == 1


def test_replace_task_answers_404_when_absent(client: TestClient, store: Store) -> None:
    """A row that does not exist is not found."""
    project = store(make_project(ALICE))
    category = store(make_category())

    response = client.request(
        "PUT",
        f"/api/projects/{project.id}/tasks/00000000-0000-4000-8000-000000000000",
        headers=bearer(ALICE),
        json={
            "category_id": as_json(category.id),
            "title": "apple",
            "done": False,
            "due": "2030-01-01T00:00:00Z",
            "estimate": 1.0,
        },
    )

    assert response.status_code == 404


def test_replace_task_rejects_invalid_bodies(client: TestClient, store: Store) -> None:
    """A field that is missing or invalid is refused."""
    project = store(make_project(ALICE))
    task = store(make_task(project.id))
    category = store(make_category())
    body: dict[str, Any] = {
        "category_id": as_json(category.id),
        "title": "berry",
        "done": True,
        "due": "2030-01-02T00:00:00Z",
        "estimate": 2.0,
    }

    for name in ("title",):
        partial = {key: value for key, value in body.items() if key != name}
        response = client.request(
            "PUT",
            f"/api/projects/{project.id}/tasks/{task.id}",
            headers=bearer(ALICE),
            json=partial,
        )
        assert response.status_code == 422, name
    for wrong in (
        {"category_id": 2147483648},
        {"category_id": "-"},
        {"title": None},
        {"title": ""},
        {"title": "x" * 101},
        {"done": None},
        {"done": "yes"},
        {"due": "-"},
        {"estimate": "-"},
    ):
        response = client.request(
            "PUT",
            f"/api/projects/{project.id}/tasks/{task.id}",
            headers=bearer(ALICE),
            json=body | wrong,
        )
        assert response.status_code == 422, wrong


def test_toggle_task_switches(client: TestClient, store: Store, fetch: Fetch) -> None:
    """The column is switched."""
    project = store(make_project(ALICE))
    task = store(make_task(project.id))

    response = client.request(
        "POST",
        f"/api/projects/{project.id}/tasks/{task.id}/toggle",
        headers=bearer(ALICE),
    )

    assert response.status_code == 200
    changed = fetch(Task, task.id)
    assert changed is not None
    assert changed.done is True

    response = client.request(
        "POST",
        f"/api/projects/{project.id}/tasks/{task.id}/toggle",
        headers=bearer(ALICE),
    )

    assert response.status_code == 200
    changed = fetch(Task, task.id)
    assert changed is not None
    assert changed.done is not True


def test_toggle_task_answers_404_when_absent(client: TestClient, store: Store) -> None:
    """A row that does not exist is not found."""
    project = store(make_project(ALICE))

    response = client.request(
        "POST",
        f"/api/projects/{project.id}/tasks/00000000-0000-4000-8000-000000000000/toggle",
        headers=bearer(ALICE),
    )

    assert response.status_code == 404
