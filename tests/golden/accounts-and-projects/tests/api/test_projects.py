"""The endpoints of projects.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from typing import Any

from fastapi.testclient import TestClient

from app.models.project import Project
from tests.factories import make_project
from tests.support import ALICE, BOB, Fetch, Rows, Store, as_json, bearer


def test_list_projects_shows_own_rows_alone(client: TestClient, store: Store) -> None:
    """A user sees their own rows alone."""
    project = store(make_project(ALICE))
    store(make_project(BOB))

    response = client.get("/api/projects", headers=bearer(ALICE))

    assert response.status_code == 200
    shown = response.json()
    assert [row["id"] for row in shown] == [
        as_json(project.id),
    ]


def test_create_project_stores_what_was_sent(client: TestClient, rows: Rows) -> None:
    """The answer shows what was sent."""
    body = {"name": "apple", "metadata": {}, "budget": 1}

    response = client.request("POST", "/api/projects", headers=bearer(ALICE), json=body)

    assert response.status_code == 201
    shown = response.json()
    assert shown["name"] == body["name"]
    assert shown["metadata"] == body["metadata"]
    assert len(rows(Project)) == 1


def test_create_project_takes_the_owner_from_the_token(
    client: TestClient, rows: Rows
) -> None:
    """A body cannot choose whose row it is."""
    body = {"name": "apple", "metadata": {}, "budget": 1} | {
        "owner_id": as_json(BOB),
        "user_id": as_json(BOB),
    }

    response = client.request("POST", "/api/projects", headers=bearer(ALICE), json=body)

    assert response.status_code == 201
    assert [row.owner_id for row in rows(Project)] == [ALICE]


def test_create_project_rejects_invalid_bodies(client: TestClient) -> None:
    """A field that is missing or invalid is refused."""
    body: dict[str, Any] = {"name": "apple", "metadata": {}, "budget": 1}

    for name in ("name",):
        partial = {key: value for key, value in body.items() if key != name}
        response = client.request(
            "POST", "/api/projects", headers=bearer(ALICE), json=partial
        )
        assert response.status_code == 422, name
    for wrong in (
        {"name": None},
        {"name": ""},
        {"name": "x" * 81},
    ):
        response = client.request(
            "POST", "/api/projects", headers=bearer(ALICE), json=body | wrong
        )
        assert response.status_code == 422, wrong


def test_get_project_shows_the_row(client: TestClient, store: Store) -> None:
    """The answer shows the row."""
    project = store(make_project(ALICE))

    response = client.request(
        "GET", f"/api/projects/{project.id}", headers=bearer(ALICE)
    )

    assert response.status_code == 200
    assert response.json()["id"] == as_json(project.id)


def test_get_project_answers_404_when_absent(client: TestClient) -> None:
    """A row that does not exist is not found."""

    response = client.request(
        "GET",
        "/api/projects/00000000-0000-4000-8000-000000000000",
        headers=bearer(ALICE),
    )

    assert response.status_code == 404


def test_update_project_changes_what_was_sent(
    client: TestClient, store: Store, rows: Rows
) -> None:
    """The answer shows what was sent."""
    project = store(make_project(ALICE))
    body = {"name": "berry", "metadata": {"apple": 1}, "budget": 2}

    response = client.request(
        "PATCH", f"/api/projects/{project.id}", headers=bearer(ALICE), json=body
    )

    assert response.status_code == 200
    shown = response.json()
    assert shown["name"] == body["name"]
    assert shown["metadata"] == body["metadata"]
    assert len(rows(Project)) == 1


def test_update_project_answers_404_when_absent(client: TestClient) -> None:
    """A row that does not exist is not found."""

    response = client.request(
        "PATCH",
        "/api/projects/00000000-0000-4000-8000-000000000000",
        headers=bearer(ALICE),
        json={"name": "apple", "metadata": {}, "budget": 1},
    )

    assert response.status_code == 404


def test_update_project_rejects_invalid_bodies(
    client: TestClient, store: Store
) -> None:
    """A field that is missing or invalid is refused."""
    project = store(make_project(ALICE))
    body: dict[str, Any] = {"name": "berry", "metadata": {"apple": 1}, "budget": 2}

    for wrong in (
        {"name": None},
        {"name": ""},
        {"name": "x" * 81},
    ):
        response = client.request(
            "PATCH",
            f"/api/projects/{project.id}",
            headers=bearer(ALICE),
            json=body | wrong,
        )
        assert response.status_code == 422, wrong


def test_update_project_accepts_an_empty_body(client: TestClient, store: Store) -> None:
    """Nothing named, nothing changed."""
    project = store(make_project(ALICE))

    response = client.request(
        "PATCH", f"/api/projects/{project.id}", headers=bearer(ALICE), json={}
    )

    assert response.status_code == 200


def test_delete_project_removes_the_row(
    client: TestClient, store: Store, fetch: Fetch
) -> None:
    """A deleted row is gone."""
    project = store(make_project(ALICE))

    response = client.request(
        "DELETE", f"/api/projects/{project.id}", headers=bearer(ALICE)
    )

    assert response.status_code == 204
    assert fetch(Project, project.id) is None


def test_delete_project_answers_404_when_absent(client: TestClient) -> None:
    """A row that does not exist is not found."""

    response = client.request(
        "DELETE",
        "/api/projects/00000000-0000-4000-8000-000000000000",
        headers=bearer(ALICE),
    )

    assert response.status_code == 404
