"""Registration and login.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi.testclient import TestClient

from app.auth.refresh import hash_token
from app.models.refresh_token import RefreshToken
from app.models.user import User
from tests.factories import make_refresh_token
from tests.support import ALICE, BOB, Rows, Store

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


def test_passwords_cannot_be_guessed_quickly(client: TestClient) -> None:
    """After a few tries a client has to wait, and is told for how long."""
    body = {"email": "new1@example.com", "password": PASSWORD} | {
        "password": "wrong horse battery"
    }
    register(client, account())

    statuses = [
        client.post("/api/auth/login", json=body).status_code for _ in range(10)
    ]
    refused = client.post(
        "/api/auth/login", json={"email": "new1@example.com", "password": PASSWORD}
    )

    assert statuses == [401] * 10
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0


def sign_in(client: TestClient) -> Any:
    """Register, sign in, and return the answer's body."""
    register(client, account())
    return client.post(
        "/api/auth/login", json={"email": "new1@example.com", "password": PASSWORD}
    ).json()


def refresh(client: TestClient, token: str) -> Any:
    """Exchange a refresh token."""
    return client.post("/api/auth/refresh", json={"refresh_token": token})


def test_a_refresh_token_is_exchanged_for_new_tokens(
    client: TestClient, rows: Rows
) -> None:
    """Both tokens are new, the access token is taken, and hashes alone are stored."""
    first = sign_in(client)["refresh_token"]

    response = refresh(client, first)

    assert response.status_code == 200
    following = response.json()["refresh_token"]
    assert following != first
    assert refresh(client, following).status_code == 200
    headers = {"Authorization": f"Bearer {response.json()['access_token']}"}
    assert client.request("GET", "/api/auth/me", headers=headers).status_code not in {
        401,
        403,
    }
    stored = [row.token_hash for row in rows(RefreshToken)]
    assert not {first, following} & set(stored)


def test_a_refresh_token_that_comes_twice_ends_the_session(client: TestClient) -> None:
    """Somebody has stolen it: neither the thief's next token nor the owner's is taken."""
    first = sign_in(client)["refresh_token"]
    following = refresh(client, first).json()["refresh_token"]

    again = refresh(client, first)

    assert again.status_code == 401
    assert refresh(client, following).status_code == 401


def test_one_session_outlives_the_end_of_another(client: TestClient) -> None:
    """What follows from another sign-in is another family."""
    stolen = sign_in(client)["refresh_token"]
    other = client.post(
        "/api/auth/login", json={"email": "new1@example.com", "password": PASSWORD}
    ).json()["refresh_token"]
    refresh(client, stolen)
    refresh(client, stolen)

    assert refresh(client, other).status_code == 200


def test_only_refresh_tokens_that_are_valid_are_exchanged(
    client: TestClient, store: Store
) -> None:
    """Expired ones, made up ones and access tokens are refused alike."""
    body = sign_in(client)
    past = datetime.now(UTC) - timedelta(seconds=1)
    store(make_refresh_token(ALICE, token_hash=hash_token("expired"), expires_at=past))

    answers = [
        refresh(client, text) for text in ("expired", "made up", body["access_token"])
    ]

    assert [answer.status_code for answer in answers] == [401, 401, 401]


def test_signing_out_revokes_the_refresh_token(
    client: TestClient, store: Store
) -> None:
    """After signing out nobody gets new tokens; another user's session goes on."""
    soon = datetime.now(UTC) + timedelta(minutes=1)
    store(
        make_refresh_token(
            BOB, token_hash=hash_token("another user's"), expires_at=soon
        )
    )
    body = sign_in(client)
    headers = {"Authorization": f"Bearer {body['access_token']}"}

    response = client.post("/api/auth/logout", headers=headers)

    assert response.status_code == 200
    assert refresh(client, body["refresh_token"]).status_code == 401
    assert refresh(client, "another user's").status_code == 200
