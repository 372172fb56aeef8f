"""Every operation with another user's token.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from fastapi.testclient import TestClient

from app.models.project import Project
from app.models.step import Step
from app.models.task import Task
from tests.factories import make_category, make_project, make_step, make_task
from tests.support import ALICE, BOB, Fetch, Rows, Store, as_json, bearer


def test_get_project_of_another_user(
    client: TestClient, store: Store, fetch: Fetch
) -> None:
    """GET /api/projects/{project_id} answers 404 for another user's row, and changes nothing."""
    project = store(make_project(ALICE))
    before = fetch(Project, project.id)

    response = client.request("GET", f"/api/projects/{project.id}", headers=bearer(BOB))

    assert response.status_code == 404
    assert fetch(Project, project.id) == before


def test_update_project_of_another_user(
    client: TestClient, store: Store, fetch: Fetch
) -> None:
    """PATCH /api/projects/{project_id} answers 404 for another user's row, and changes nothing."""
    project = store(make_project(ALICE))
    before = fetch(Project, project.id)

    response = client.request(
        "PATCH",
        f"/api/projects/{project.id}",
        headers=bearer(BOB),
        json={"name": "berry", "metadata": {"apple": 1}, "budget": 2},
    )

    assert response.status_code == 404
    assert fetch(Project, project.id) == before


def test_delete_project_of_another_user(
    client: TestClient, store: Store, fetch: Fetch
) -> None:
    """DELETE /api/projects/{project_id} answers 404 for another user's row, and changes nothing."""
    project = store(make_project(ALICE))
    before = fetch(Project, project.id)

    response = client.request(
        "DELETE", f"/api/projects/{project.id}", headers=bearer(BOB)
    )

    assert response.status_code == 404
    assert fetch(Project, project.id) == before


def test_list_tasks_of_another_user(client: TestClient, store: Store) -> None:
    """GET /api/projects/{project_id}/tasks answers 404 for another user's row, and changes nothing."""
    project = store(make_project(ALICE))

    response = client.request(
        "GET", f"/api/projects/{project.id}/tasks", headers=bearer(BOB)
    )

    assert response.status_code == 404


def test_create_task_of_another_user(
    client: TestClient, store: Store, rows: Rows
) -> None:
    """POST /api/projects/{project_id}/tasks answers 404 for another user's row, and changes nothing."""
    project = store(make_project(ALICE))
    category = store(make_category())

    response = client.request(
        "POST",
        f"/api/projects/{project.id}/tasks",
        headers=bearer(BOB),
        json={
            "category_id": as_json(category.id),
            "title": "berry",
            "done": True,
            "due": "2030-01-02T00:00:00Z",
            "estimate": 2.0,
        },
    )

    assert response.status_code == 404
    assert rows(Task) == []


def test_get_task_through_another_parent(client: TestClient, store: Store) -> None:
    """A row is reached through its own parent alone."""
    project = store(make_project(ALICE))
    task = store(make_task(project.id))
    other_project = store(make_project(ALICE))

    response = client.request(
        "GET",
        f"/api/projects/{other_project.id}/tasks/{task.id}",
        headers=bearer(ALICE),
    )

    assert response.status_code == 404


def test_get_task_of_another_user(
    client: TestClient, store: Store, fetch: Fetch
) -> None:
    """GET /api/projects/{project_id}/tasks/{task_id} answers 404 for another user's row, and changes nothing."""
    project = store(make_project(ALICE))
    task = store(make_task(project.id))
    before = fetch(Task, task.id)

    response = client.request(
        "GET", f"/api/projects/{project.id}/tasks/{task.id}", headers=bearer(BOB)
    )

    assert response.status_code == 404
    assert fetch(Task, task.id) == before


def test_replace_task_through_another_parent(client: TestClient, store: Store) -> None:
    """A row is reached through its own parent alone."""
    project = store(make_project(ALICE))
    task = store(make_task(project.id))
    other_project = store(make_project(ALICE))
    category = store(make_category())

    response = client.request(
        "PUT",
        f"/api/projects/{other_project.id}/tasks/{task.id}",
        headers=bearer(ALICE),
        json={
            "category_id": as_json(category.id),
            "title": "berry",
            "done": True,
            "due": "2030-01-02T00:00:00Z",
            "estimate": 2.0,
        },
    )

    assert response.status_code == 404


