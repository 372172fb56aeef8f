"""The signed-in user.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.core.config import Settings
from app.core.errors import UnauthorizedError
from app.core.keys import KeySet
from app.core.security import verify_token

_bearer = HTTPBearer(auto_error=False, description="A JWT of the signed-in user")


def get_current_user_id(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> str:
    """Return the id of the user whose token the request bears."""
    if credentials is None:
        raise UnauthorizedError()
    settings: Settings = request.app.state.settings
    keys: KeySet = request.app.state.keys
    return verify_token(credentials.credentials, settings, keys)


CurrentUserId = Annotated[str, Depends(get_current_user_id)]
