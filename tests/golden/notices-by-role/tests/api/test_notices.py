"""The endpoints of notices.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from typing import Any

from fastapi.testclient import TestClient

from app.models.notice import Notice
from tests.factories import make_notice
from tests.support import ALICE, Fetch, Rows, Store, as_json, bearer


def test_list_notices_shows_every_row(client: TestClient, store: Store) -> None:
    """Everybody sees every row."""
    notice = store(make_notice())

    response = client.get("/api/notices", headers=bearer(ALICE))

    assert response.status_code == 200
    shown = response.json()
    assert [row["id"] for row in shown] == [
        as_json(notice.id),
    ]


def test_create_notice_stores_what_was_sent(client: TestClient, rows: Rows) -> None:
    """The answer shows what was sent."""
    body = {"title": "apple"}

    response = client.request(
        "POST", "/api/notices", headers=bearer(ALICE, "editor"), json=body
    )

    assert response.status_code == 201
    shown = response.json()
    assert shown["title"] == body["title"]
    assert len(rows(Notice)) == 1


def test_create_notice_rejects_invalid_bodies(client: TestClient) -> None:
    """A field that is missing or invalid is refused."""
    body: dict[str, Any] = {"title": "apple"}

    for name in ("title",):
        partial = {key: value for key, value in body.items() if key != name}
        response = client.request(
            "POST", "/api/notices", headers=bearer(ALICE, "editor"), json=partial
        )
        assert response.status_code == 422, name
    for wrong in (
        {"title": None},
        {"title": ""},
        {"title": "x" * 101},
    ):
        response = client.request(
            "POST", "/api/notices", headers=bearer(ALICE, "editor"), json=body | wrong
        )
        assert response.status_code == 422, wrong


def test_create_notice_refuses_users_without_the_role(client: TestClient) -> None:
    """Being signed in is not enough."""

    response = client.request("POST", "/api/notices", headers=bearer(ALICE))

    assert response.status_code == 403


def test_replace_notice_changes_what_was_sent(
    client: TestClient, store: Store, rows: Rows
) -> None:
    """The answer shows what was sent."""
    notice = store(make_notice())
    body = {"title": "berry"}

    response = client.request(
        "PUT", f"/api/notices/{notice.id}", headers=bearer(ALICE, "editor"), json=body
    )

    assert response.status_code == 200
    shown = response.json()
    assert shown["title"] == body["title"]
    assert len(rows(Notice)) == 1


def test_replace_notice_answers_404_when_absent(client: TestClient) -> None:
    """A row that does not exist is not found."""

    response = client.request(
        "PUT",
        "/api/notices/2147480000",
        headers=bearer(ALICE, "editor"),
        json={"title": "apple"},
    )

    assert response.status_code == 404


def test_replace_notice_rejects_invalid_bodies(
    client: TestClient, store: Store
) -> None:
    """A field that is missing or invalid is refused."""
    notice = store(make_notice())
    body: dict[str, Any] = {"title": "berry"}

    for name in ("title",):
        partial = {key: value for key, value in body.items() if key != name}
        response = client.request(
            "PUT",
            f"/api/notices/{notice.id}",
            headers=bearer(ALICE, "editor"),
            json=partial,
        )
        assert response.status_code == 422, name
    for wrong in (
        {"title": None},
        {"title": ""},
        {"title": "x" * 101},
    ):
        response = client.request(
            "PUT",
            f"/api/notices/{notice.id}",
            headers=bearer(ALICE, "editor"),
            json=body | wrong,
        )
        assert response.status_code == 422, wrong


def test_replace_notice_refuses_users_without_the_role(client: TestClient) -> None:
    """Being signed in is not enough."""

    response = client.request("PUT", "/api/notices/2147480000", headers=bearer(ALICE))

    assert response.status_code == 403


def test_delete_notice_removes_the_row(
    client: TestClient, store: Store, fetch: Fetch
) -> None:
    """A deleted row is gone."""
    notice = store(make_notice())

    response = client.request(
        "DELETE", f"/api/notices/{notice.id}", headers=bearer(ALICE, "admin")
    )

    assert response.status_code == 204
    assert fetch(Notice, notice.id) is None


def test_delete_notice_answers_404_when_absent(client: TestClient) -> None:
    """A row that does not exist is not found."""

    response = client.request(
        "DELETE", "/api/notices/2147480000", headers=bearer(ALICE, "admin")
    )

    assert response.status_code == 404


def test_delete_notice_refuses_users_without_the_role(client: TestClient) -> None:
    """Being signed in is not enough."""

    response = client.request(
        "DELETE", "/api/notices/2147480000", headers=bearer(ALICE)
    )

    assert response.status_code == 403
