"""The endpoints of profiles.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
- specs/features/user-profile.md
- specs/features/authentication.md
"""

from typing import Any

from fastapi.testclient import TestClient

from app.models.profile import Profile
from tests.factories import make_profile
from tests.support import ALICE, Fetch, Rows, Store, as_json, bearer


def test_get_profile_shows_the_row(client: TestClient, store: Store) -> None:
    """The answer shows the row."""
    profile = store(make_profile(ALICE))

    response = client.request("GET", "/api/profile", headers=bearer(ALICE))

    assert response.status_code == 200
    assert response.json()["user_id"] == as_json(profile.user_id)


def test_get_profile_answers_404_when_absent(client: TestClient) -> None:
    """A row that does not exist is not found."""

    response = client.request("GET", "/api/profile", headers=bearer(ALICE))

    assert response.status_code == 404


def test_replace_profile_changes_what_was_sent(
    client: TestClient, store: Store, rows: Rows
) -> None:
    """The answer shows what was sent."""
    store(make_profile(ALICE))
    body = {"display_name": "berry", "language": "en", "time_zone": "berry"}

    response = client.request("PUT", "/api/profile", headers=bearer(ALICE), json=body)

    assert response.status_code == 200
    shown = response.json()
    assert shown["display_name"] == body["display_name"]
    assert shown["language"] == body["language"]
    assert shown["time_zone"] == body["time_zone"]
    assert len(rows(Profile)) == 1


def test_replace_profile_makes_what_is_absent(client: TestClient, rows: Rows) -> None:
    """Nobody has to create their row first."""
    body = {"display_name": "apple", "language": "de", "time_zone": "apple"}

    response = client.request("PUT", "/api/profile", headers=bearer(ALICE), json=body)

    assert response.status_code == 200
    shown = response.json()
    assert shown["display_name"] == body["display_name"]
    assert shown["language"] == body["language"]
    assert shown["time_zone"] == body["time_zone"]
    assert len(rows(Profile)) == 1


def test_replace_profile_rejects_invalid_bodies(
    client: TestClient, store: Store
) -> None:
    """A field that is missing or invalid is refused."""
    store(make_profile(ALICE))
    body: dict[str, Any] = {
        "display_name": "berry",
        "language": "en",
        "time_zone": "berry",
    }

    for name in ("display_name",):
        partial = {key: value for key, value in body.items() if key != name}
        response = client.request(
            "PUT", "/api/profile", headers=bearer(ALICE), json=partial
        )
        assert response.status_code == 422, name
    for wrong in (
        {"display_name": None},
        {"display_name": ""},
        {"display_name": "x" * 81},
        {"language": None},
        {"language": "-"},
        {"time_zone": "x" * 65},
    ):
        response = client.request(
            "PUT", "/api/profile", headers=bearer(ALICE), json=body | wrong
        )
        assert response.status_code == 422, wrong


def test_update_profile_changes_what_was_sent(
    client: TestClient, store: Store, rows: Rows
) -> None:
    """The answer shows what was sent."""
    store(make_profile(ALICE))
    body = {"display_name": "berry", "language": "en", "time_zone": "berry"}

    response = client.request("PATCH", "/api/profile", headers=bearer(ALICE), json=body)

    assert response.status_code == 200
    shown = response.json()
    assert shown["display_name"] == body["display_name"]
    assert shown["language"] == body["language"]
    assert shown["time_zone"] == body["time_zone"]
    assert len(rows(Profile)) == 1


def test_update_profile_answers_404_when_absent(client: TestClient) -> None:
    """A row that does not exist is not found."""

    response = client.request(
        "PATCH",
        "/api/profile",
        headers=bearer(ALICE),
        json={"display_name": "apple", "language": "de", "time_zone": "apple"},
    )

    assert response.status_code == 404


def test_update_profile_rejects_invalid_bodies(
    client: TestClient, store: Store
) -> None:
    """A field that is missing or invalid is refused."""
    store(make_profile(ALICE))
    body: dict[str, Any] = {
        "display_name": "berry",
        "language": "en",
        "time_zone": "berry",
    }

    for wrong in (
        {"display_name": None},
        {"display_name": ""},
        {"display_name": "x" * 81},
        {"language": None},
        {"language": "-"},
        {"time_zone": "x" * 65},
    ):
        response = client.request(
            "PATCH", "/api/profile", headers=bearer(ALICE), json=body | wrong
        )
        assert response.status_code == 422, wrong


def test_update_profile_accepts_an_empty_body(client: TestClient, store: Store) -> None:
    """Nothing named, nothing changed."""
    store(make_profile(ALICE))

    response = client.request("PATCH", "/api/profile", headers=bearer(ALICE), json={})

    assert response.status_code == 200


def test_delete_profile_removes_the_row(
    client: TestClient, store: Store, fetch: Fetch
) -> None:
    """A deleted row is gone."""
    profile = store(make_profile(ALICE))

    response = client.request("DELETE", "/api/profile", headers=bearer(ALICE))

    assert response.status_code == 204
    assert fetch(Profile, profile.user_id) is None


def test_delete_profile_answers_404_when_absent(client: TestClient) -> None:
    """A row that does not exist is not found."""

    response = client.request("DELETE", "/api/profile", headers=bearer(ALICE))

    assert response.status_code == 404
