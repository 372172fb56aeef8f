"""Nobody gets in without a token.

Specs:

- specs/features/authentication.md
"""

import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path as FilePath

import jwt
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

SECRET = os.environ.setdefault(
    "BETTER_AUTH_SECRET", "a secret for tests alone, long enough for every algorithm"
)
sys.path.insert(0, str(FilePath(__file__).parents[1]))
PROTECTED = [
    ("GET", "/api/books"),
    ("GET", "/api/books/1"),
    ("GET", "/api/shelves"),
    ("PUT", "/api/shelves/1"),
]


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    """A client of the application, whose settings must stand before it is imported."""
    app: FastAPI = import_module("app.main").app
    with TestClient(app, raise_server_exceptions=False) as opened:
        yield opened


@pytest.mark.parametrize(("method", "path"), PROTECTED)
def test_nobody_gets_in_without_a_token(
    client: TestClient, method: str, path: str
) -> None:
    """Every protected endpoint answers 401 before it does anything."""
    response = client.request(method, path)

    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"


def _token(secret: str, lifetime: int = 600) -> str:
    now = int(datetime.now(UTC).timestamp())
    claims = {"sub": "somebody", "iat": now - 60, "exp": now + lifetime}
    for claim, variable in (("iss", "JWT_ISSUER"), ("aud", "JWT_AUDIENCE")):
        if os.environ.get(variable):
            claims[claim] = os.environ[variable]
    return jwt.encode(claims, secret, algorithm="HS256")


@pytest.mark.parametrize(("method", "path"), PROTECTED)
def test_nobody_gets_in_with_a_forged_token(
    client: TestClient, method: str, path: str
) -> None:
    """Every protected endpoint verifies the signature, and that the token has not expired."""
    forged = _token("another secret that is long enough for the algorithm")
    for text in (forged, _token(SECRET, -30), "not.a.token"):
        response = client.request(
            method, path, headers={"Authorization": f"Bearer {text}"}
        )
        assert response.status_code == 401


@pytest.mark.parametrize(("method", "path"), PROTECTED)
def test_a_good_token_is_taken(client: TestClient, method: str, path: str) -> None:
    """Whoever is signed in reaches the endpoint, whatever that answers."""
    response = client.request(
        method, path, headers={"Authorization": f"Bearer {_token(SECRET)}"}
    )

    assert response.status_code != 401
