"""Verification of tokens.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

import logging
import re
from typing import Any

import jwt

from app.core.config import Settings
from app.core.errors import UnauthorizedError
from app.core.keys import KeySet

logger = logging.getLogger(__name__)

ALGORITHMS = ["EdDSA", "RS256"]
SUBJECT = re.compile(r"[A-Za-z0-9_-]{1,64}")


def verify_token(token: str, settings: Settings, keys: KeySet) -> str:
    """Return the id of the user that a token was issued to.

    Raises:
        UnauthorizedError: The token is not valid; the answer does not say why, the log does.
        UnavailableError: The issuer's keys cannot be fetched, so nobody can tell.
    """
    try:
        claims = _read_claims(token, settings, keys)
    except jwt.PyJWTError as error:
        logger.info("Rejected a token: %s", error)
        raise UnauthorizedError() from error
    subject = claims["sub"]
    if not isinstance(subject, str) or not SUBJECT.fullmatch(subject):
        logger.info("Rejected a token: its subject is not a user id")
        raise UnauthorizedError()
    return subject


def _read_claims(token: str, settings: Settings, keys: KeySet) -> dict[str, Any]:
    """Return what a token says, once its issuer's key has proved it."""
    return jwt.decode(
        token,
        keys.find(token),
        algorithms=ALGORITHMS,
        issuer=settings.issuer,
        audience=settings.audience,
        options={
            "require": ["exp", "iat", "sub"],
            "verify_aud": settings.audience is not None,
        },
    )
