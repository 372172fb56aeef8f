"""Users, tokens and the forms of fixtures.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

import jwt
from sqlmodel import SQLModel

SECRET = "a secret for tests alone, long enough for every algorithm of its family"
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


def token(
    user: object,
    claims: Mapping[str, Any] | None = None,
    *,
    secret: str = SECRET,
    algorithm: str = "HS256",
) -> str:
    """Return a token of a user, valid unless `claims` say otherwise; None drops a claim."""
    now = int(datetime.now(UTC).timestamp())
    known: dict[str, Any] = {"sub": str(user), "iat": now, "exp": now + 600}
    known |= claims or {}
    kept = {name: value for name, value in known.items() if value is not None}
    return jwt.encode(kept, secret, algorithm=algorithm)


def bearer(user: object, role: str | None = None) -> dict[str, str]:
    """Return the header with which a user signs a request, in a role or in none."""
    return {"Authorization": f"Bearer {token(user, {'role': role})}"}


def as_json(value: Any) -> Any:
    """Return a value as it stands in a JSON body."""
    return str(value) if isinstance(value, UUID) else value
