"""The endpoints of tasks.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
- specs/features/task-crud.md
- specs/features/authentication.md
- specs/001-task-crud/spec.md
"""

from datetime import date
from typing import Any

from fastapi.testclient import TestClient

from app.models.task import Task, TaskPriority
from tests.factories import make_task
from tests.support import ALICE, BOB, Fetch, Rows, Store, as_json, bearer


def test_list_tasks_shows_own_rows_alone(client: TestClient, store: Store) -> None:
    """A user sees their own rows alone."""
    task = store(make_task(ALICE))
    store(make_task(BOB))

    response = client.get("/api/tasks", headers=bearer(ALICE))

    assert response.status_code == 200
    shown = response.json()["items"]
    assert [row["id"] for row in shown] == [
        as_json(task.id),
    ]


def test_list_tasks_pages(client: TestClient, store: Store) -> None:
    """A page holds as many rows as asked for."""
    store(make_task(ALICE))
    store(make_task(ALICE))
    store(make_task(ALICE))

    response = client.get("/api/tasks", headers=bearer(ALICE), params={"limit": 2})
    assert response.status_code == 200
    assert len(response.json()["items"]) == 2
    assert response.json()["total"] == 3
    response = client.get(
        "/api/tasks", headers=bearer(ALICE), params={"limit": 2, "page": 2}
    )
    assert response.status_code == 200
    assert len(response.json()["items"]) == 1
    assert response.json()["total"] == 3
    response = client.get("/api/tasks", headers=bearer(ALICE), params={"page": 9})
    assert response.status_code == 200
    assert len(response.json()["items"]) == 0
    assert response.json()["total"] == 3


def test_list_tasks_sorts_by_due_date(client: TestClient, store: Store) -> None:
    """Rows come in the order asked for."""
    task = store(make_task(ALICE, due_date=date(2030, 1, 1)))
    other_task = store(make_task(ALICE, due_date=date(2030, 1, 2)))

    response = client.get(
        "/api/tasks",
        headers=bearer(ALICE),
        params={"sort": "due_date", "order": "desc"},
    )

    assert response.status_code == 200
    shown = response.json()["items"]
    assert [row["id"] for row in shown] == [
        as_json(other_task.id),
        as_json(task.id),
    ]


def test_list_tasks_filters_by_status(client: TestClient, store: Store) -> None:
    """A filter keeps the rows that match."""
    task = store(make_task(ALICE, completed=False))
    store(make_task(ALICE, completed=True))

    response = client.get(
        "/api/tasks", headers=bearer(ALICE), params={"status": "pending"}
    )

    assert response.status_code == 200
    shown = response.json()["items"]
    assert [row["id"] for row in shown] == [
        as_json(task.id),
    ]


def test_list_tasks_filters_by_priority(client: TestClient, store: Store) -> None:
    """A filter keeps the rows that match."""
    task = store(make_task(ALICE, priority=TaskPriority.LOW))
    store(make_task(ALICE, priority=TaskPriority.MEDIUM))

    response = client.get(
        "/api/tasks", headers=bearer(ALICE), params={"priority": "low"}
    )

    assert response.status_code == 200
    shown = response.json()["items"]
    assert [row["id"] for row in shown] == [
        as_json(task.id),
    ]


def test_list_tasks_filters_by_tag(client: TestClient, store: Store) -> None:
    """A filter keeps the rows that match."""
    task = store(make_task(ALICE, tags=["apple", "pear"]))
    store(make_task(ALICE, tags=["applesauce"]))

    response = client.get("/api/tasks", headers=bearer(ALICE), params={"tag": "apple"})

    assert response.status_code == 200
    shown = response.json()["items"]
    assert [row["id"] for row in shown] == [
        as_json(task.id),
    ]


def test_list_tasks_filters_by_due_before(client: TestClient, store: Store) -> None:
    """A filter keeps the rows that match."""
    task = store(make_task(ALICE, due_date=date(2030, 1, 1)))
    store(make_task(ALICE, due_date=date(2030, 1, 2)))

    response = client.get(
        "/api/tasks", headers=bearer(ALICE), params={"due_before": "2030-01-02"}
    )

    assert response.status_code == 200
    shown = response.json()["items"]
    assert [row["id"] for row in shown] == [
        as_json(task.id),
    ]


def test_list_tasks_filters_by_search(client: TestClient, store: Store) -> None:
    """A filter keeps the rows that match."""
    task = store(make_task(ALICE, title="apple"))
    store(make_task(ALICE, title="berry"))

    response = client.get(
        "/api/tasks", headers=bearer(ALICE), params={"search": "apple"}
    )

    assert response.status_code == 200
    shown = response.json()["items"]
    assert [row["id"] for row in shown] == [
        as_json(task.id),
    ]


