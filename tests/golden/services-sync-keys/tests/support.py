"""Users, tokens and the forms of fixtures.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol, TypeVar
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm
from sqlmodel import SQLModel

PRIVATE_KEY = Ed25519PrivateKey.generate()
KEY_ID = "tests"
ALICE = "alice"
BOB = "bob"


Row = TypeVar("Row", bound=SQLModel)


class Store(Protocol):
    """Puts a row into the database."""

    def __call__(self, row: Row) -> Row: ...


class Fetch(Protocol):
    """Reads a row from the database, by its key."""

    def __call__(self, cls: type[Row], key: Any) -> Row | None: ...


class Rows(Protocol):
    """Reads every row of a table."""

    def __call__(self, cls: type[Row]) -> list[Row]: ...


def published(key: Ed25519PrivateKey, kid: str) -> dict[str, Any]:
    """Return the public part of a key as an issuer publishes it."""
    public = OKPAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {**public, "kid": kid, "alg": "EdDSA", "use": "sig"}


class Issuer(ThreadingHTTPServer):
    """Publishes a key set on loopback; tests change `keys`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.keys = [published(PRIVATE_KEY, KEY_ID)]

    @property
    def url(self) -> str:
        """The address of the key set."""
        return f"http://127.0.0.1:{self.server_port}/api/auth/jwks"


class _Answer(BaseHTTPRequestHandler):
    server: Issuer

    def do_GET(self) -> None:
        body = json.dumps({"keys": self.server.keys}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Stay silent."""


def token(
    user: object,
    claims: Mapping[str, Any] | None = None,
    *,
    key: Any = PRIVATE_KEY,
    algorithm: str = "EdDSA",
    kid: str | None = KEY_ID,
) -> str:
    """Return a token of a user, valid unless `claims` say otherwise; None drops a claim."""
    now = int(datetime.now(UTC).timestamp())
    known: dict[str, Any] = {"sub": str(user), "iat": now, "exp": now + 600}
    known |= claims or {}
    kept = {name: value for name, value in known.items() if value is not None}
    headers = {"kid": kid} if kid is not None else {}
    return jwt.encode(kept, key, algorithm=algorithm, headers=headers)


def bearer(user: object) -> dict[str, str]:
    """Return the header with which a user signs a request."""
    return {"Authorization": f"Bearer {token(user)}"}


def as_json(value: Any) -> Any:
    """Return a value as it stands in a JSON body."""
    return str(value) if isinstance(value, UUID) else value
