"""Forged, expired and missing tokens.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from datetime import UTC, datetime

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi.testclient import TestClient

from app.core.config import Settings, SettingsError, load_settings
from app.main import create_app
from tests.support import ALICE, PRIVATE_KEY, Issuer, bearer, published, token

PROTECTED = [
    ("GET", "/api/tasks"),
    ("POST", "/api/tasks"),
    ("GET", "/api/tasks/statistics"),
    ("GET", "/api/tasks/1"),
    ("PUT", "/api/tasks/1"),
    ("PATCH", "/api/tasks/1"),
    ("DELETE", "/api/tasks/1"),
    ("PATCH", "/api/tasks/1/complete"),
    ("GET", "/api/tasks/1/comments"),
    ("POST", "/api/tasks/1/comments"),
    ("PUT", "/api/tasks/1/comments/1"),
    ("DELETE", "/api/tasks/1/comments/1"),
]
NOW = int(datetime.now(UTC).timestamp())


def _unsigned() -> str:
    return jwt.encode(
        {"sub": str(ALICE), "iat": NOW, "exp": NOW + 600}, "", algorithm="none"
    )


BAD_TOKENS = {
    "empty": "",
    "no token at all": "not.a.token",
    "another key": token(ALICE, key=Ed25519PrivateKey.generate()),
    "an unknown key": token(ALICE, kid="unknown"),
    "no key": token(ALICE, kid=None),
    "the public key as a secret": token(
        ALICE, key=PRIVATE_KEY.public_key().public_bytes_raw(), algorithm="HS256"
    ),
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
    headers = {"Authorization": f"Bearer {BAD_TOKENS['another key']}"}

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


@pytest.mark.parametrize("url", ["", "keys.json", "file:///etc/keys.json"])
def test_a_key_set_without_an_address_is_refused(url: str) -> None:
    """Without the address of the keys there are no settings."""
    with pytest.raises(SettingsError, match="JWKS_URL must be set"):
        load_settings({"JWKS_URL": url})


def test_an_outage_of_the_issuer_is_no_refusal() -> None:
    """Nobody can tell whether the token is good: 503, and when to try again."""
    app = create_app(
        Settings(jwks_url="http://127.0.0.1:9/api/auth/jwks", database_url="sqlite://")
    )
    method, path = PROTECTED[0]
    with TestClient(app) as client:
        response = client.request(method, path, headers=bearer(ALICE))

    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0


def test_a_new_key_of_the_issuer_is_found(
    client: TestClient, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys are changed while both are published; the backend asks for the one it lacks."""
    monkeypatch.setattr("app.core.keys.FETCH_PAUSE_SECONDS", 0)
    app = create_app(Settings(jwks_url=issuer.url, database_url="sqlite://"))
    following = Ed25519PrivateKey.generate()
    signed = token(ALICE, key=following, kid="following")
    method, path = PROTECTED[0]
    with TestClient(app) as other:
        old = {"Authorization": f"Bearer {token(ALICE)}"}
        new = {"Authorization": f"Bearer {signed}"}
        assert other.request(method, path, headers=new).status_code == 401
        monkeypatch.setattr(
            issuer, "keys", [*issuer.keys, published(following, "following")]
        )
        assert other.request(method, path, headers=new).status_code not in {401, 503}
        assert other.request(method, path, headers=old).status_code not in {401, 503}
