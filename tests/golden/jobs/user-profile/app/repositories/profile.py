"""Queries on profiles, each confined to the user.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
- specs/features/user-profile.md
"""

from sqlalchemy import bindparam
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.db.types import utc_now
from app.errors import NotFoundError
from app.models.profile import Profile
from app.schemas.profile import ProfileReplace, ProfileUpdate


class ProfileRepository:
    """Reads and writes the table profiles."""

    _get_own = select(Profile).where(Profile.user_id == bindparam("user_id"))

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get_own(self, user_id: str) -> Profile:
        """Return the user's own profile."""
        found = await self._session.exec(self._get_own, params={"user_id": user_id})
        profile = found.first()
        if profile is None:
            raise NotFoundError("Profile not found")
        return profile

    async def replace(self, user_id: str, data: ProfileReplace) -> Profile:
        """Replace one profile of the user."""
        statement = select(Profile).where(Profile.user_id == user_id)
        found = await self._session.exec(statement)
        profile = found.first()
        if profile is None:
            profile = Profile(
                user_id=user_id,
            )
        profile.sqlmodel_update(data.model_dump())
        profile.updated_at = utc_now()
        self._session.add(profile)
        await self._session.commit()
        return profile

    async def update(self, user_id: str, data: ProfileUpdate) -> Profile:
        """Change one profile of the user."""
        profile = await self.get_own(user_id)
        profile.sqlmodel_update(data.model_dump())
        profile.updated_at = utc_now()
        self._session.add(profile)
        await self._session.commit()
        return profile

    async def delete(self, user_id: str) -> Profile:
        """Delete one profile of the user, and return what it was."""
        profile = await self.get_own(user_id)
        await self._session.delete(profile)
        await self._session.commit()
        return profile
