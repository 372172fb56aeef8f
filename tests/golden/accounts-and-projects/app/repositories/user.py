"""Queries on users, each confined to the user.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from uuid import UUID

from sqlalchemy import bindparam
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.errors import ConflictError, NotFoundError
from app.models.user import User
from app.schemas.auth import RegisterRequest


class UserRepository:
    """Reads and writes the table users."""

    _get_own = select(User).where(User.id == bindparam("user_id"))

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find_by_email(self, email: str) -> User | None:
        """Return the user with this email, if there is one."""
        statement = select(User).where(User.email == email)
        found = await self._session.exec(statement)
        return found.first()

    async def get_own(self, user_id: UUID) -> User:
        """Return the user's own user."""
        found = await self._session.exec(self._get_own, params={"user_id": user_id})
        user = found.first()
        if user is None:
            raise NotFoundError("User not found")
        return user

    async def register(self, data: RegisterRequest, hashed_password: str) -> User:
        """Store a new user with the hash of the password."""
        if await self.find_by_email(data.email) is not None:
            raise ConflictError("User exists already")
        user = User(
            **data.model_dump(exclude={"password"}),
            hashed_password=hashed_password,
        )
        self._session.add(user)
        await self._session.commit()
        return user
