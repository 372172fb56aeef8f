"""Every operation with another user's token.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from fastapi.testclient import TestClient

from app.models.note import Note
from tests.factories import make_note
from tests.support import ALICE, BOB, Fetch, Store, bearer


def test_list_notes_under_another_users_path(client: TestClient) -> None:
    """The id in the path must be that of the token: 403."""

    response = client.request("GET", f"/api/{ALICE}/notes", headers=bearer(BOB))

    assert response.status_code == 403


def test_create_note_under_another_users_path(client: TestClient) -> None:
    """The id in the path must be that of the token: 403."""

    response = client.request(
        "POST",
        f"/api/{ALICE}/notes",
        headers=bearer(BOB),
        json={"title": "apple", "body": "apple", "isPinned": False},
    )

    assert response.status_code == 403


def test_get_note_of_another_user(
    client: TestClient, store: Store, fetch: Fetch
) -> None:
    """GET /api/{user_id}/notes/{id} answers 403 for another user's row, and changes nothing."""
    note = store(make_note(ALICE))
    before = fetch(Note, note.id)

    response = client.request("GET", f"/api/{BOB}/notes/{note.id}", headers=bearer(BOB))

    assert response.status_code == 403
    assert fetch(Note, note.id) == before


def test_get_note_under_another_users_path(client: TestClient, store: Store) -> None:
    """The id in the path must be that of the token: 403."""
    note = store(make_note(ALICE))

    response = client.request(
        "GET", f"/api/{ALICE}/notes/{note.id}", headers=bearer(BOB)
    )

    assert response.status_code == 403


def test_replace_note_of_another_user(
    client: TestClient, store: Store, fetch: Fetch
) -> None:
    """PUT /api/{user_id}/notes/{id} answers 403 for another user's row, and changes nothing."""
    note = store(make_note(ALICE))
    before = fetch(Note, note.id)

    response = client.request(
        "PUT",
        f"/api/{BOB}/notes/{note.id}",
        headers=bearer(BOB),
        json={"title": "berry", "body": "berry", "status": "published"},
    )

    assert response.status_code == 403
    assert fetch(Note, note.id) == before


def test_replace_note_under_another_users_path(
    client: TestClient, store: Store
) -> None:
    """The id in the path must be that of the token: 403."""
    note = store(make_note(ALICE))

    response = client.request(
        "PUT",
        f"/api/{ALICE}/notes/{note.id}",
        headers=bearer(BOB),
        json={"title": "apple", "body": "apple", "status": "draft"},
    )

    assert response.status_code == 403


def test_delete_note_of_another_user(
    client: TestClient, store: Store, fetch: Fetch
) -> None:
    """DELETE /api/{user_id}/notes/{id} answers 403 for another user's row, and changes nothing."""
    note = store(make_note(ALICE))
    before = fetch(Note, note.id)

    response = client.request(
        "DELETE", f"/api/{BOB}/notes/{note.id}", headers=bearer(BOB)
    )

    assert response.status_code == 403
    assert fetch(Note, note.id) == before


def test_delete_note_under_another_users_path(client: TestClient, store: Store) -> None:
    """The id in the path must be that of the token: 403."""
    note = store(make_note(ALICE))

    response = client.request(
        "DELETE", f"/api/{ALICE}/notes/{note.id}", headers=bearer(BOB)
    )

    assert response.status_code == 403


def test_pin_note_of_another_user(
    client: TestClient, store: Store, fetch: Fetch
) -> None:
    """PATCH /api/{user_id}/notes/{id}/pin answers 403 for another user's row, and changes nothing."""
    note = store(make_note(ALICE))
    before = fetch(Note, note.id)

    response = client.request(
        "PATCH",
        f"/api/{BOB}/notes/{note.id}/pin",
        headers=bearer(BOB),
        json={"isPinned": True},
    )

    assert response.status_code == 403
    assert fetch(Note, note.id) == before


def test_pin_note_under_another_users_path(client: TestClient, store: Store) -> None:
    """The id in the path must be that of the token: 403."""
    note = store(make_note(ALICE))

    response = client.request(
        "PATCH",
        f"/api/{ALICE}/notes/{note.id}/pin",
        headers=bearer(BOB),
        json={"isPinned": False},
    )

    assert response.status_code == 403


def test_publish_note_of_another_user(
    client: TestClient, store: Store, fetch: Fetch
) -> None:
    """PATCH /api/{user_id}/notes/{id}/publish answers 403 for another user's row, and changes nothing."""
    note = store(make_note(ALICE))
    before = fetch(Note, note.id)

    response = client.request(
        "PATCH", f"/api/{BOB}/notes/{note.id}/publish", headers=bearer(BOB)
    )

    assert response.status_code == 403
    assert fetch(Note, note.id) == before


def test_publish_note_under_another_users_path(
    client: TestClient, store: Store
) -> None:
    """The id in the path must be that of the token: 403."""
    note = store(make_note(ALICE))

    response = client.request(
        "PATCH", f"/api/{ALICE}/notes/{note.id}/publish", headers=bearer(BOB)
    )

    assert response.status_code == 403