def test_list_tasks_rejects_bad_parameters(client: TestClient) -> None:
    """A parameter out of bounds is refused."""

    for parameters in (
        {"page": 10001},
        {"limit": 101},
        {"status": "-"},
        {"priority": "-"},
        {"due_before": "-"},
        {"sort": "-"},
        {"order": "-"},
    ):
        response = client.get("/api/tasks", headers=bearer(ALICE), params=parameters)
        assert response.status_code == 422, parameters


def test_create_task_stores_what_was_sent(client: TestClient, rows: Rows) -> None:
    """The answer shows what was sent."""
    body = {
        "title": "apple",
        "description": "apple",
        "priority": "low",
        "due_date": "2030-01-01",
        "tags": ["apple"],
    }

    response = client.request("POST", "/api/tasks", headers=bearer(ALICE), json=body)

    assert response.status_code == 201
    shown = response.json()
    assert shown["title"] == body["title"]
    assert shown["description"] == body["description"]
    assert shown["priority"] == body["priority"]
    assert shown["due_date"] == body["due_date"]
    assert shown["tags"] == body["tags"]
    assert len(rows(Task)) == 1


def test_create_task_takes_the_owner_from_the_token(
    client: TestClient, rows: Rows
) -> None:
    """A body cannot choose whose row it is."""
    body = {
        "title": "apple",
        "description": "apple",
        "priority": "low",
        "due_date": "2030-01-01",
        "tags": ["apple"],
    } | {"owner_id": as_json(BOB), "user_id": as_json(BOB)}

    response = client.request("POST", "/api/tasks", headers=bearer(ALICE), json=body)

    assert response.status_code == 201
    assert [row.user_id for row in rows(Task)] == [ALICE]


def test_create_task_rejects_invalid_bodies(client: TestClient) -> None:
    """A field that is missing or invalid is refused."""
    body: dict[str, Any] = {
        "title": "apple",
        "description": "apple",
        "priority": "low",
        "due_date": "2030-01-01",
        "tags": ["apple"],
    }

    for name in ("title",):
        partial = {key: value for key, value in body.items() if key != name}
        response = client.request(
            "POST", "/api/tasks", headers=bearer(ALICE), json=partial
        )
        assert response.status_code == 422, name
    for wrong in (
        {"title": None},
        {"title": ""},
        {"title": "x" * 201},
        {"description": "x" * 2001},
        {"priority": None},
        {"priority": "-"},
        {"due_date": "-"},
        {"tags": None},
    ):
        response = client.request(
            "POST", "/api/tasks", headers=bearer(ALICE), json=body | wrong
        )
        assert response.status_code == 422, wrong


def test_count_tasks_counts_own_rows(client: TestClient, store: Store) -> None:
    """Rows of others do not count."""
    store(make_task(ALICE))
    store(make_task(ALICE))
    store(make_task(BOB))

    response = client.request("GET", "/api/tasks/statistics", headers=bearer(ALICE))

    assert response.status_code == 200
    assert response.json()["total"] == 2


def test_get_task_shows_the_row(client: TestClient, store: Store) -> None:
    """The answer shows the row."""
    task = store(make_task(ALICE))

    response = client.request("GET", f"/api/tasks/{task.id}", headers=bearer(ALICE))

    assert response.status_code == 200
    assert response.json()["id"] == as_json(task.id)


def test_get_task_answers_404_when_absent(client: TestClient) -> None:
    """A row that does not exist is not found."""

    response = client.request("GET", "/api/tasks/2147480000", headers=bearer(ALICE))

    assert response.status_code == 404


def test_replace_task_changes_what_was_sent(
    client: TestClient, store: Store, rows: Rows
) -> None:
    """The answer shows what was sent."""
    task = store(make_task(ALICE))
    body = {
        "title": "berry",
        "description": "berry",
        "priority": "medium",
        "due_date": "2030-01-02",
        "tags": ["berry"],
        "completed": True,
    }

    response = client.request(
        "PUT", f"/api/tasks/{task.id}", headers=bearer(ALICE), json=body
    )

    assert response.status_code == 200
    shown = response.json()
    assert shown["title"] == body["title"]
    assert shown["description"] == body["description"]
    assert shown["priority"] == body["priority"]
    assert shown["due_date"] == body["due_date"]
    assert shown["tags"] == body["tags"]
    assert shown["completed"] == body["completed"]
    assert len(rows(Task)) == 1


def test_replace_task_answers_404_when_absent(client: TestClient) -> None:
    """A row that does not exist is not found."""

    response = client.request(
        "PUT",
        "/api/tasks/2147480000",
        headers=bearer(ALICE),
        json={
            "title": "apple",
            "description": "apple",
            "priority": "low",
            "due_date": "2030-01-01",
            "tags": ["apple"],
            "completed": False,
        },
    )

    assert response.status_code == 404


