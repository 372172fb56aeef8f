"""The endpoints of notes.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from typing import Any

from fastapi.testclient import TestClient

from app.models.note import Note, NoteStatus
from tests.factories import make_note
from tests.support import ALICE, BOB, Fetch, Rows, Store, as_json, bearer


def test_list_notes_shows_own_rows_alone(client: TestClient, store: Store) -> None:
    """A user sees their own rows alone."""
    note = store(make_note(ALICE))
    store(make_note(BOB))

    response = client.get(f"/api/{ALICE}/notes", headers=bearer(ALICE))

    assert response.status_code == 200
    shown = response.json()["data"]["notes"]
    assert [row["id"] for row in shown] == [
        as_json(note.id),
    ]


def test_list_notes_pages(client: TestClient, store: Store) -> None:
    """A page holds as many rows as asked for."""
    store(make_note(ALICE))
    store(make_note(ALICE))
    store(make_note(ALICE))

    response = client.get(
        f"/api/{ALICE}/notes", headers=bearer(ALICE), params={"limit": 2}
    )
    assert response.status_code == 200
    assert len(response.json()["data"]["notes"]) == 2
    response = client.get(
        f"/api/{ALICE}/notes", headers=bearer(ALICE), params={"limit": 2, "skip": 2}
    )
    assert response.status_code == 200
    assert len(response.json()["data"]["notes"]) == 1
    response = client.get(
        f"/api/{ALICE}/notes", headers=bearer(ALICE), params={"skip": 9}
    )
    assert response.status_code == 200
    assert len(response.json()["data"]["notes"]) == 0


def test_list_notes_sorts_by_title(client: TestClient, store: Store) -> None:
    """Rows come in the order asked for."""
    note = store(make_note(ALICE, title="apple"))
    other_note = store(make_note(ALICE, title="berry"))

    response = client.get(
        f"/api/{ALICE}/notes", headers=bearer(ALICE), params={"sort_by": "title"}
    )

    assert response.status_code == 200
    shown = response.json()["data"]["notes"]
    assert [row["id"] for row in shown] == [
        as_json(note.id),
        as_json(other_note.id),
    ]


def test_list_notes_filters_by_status(client: TestClient, store: Store) -> None:
    """A filter keeps the rows that match."""
    note = store(make_note(ALICE, status=NoteStatus.DRAFT))
    store(make_note(ALICE, status=NoteStatus.PUBLISHED))

    response = client.get(
        f"/api/{ALICE}/notes", headers=bearer(ALICE), params={"status": "draft"}
    )

    assert response.status_code == 200
    shown = response.json()["data"]["notes"]
    assert [row["id"] for row in shown] == [
        as_json(note.id),
    ]


def test_list_notes_filters_by_pinned(client: TestClient, store: Store) -> None:
    """A filter keeps the rows that match."""
    note = store(make_note(ALICE, is_pinned=False))
    store(make_note(ALICE, is_pinned=True))

    response = client.get(
        f"/api/{ALICE}/notes", headers=bearer(ALICE), params={"pinned": "false"}
    )

    assert response.status_code == 200
    shown = response.json()["data"]["notes"]
    assert [row["id"] for row in shown] == [
        as_json(note.id),
    ]


def test_list_notes_filters_by_q(client: TestClient, store: Store) -> None:
    """A filter keeps the rows that match."""
    note = store(make_note(ALICE, title="apple"))
    store(make_note(ALICE, title="berry"))

    response = client.get(
        f"/api/{ALICE}/notes", headers=bearer(ALICE), params={"q": "apple"}
    )

    assert response.status_code == 200
    shown = response.json()["data"]["notes"]
    assert [row["id"] for row in shown] == [
        as_json(note.id),
    ]


def test_list_notes_rejects_bad_parameters(client: TestClient) -> None:
    """A parameter out of bounds is refused."""

    for parameters in (
        {"status": "-"},
        {"skip": 2147483648},
        {"limit": 101},
        {"sort_by": "-"},
    ):
        response = client.get(
            f"/api/{ALICE}/notes", headers=bearer(ALICE), params=parameters
        )
        assert response.status_code == 400, parameters


def test_create_note_stores_what_was_sent(client: TestClient, rows: Rows) -> None:
    """The answer shows what was sent."""
    body = {"title": "apple", "body": "apple", "isPinned": False}

    response = client.request(
        "POST", f"/api/{ALICE}/notes", headers=bearer(ALICE), json=body
    )

    assert response.status_code == 201
    shown = response.json()["data"]
    assert shown["title"] == body["title"]
    assert shown["body"] == body["body"]
    assert shown["isPinned"] == body["isPinned"]
    assert len(rows(Note)) == 1


def test_create_note_takes_the_owner_from_the_token(
    client: TestClient, rows: Rows
) -> None:
    """A body cannot choose whose row it is."""
    body = {"title": "apple", "body": "apple", "isPinned": False} | {
        "owner_id": as_json(BOB),
        "user_id": as_json(BOB),
    }

    response = client.request(
        "POST", f"/api/{ALICE}/notes", headers=bearer(ALICE), json=body
    )

    assert response.status_code == 201
    assert [row.user_id for row in rows(Note)] == [ALICE]


def test_create_note_rejects_invalid_bodies(client: TestClient) -> None:
    """A field that is missing or invalid is refused."""
    body: dict[str, Any] = {"title": "apple", "body": "apple", "isPinned": False}

    for name in ("title",):
        partial = {key: value for key, value in body.items() if key != name}
        response = client.request(
            "POST", f"/api/{ALICE}/notes", headers=bearer(ALICE), json=partial
        )
        assert response.status_code == 400, name
    for wrong in (
        {"title": None},
        {"title": ""},
        {"title": "x" * 121},
        {"isPinned": None},
        {"isPinned": "yes"},
    ):
        response = client.request(
            "POST", f"/api/{ALICE}/notes", headers=bearer(ALICE), json=body | wrong
        )
        assert response.status_code == 400, wrong


def test_get_note_shows_the_row(client: TestClient, store: Store) -> None:
    """The answer shows the row."""
    note = store(make_note(ALICE))

    response = client.request(
        "GET", f"/api/{ALICE}/notes/{note.id}", headers=bearer(ALICE)
    )

    assert response.status_code == 200
    assert response.json()["data"]["id"] == as_json(note.id)


def test_get_note_answers_404_when_absent(client: TestClient) -> None:
    """A row that does not exist is not found."""

    response = client.request(
        "GET", f"/api/{ALICE}/notes/2147480000", headers=bearer(ALICE)
    )

    assert response.status_code == 404


def test_replace_note_changes_what_was_sent(
    client: TestClient, store: Store, rows: Rows
) -> None:
    """The answer shows what was sent."""
    note = store(make_note(ALICE))
    body = {"title": "berry", "body": "berry", "status": "published"}

    response = client.request(
        "PUT", f"/api/{ALICE}/notes/{note.id}", headers=bearer(ALICE), json=body
    )

    assert response.status_code == 200
    shown = response.json()["data"]
    assert shown["title"] == body["title"]
    assert shown["body"] == body["body"]
    assert shown["status"] == body["status"]
    assert len(rows(Note)) == 1


def test_replace_note_answers_404_when_absent(client: TestClient) -> None:
    """A row that does not exist is not found."""

    response = client.request(
        "PUT",
        f"/api/{ALICE}/notes/2147480000",
        headers=bearer(ALICE),
        json={"title": "apple", "body": "apple", "status": "draft"},
    )

    assert response.status_code == 404


def test_replace_note_rejects_invalid_bodies(client: TestClient, store: Store) -> None:
    """A field that is missing or invalid is refused."""
    note = store(make_note(ALICE))
    body: dict[str, Any] = {"title": "berry", "body": "berry", "status": "published"}

    for wrong in (
        {"title": None},
        {"title": ""},
        {"title": "x" * 121},
        {"status": None},
        {"status": "-"},
    ):
        response = client.request(
            "PUT",
            f"/api/{ALICE}/notes/{note.id}",
            headers=bearer(ALICE),
            json=body | wrong,
        )
        assert response.status_code == 400, wrong


def test_replace_note_accepts_an_empty_body(client: TestClient, store: Store) -> None:
    """Nothing named, nothing changed."""
    note = store(make_note(ALICE))

    response = client.request(
        "PUT", f"/api/{ALICE}/notes/{note.id}", headers=bearer(ALICE), json={}
    )

    assert response.status_code == 200


def test_delete_note_removes_the_row(
    client: TestClient, store: Store, fetch: Fetch
) -> None:
    """A deleted row is gone."""
    note = store(make_note(ALICE))

    response = client.request(
        "DELETE", f"/api/{ALICE}/notes/{note.id}", headers=bearer(ALICE)
    )

    assert response.status_code == 200
    assert fetch(Note, note.id) is None


def test_delete_note_answers_404_when_absent(client: TestClient) -> None:
    """A row that does not exist is not found."""

    response = client.request(
        "DELETE", f"/api/{ALICE}/notes/2147480000", headers=bearer(ALICE)
    )

    assert response.status_code == 404


def test_pin_note_switches(client: TestClient, store: Store, fetch: Fetch) -> None:
    """The column is switched."""
    note = store(make_note(ALICE))

    response = client.request(
        "PATCH",
        f"/api/{ALICE}/notes/{note.id}/pin",
        headers=bearer(ALICE),
        json={"isPinned": True},
    )

    assert response.status_code == 200
    changed = fetch(Note, note.id)
    assert changed is not None
    assert changed.is_pinned is True


def test_pin_note_answers_404_when_absent(client: TestClient) -> None:
    """A row that does not exist is not found."""

    response = client.request(
        "PATCH",
        f"/api/{ALICE}/notes/2147480000/pin",
        headers=bearer(ALICE),
        json={"isPinned": False},
    )

    assert response.status_code == 404


def test_publish_note_switches(client: TestClient, store: Store, fetch: Fetch) -> None:
    """The column is switched."""
    note = store(make_note(ALICE))

    response = client.request(
        "PATCH", f"/api/{ALICE}/notes/{note.id}/publish", headers=bearer(ALICE)
    )

    assert response.status_code == 200
    changed = fetch(Note, note.id)
    assert changed is not None
    assert changed.status == "published"

    response = client.request(
        "PATCH", f"/api/{ALICE}/notes/{note.id}/publish", headers=bearer(ALICE)
    )

    assert response.status_code == 200
    changed = fetch(Note, note.id)
    assert changed is not None
    assert changed.status != "published"


def test_publish_note_answers_404_when_absent(client: TestClient) -> None:
    """A row that does not exist is not found."""

    response = client.request(
        "PATCH", f"/api/{ALICE}/notes/2147480000/publish", headers=bearer(ALICE)
    )

    assert response.status_code == 404
