"""Verification of tokens.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
- specs/features/authentication.md
- backend/CLAUDE.md
"""

import logging
import re

import jwt

from app.config import Settings
from app.errors import UnauthorizedError

logger = logging.getLogger(__name__)

ALGORITHM = "HS256"
SUBJECT = re.compile(r"[A-Za-z0-9_-]{1,64}")


def verify_token(token: str, settings: Settings) -> str:
    """Return the id of the user that a token was issued to.

    Raises:
        UnauthorizedError: The token is not valid; the answer does not say why, the log does.
    """
    try:
        claims = jwt.decode(
            token,
            settings.secret,
            algorithms=[ALGORITHM],
            issuer=settings.issuer,
            audience=settings.audience,
            options={
                "require": ["exp", "iat", "sub"],
                "verify_aud": settings.audience is not None,
            },
        )
    except jwt.PyJWTError as error:
        logger.info("Rejected a token: %s", error)
        raise UnauthorizedError() from error
    subject = claims["sub"]
    if not isinstance(subject, str) or not SUBJECT.fullmatch(subject):
        logger.info("Rejected a token: its subject is not a user id")
        raise UnauthorizedError()
    return subject
