"""What handlers depend on: the signed-in user, a session.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.jwt import verify_token
from app.config import Settings
from app.db.session import Database
from app.errors import UnauthorizedError


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
) -> str:
    """Return the id of the user whose token the request bears."""
    if credentials is None:
        raise UnauthorizedError()
    settings: Settings = request.app.state.settings
    return verify_token(credentials.credentials, settings)


CurrentUserId = Annotated[str, Depends(get_current_user_id)]
