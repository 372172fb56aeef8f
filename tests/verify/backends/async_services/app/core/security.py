import uuid

import jwt
from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.core.config import settings
from app.core.errors import Problem

scheme = HTTPBearer(auto_error=False)


async def user_id(credentials: HTTPAuthorizationCredentials | None = Depends(scheme)) -> uuid.UUID:
    if credentials is None:
        raise Problem(401, "unauthorized")
    try:
        claims = jwt.decode(credentials.credentials, settings.jwt_secret_key, ["HS256"], options={"require": ["exp", "iat", "sub"]})
        return uuid.UUID(claims["sub"])
    except (jwt.InvalidTokenError, ValueError, AttributeError) as error:
        raise Problem(401, "unauthorized") from error
