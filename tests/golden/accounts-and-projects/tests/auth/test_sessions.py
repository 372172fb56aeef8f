"""Registration and login.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from typing import Any

from fastapi.testclient import TestClient

from app.models.user import User
from tests.support import Rows

PASSWORD = "correct horse battery"


def register(client: TestClient, body: dict[str, Any]) -> Any:
    """Register a user."""
    return client.post("/api/auth/register", json=body)


def account(number: int = 1) -> dict[str, Any]:
    """Return the body of a registration."""
    return {"email": f"new{number}@example.com", "password": PASSWORD, "name": "apple"}


def test_registration_stores_a_hash(client: TestClient, rows: Rows) -> None:
    """The password itself is stored nowhere and shown to nobody."""
    response = register(client, account())

    assert response.status_code == 201
    assert PASSWORD not in response.text
    assert "$argon2" not in response.text
    stored = [user.hashed_password for user in rows(User)]
    assert any((value or "").startswith("$argon2") for value in stored)


def test_registration_is_refused_twice(client: TestClient) -> None:
    """Nobody takes an account that exists."""
    register(client, account())

    assert register(client, account()).status_code == 409


def test_login_gives_a_token_that_works(client: TestClient) -> None:
    """The token of a login is taken by the backend."""
    register(client, account())

    response = client.post(
        "/api/auth/login", json={"email": "new1@example.com", "password": PASSWORD}
    )

    assert response.status_code == 200
    headers = {"Authorization": f"Bearer {response.json()['access_token']}"}
    own = client.request("GET", "/api/auth/me", headers=headers)
    assert own.status_code == 200
    assert "new1@example.com" in own.text


def test_login_refuses_a_wrong_password(client: TestClient) -> None:
    """A wrong password and an unknown user look alike."""
    register(client, account())
    body = {"email": "new1@example.com", "password": PASSWORD}

    wrong = client.post(
        "/api/auth/login", json=body | {"password": "wrong horse battery"}
    )
    unknown = client.post(
        "/api/auth/login", json=body | {"email": "nobody@example.com"}
    )

    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()
