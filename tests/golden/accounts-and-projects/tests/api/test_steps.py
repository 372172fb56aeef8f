"""The endpoints of steps.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from typing import Any

from fastapi.testclient import TestClient

from app.models.step import Step
from tests.factories import make_project, make_step, make_task
from tests.support import ALICE, BOB, Fetch, Rows, Store, as_json, bearer


def test_list_steps_shows_own_rows_alone(client: TestClient, store: Store) -> None:
    """A user sees their own rows alone."""
    project = store(make_project(ALICE))
    task = store(make_task(project.id))
    step = store(make_step(task.id))
    other_task = store(make_task(project.id))
    store(make_step(other_task.id))
    other_project = store(make_project(BOB))
    other_task_2 = store(make_task(other_project.id))
    store(make_step(other_task_2.id))

    response = client.get(
        f"/api/projects/{project.id}/tasks/{task.id}/steps", headers=bearer(ALICE)
    )

    assert response.status_code == 200
    shown = response.json()
    assert [row["id"] for row in shown] == [
        as_json(step.id),
    ]


def test_create_step_stores_what_was_sent(
    client: TestClient, store: Store, rows: Rows
) -> None:
    """The answer shows what was sent."""
    project = store(make_project(ALICE))
    task = store(make_task(project.id))
    body = {"text": "apple", "position": 1}

    response = client.request(
        "POST",
        f"/api/projects/{project.id}/tasks/{task.id}/steps",
        headers=bearer(ALICE),
        json=body,
    )

    assert response.status_code == 201
    shown = response.json()
    assert shown["text"] == body["text"]
    assert shown["position"] == body["position"]
    assert len(rows(Step)) == 1


def test_create_step_rejects_invalid_bodies(client: TestClient, store: Store) -> None:
    """A field that is missing or invalid is refused."""
    project = store(make_project(ALICE))
    task = store(make_task(project.id))
    body: dict[str, Any] = {"text": "apple", "position": 1}

    for name in ("text",):
        partial = {key: value for key, value in body.items() if key != name}
        response = client.request(
            "POST",
            f"/api/projects/{project.id}/tasks/{task.id}/steps",
            headers=bearer(ALICE),
            json=partial,
        )
        assert response.status_code == 422, name
    for wrong in (
        {"text": None},
        {"text": ""},
        {"position": None},
        {"position": 2147483648},
        {"position": "-"},
    ):
        response = client.request(
            "POST",
            f"/api/projects/{project.id}/tasks/{task.id}/steps",
            headers=bearer(ALICE),
            json=body | wrong,
        )
        assert response.status_code == 422, wrong


def test_delete_step_removes_the_row(
    client: TestClient, store: Store, fetch: Fetch
) -> None:
    """A deleted row is gone."""
    project = store(make_project(ALICE))
    task = store(make_task(project.id))
    step = store(make_step(task.id))

    response = client.request(
        "DELETE",
        f"/api/projects/{project.id}/tasks/{task.id}/steps/{step.id}",
        headers=bearer(ALICE),
    )

    assert response.status_code == 204
    assert fetch(Step, step.id) is None


def test_delete_step_answers_404_when_absent(client: TestClient, store: Store) -> None:
    """A row that does not exist is not found."""
    project = store(make_project(ALICE))
    task = store(make_task(project.id))

    response = client.request(
        "DELETE",
        f"/api/projects/{project.id}/tasks/{task.id}/steps/2147480000",
        headers=bearer(ALICE),
    )

    assert response.status_code == 404