def test_replace_task_rejects_invalid_bodies(client: TestClient, store: Store) -> None:
    """A field that is missing or invalid is refused."""
    task = store(make_task(ALICE))
    body: dict[str, Any] = {
        "title": "berry",
        "description": "berry",
        "priority": "medium",
        "due_date": "2030-01-02",
        "tags": ["berry"],
        "completed": True,
    }

    for name in (
        "title",
        "description",
        "priority",
        "due_date",
        "tags",
        "completed",
    ):
        partial = {key: value for key, value in body.items() if key != name}
        response = client.request(
            "PUT", f"/api/tasks/{task.id}", headers=bearer(ALICE), json=partial
        )
        assert response.status_code == 422, name
    for wrong in (
        {"title": None},
        {"title": ""},
        {"title": "x" * 201},
        {"description": "x" * 2001},
        {"priority": None},
        {"priority": "-"},
        {"due_date": "-"},
        {"tags": None},
        {"completed": None},
        {"completed": "yes"},
    ):
        response = client.request(
            "PUT", f"/api/tasks/{task.id}", headers=bearer(ALICE), json=body | wrong
        )
        assert response.status_code == 422, wrong


def test_update_task_changes_what_was_sent(
    client: TestClient, store: Store, rows: Rows
) -> None:
    """The answer shows what was sent."""
    task = store(make_task(ALICE))
    body = {
        "title": "berry",
        "description": "berry",
        "priority": "medium",
        "due_date": "2030-01-02",
        "tags": ["berry"],
        "completed": True,
    }

    response = client.request(
        "PATCH", f"/api/tasks/{task.id}", headers=bearer(ALICE), json=body
    )

    assert response.status_code == 200
    shown = response.json()
    assert shown["title"] == body["title"]
    assert shown["description"] == body["description"]
    assert shown["priority"] == body["priority"]
    assert shown["due_date"] == body["due_date"]
    assert shown["tags"] == body["tags"]
    assert shown["completed"] == body["completed"]
    assert len(rows(Task)) == 1


def test_update_task_answers_404_when_absent(client: TestClient) -> None:
    """A row that does not exist is not found."""

    response = client.request(
        "PATCH",
        "/api/tasks/2147480000",
        headers=bearer(ALICE),
        json={
            "title": "apple",
            "description": "apple",
            "priority": "low",
            "due_date": "2030-01-01",
            "tags": ["apple"],
            "completed": False,
        },
    )

    assert response.status_code == 404


def test_update_task_rejects_invalid_bodies(client: TestClient, store: Store) -> None:
    """A field that is missing or invalid is refused."""
    task = store(make_task(ALICE))
    body: dict[str, Any] = {
        "title": "berry",
        "description": "berry",
        "priority": "medium",
        "due_date": "2030-01-02",
        "tags": ["berry"],
        "completed": True,
    }

    for wrong in (
        {"title": None},
        {"title": ""},
        {"title": "x" * 201},
        {"description": "x" * 2001},
        {"priority": None},
        {"priority": "-"},
        {"due_date": "-"},
        {"tags": None},
        {"completed": None},
        {"completed": "yes"},
    ):
        response = client.request(
            "PATCH", f"/api/tasks/{task.id}", headers=bearer(ALICE), json=body | wrong
        )
        assert response.status_code == 422, wrong


def test_update_task_accepts_an_empty_body(client: TestClient, store: Store) -> None:
    """Nothing named, nothing changed."""
    task = store(make_task(ALICE))

    response = client.request(
        "PATCH", f"/api/tasks/{task.id}", headers=bearer(ALICE), json={}
    )

    assert response.status_code == 200


def test_delete_task_removes_the_row(
    client: TestClient, store: Store, fetch: Fetch
) -> None:
    """A deleted row is gone."""
    task = store(make_task(ALICE))

    response = client.request("DELETE", f"/api/tasks/{task.id}", headers=bearer(ALICE))

    assert response.status_code == 204
    assert fetch(Task, task.id) is None


def test_delete_task_answers_404_when_absent(client: TestClient) -> None:
    """A row that does not exist is not found."""

    response = client.request("DELETE", "/api/tasks/2147480000", headers=bearer(ALICE))

    assert response.status_code == 404


def test_complete_task_switches(client: TestClient, store: Store, fetch: Fetch) -> None:
    """The column is switched."""
    task = store(make_task(ALICE))

    response = client.request(
        "PATCH", f"/api/tasks/{task.id}/complete", headers=bearer(ALICE)
    )

    assert response.status_code == 200
    changed = fetch(Task, task.id)
    assert changed is not None
    assert changed.completed is True

    response = client.request(
        "PATCH", f"/api/tasks/{task.id}/complete", headers=bearer(ALICE)
    )

    assert response.status_code == 200
    changed = fetch(Task, task.id)
    assert changed is not None
    assert changed.completed is not True


def test_complete_task_answers_404_when_absent(client: TestClient) -> None:
    """A row that does not exist is not found."""

    response = client.request(
        "PATCH", "/api/tasks/2147480000/complete", headers=bearer(ALICE)
    )

    assert response.status_code == 404
