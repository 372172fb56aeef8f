"""What handlers depend on: the signed-in user, a session.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Path, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.jwt import verify_token
from app.config import Settings
from app.db.session import Database
from app.errors import ForbiddenError, UnauthorizedError


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    """Give each request a session of its own, closed before the answer is sent."""
    database: Database = request.app.state.database
    async with database.sessions() as session:
        yield session


SessionDep = Annotated[AsyncSession, Depends(get_session, scope="function")]


_bearer = HTTPBearer(auto_error=False, description="A JWT of the signed-in user")


async def get_current_user_id(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> int:
    """Return the id of the user whose token the request bears."""
    if credentials is None:
        raise UnauthorizedError()
    settings: Settings = request.app.state.settings
    return verify_token(credentials.credentials, settings)


CurrentUserId = Annotated[int, Depends(get_current_user_id)]


async def get_own_user_id(
    user_id: Annotated[int, Path(ge=1, le=2147483647)], current_user_id: CurrentUserId
) -> int:
    """Return the user's id, once the id in the path has proved to be the same."""
    if user_id != current_user_id:
        raise ForbiddenError()
    return current_user_id


OwnUserId = Annotated[int, Depends(get_own_user_id)]