def test_replace_task_of_another_user(
    client: TestClient, store: Store, fetch: Fetch
) -> None:
    """PUT /api/projects/{project_id}/tasks/{task_id} answers 404 for another user's row, and changes nothing."""
    project = store(make_project(ALICE))
    task = store(make_task(project.id))
    category = store(make_category())
    before = fetch(Task, task.id)

    response = client.request(
        "PUT",
        f"/api/projects/{project.id}/tasks/{task.id}",
        headers=bearer(BOB),
        json={
            "category_id": as_json(category.id),
            "title": "berry",
            "done": True,
            "due": "2030-01-02T00:00:00Z",
            "estimate": 2.0,
        },
    )

    assert response.status_code == 404
    assert fetch(Task, task.id) == before


def test_toggle_task_through_another_parent(client: TestClient, store: Store) -> None:
    """A row is reached through its own parent alone."""
    project = store(make_project(ALICE))
    task = store(make_task(project.id))
    other_project = store(make_project(ALICE))

    response = client.request(
        "POST",
        f"/api/projects/{other_project.id}/tasks/{task.id}/toggle",
        headers=bearer(ALICE),
    )

    assert response.status_code == 404


def test_toggle_task_of_another_user(
    client: TestClient, store: Store, fetch: Fetch
) -> None:
    """POST /api/projects/{project_id}/tasks/{task_id}/toggle answers 404 for another user's row, and changes nothing."""
    project = store(make_project(ALICE))
    task = store(make_task(project.id))
    before = fetch(Task, task.id)

    response = client.request(
        "POST",
        f"/api/projects/{project.id}/tasks/{task.id}/toggle",
        headers=bearer(BOB),
    )

    assert response.status_code == 404
    assert fetch(Task, task.id) == before


def test_list_steps_of_another_user(client: TestClient, store: Store) -> None:
    """GET /api/projects/{project_id}/tasks/{task_id}/steps answers 404 for another user's row, and changes nothing."""
    project = store(make_project(ALICE))
    task = store(make_task(project.id))

    response = client.request(
        "GET", f"/api/projects/{project.id}/tasks/{task.id}/steps", headers=bearer(BOB)
    )

    assert response.status_code == 404


def test_create_step_of_another_user(
    client: TestClient, store: Store, rows: Rows
) -> None:
    """POST /api/projects/{project_id}/tasks/{task_id}/steps answers 404 for another user's row, and changes nothing."""
    project = store(make_project(ALICE))
    task = store(make_task(project.id))

    response = client.request(
        "POST",
        f"/api/projects/{project.id}/tasks/{task.id}/steps",
        headers=bearer(BOB),
        json={"text": "berry", "position": 2},
    )

    assert response.status_code == 404
    assert rows(Step) == []


def test_delete_step_through_another_parent(client: TestClient, store: Store) -> None:
    """A row is reached through its own parent alone."""
    project = store(make_project(ALICE))
    task = store(make_task(project.id))
    step = store(make_step(task.id))
    other_task = store(make_task(project.id))

    response = client.request(
        "DELETE",
        f"/api/projects/{project.id}/tasks/{other_task.id}/steps/{step.id}",
        headers=bearer(ALICE),
    )

    assert response.status_code == 404


def test_delete_step_of_another_user(
    client: TestClient, store: Store, fetch: Fetch
) -> None:
    """DELETE /api/projects/{project_id}/tasks/{task_id}/steps/{step_id} answers 404 for another user's row, and changes nothing."""
    project = store(make_project(ALICE))
    task = store(make_task(project.id))
    step = store(make_step(task.id))
    before = fetch(Step, step.id)

    response = client.request(
        "DELETE",
        f"/api/projects/{project.id}/tasks/{task.id}/steps/{step.id}",
        headers=bearer(BOB),
    )

    assert response.status_code == 404
    assert fetch(Step, step.id) == before
