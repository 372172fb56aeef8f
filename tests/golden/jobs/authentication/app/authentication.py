"""Who is asking: verification of the tokens that requests bear.

Specs:

- specs/features/authentication.md
"""

import logging
import os
import re
from typing import Annotated

import jwt
from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException

logger = logging.getLogger(__name__)

ALGORITHM = "HS256"
MINIMUM_SECRET_BYTES = 32
SUBJECT = re.compile(r"[A-Za-z0-9_-]{1,64}")


def _read_secret() -> str:
    secret = os.environ.get("BETTER_AUTH_SECRET", "")
    if len(secret.encode()) < MINIMUM_SECRET_BYTES:
        raise SystemExit(
            "The backend cannot start: BETTER_AUTH_SECRET must be set to a secret of at least "
            f"{MINIMUM_SECRET_BYTES} bytes."
        )
    return secret


SECRET = _read_secret()
ISSUER = os.environ.get("JWT_ISSUER") or None
AUDIENCE = os.environ.get("JWT_AUDIENCE") or None
_bearer = HTTPBearer(auto_error=False, description="A JWT of the signed-in user")


def get_current_user_id(
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> str:
    """Return the id of the user whose token the request bears; without one, answer 401."""
    if credentials is None:
        raise _unauthorized()
    try:
        claims = jwt.decode(
            credentials.credentials,
            SECRET,
            algorithms=[ALGORITHM],
            issuer=ISSUER,
            audience=AUDIENCE,
            options={
                "require": ["exp", "iat", "sub"],
                "verify_aud": AUDIENCE is not None,
            },
        )
    except jwt.PyJWTError as error:
        logger.info("Rejected a token: %s", error)
        raise _unauthorized() from error
    subject = claims["sub"]
    if not isinstance(subject, str) or not SUBJECT.fullmatch(subject):
        logger.info("Rejected a token: its subject is not a user id")
        raise _unauthorized()
    return subject


def _unauthorized() -> HTTPException:
    return HTTPException(
        401, "A valid token is required", {"WWW-Authenticate": "Bearer"}
    )
