"""Verification of tokens.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

import logging
import re
from typing import Any

import jwt

from app.config import Settings
from app.errors import UnauthorizedError

logger = logging.getLogger(__name__)

ALGORITHM = "HS256"
ROLE_CLAIMS = ("role", "roles", "scope", "scopes", "permissions")
SUBJECT = re.compile(r"[A-Za-z0-9_-]{1,64}")


def verify_token(token: str, settings: Settings) -> str:
    """Return the id of the user that a token was issued to.

    Raises:
        UnauthorizedError: The token is not valid; the answer does not say why, the log does.
    """
    try:
        claims = _read_claims(token, settings)
    except jwt.PyJWTError as error:
        logger.info("Rejected a token: %s", error)
        raise UnauthorizedError() from error
    subject = claims["sub"]
    if not isinstance(subject, str) or not SUBJECT.fullmatch(subject):
        logger.info("Rejected a token: its subject is not a user id")
        raise UnauthorizedError()
    return subject


def read_roles(token: str, settings: Settings) -> frozenset[str]:
    """Return the roles and scopes that a valid token names."""
    claims = _read_claims(token, settings)
    named: set[str] = set()
    for name in ROLE_CLAIMS:
        value = claims.get(name)
        listed = value.split() if isinstance(value, str) else value
        named |= {str(item) for item in listed} if isinstance(listed, list) else set()
    return frozenset(named)


def _read_claims(token: str, settings: Settings) -> dict[str, Any]:
    """Return what a token says, whether the secret signed it or one before it."""
    for secret in (settings.secret, *settings.previous_secrets):
        try:
            return _decode(token, secret, settings)
        except jwt.InvalidSignatureError:
            continue
    raise jwt.InvalidSignatureError("no secret of ours signed it")


def _decode(token: str, secret: str, settings: Settings) -> dict[str, Any]:
    return jwt.decode(
        token,
        secret,
        algorithms=[ALGORITHM],
        issuer=settings.issuer,
        audience=settings.audience,
        options={
            "require": ["exp", "iat", "sub"],
            "verify_aud": settings.audience is not None,
        },
    )
