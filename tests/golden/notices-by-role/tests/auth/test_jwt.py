"""Forged, expired and missing tokens.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from datetime import UTC, datetime

import jwt
import pytest
from fastapi.testclient import TestClient

from app.auth.jwt import verify_token
from app.config import Settings, SettingsError, load_settings
from app.errors import UnauthorizedError
from tests.support import ALICE, SECRET, token

PROTECTED = [
    ("GET", "/api/notices"),
    ("POST", "/api/notices"),
    ("PUT", "/api/notices/1"),
    ("DELETE", "/api/notices/1"),
]
NOW = int(datetime.now(UTC).timestamp())


def _unsigned() -> str:
    return jwt.encode(
        {"sub": str(ALICE), "iat": NOW, "exp": NOW + 600}, "", algorithm="none"
    )


BAD_TOKENS = {
    "empty": "",
    "no token at all": "not.a.token",
    "another secret": token(ALICE, secret="another secret that is long enough too"),
    "another algorithm": token(ALICE, algorithm="HS512"),
    "no algorithm": _unsigned(),
    "expired": token(ALICE, {"iat": NOW - 600, "exp": NOW - 60}),
    "issued in the future": token(ALICE, {"iat": NOW + 600, "exp": NOW + 1200}),
    "without exp": token(ALICE, {"exp": None}),
    "without iat": token(ALICE, {"iat": None}),
    "without subject": token(ALICE, {"sub": None}),
    "empty subject": token(""),
    "odd subject": token("../alice\x00"),
    "truncated": token(ALICE)[:-4],
}


@pytest.mark.parametrize(("method", "path"), PROTECTED)
def test_nobody_gets_in_without_a_token(
    client: TestClient, method: str, path: str
) -> None:
    """Every protected endpoint answers 401 before it does anything."""
    response = client.request(method, path)

    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(("method", "path"), PROTECTED)
def test_nobody_gets_in_with_a_forged_token(
    client: TestClient, method: str, path: str
) -> None:
    """Every protected endpoint verifies the signature."""
    headers = {"Authorization": f"Bearer {BAD_TOKENS['another secret']}"}

    response = client.request(method, path, headers=headers)

    assert response.status_code == 401


@pytest.mark.parametrize("name", BAD_TOKENS)
def test_bad_tokens_are_refused(client: TestClient, name: str) -> None:
    """Expired, unsigned, incomplete: none is taken."""
    method, path = PROTECTED[0]
    headers = {"Authorization": f"Bearer {BAD_TOKENS[name]}"}

    response = client.request(method, path, headers=headers)

    assert response.status_code == 401


def test_tokens_outside_the_header_are_refused(client: TestClient) -> None:
    """A token in the query or in a cookie signs nothing."""
    method, path = PROTECTED[0]
    for name in ("token", "access_token"):
        response = client.request(method, path, params={name: token(ALICE)})
        assert response.status_code == 401
        cookie = {"Cookie": f"{name}={token(ALICE)}"}
        response = client.request(method, path, headers=cookie)
        assert response.status_code == 401


@pytest.mark.parametrize("secret", ["", "too short"])
def test_a_weak_secret_is_refused(secret: str) -> None:
    """Without a secret of 32 bytes there are no settings."""
    with pytest.raises(SettingsError, match="at least 32 bytes"):
        load_settings({"BETTER_AUTH_SECRET": secret})


def test_tokens_of_the_secret_before_are_taken() -> None:
    """While a secret is changed, both are taken; one that is taken back no longer."""
    following = "the secret that follows it, which is long enough too"
    changing = Settings(secret=following, previous_secrets=(SECRET,))

    assert verify_token(token(ALICE), changing) == ALICE
    assert verify_token(token(ALICE, secret=following), changing) == ALICE
    with pytest.raises(UnauthorizedError):
        verify_token(token(ALICE), Settings(secret=following))


def test_a_weak_secret_of_before_is_refused() -> None:
    """Who knows a weak secret of before could sign tokens with it."""
    variables = {
        "BETTER_AUTH_SECRET": SECRET,
        "BETTER_AUTH_SECRET_PREVIOUS": f"{SECRET.replace(' ', '-')} weak",
    }
    with pytest.raises(SettingsError, match="_PREVIOUS must be"):
        load_settings(variables)
