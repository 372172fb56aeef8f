"""Refresh tokens: issued, exchanged, revoked.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from datetime import timedelta
from hashlib import sha256
from secrets import token_urlsafe
from uuid import UUID, uuid4

from sqlmodel import col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from app.db.types import utc_now
from app.errors import UnauthorizedError
from app.models.refresh_token import RefreshToken

REFRESH_LIFETIME = timedelta(days=30)


class RefreshTokens:
    """Issues refresh tokens, and exchanges each for the one that follows it.

    Hashes alone are stored. All tokens that follow from one sign-in are a family: one that is
    sent a second time was stolen from somebody, and its whole family is revoked.
    """

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def issue(self, user_id: UUID) -> str:
        """Return the first token of a new family."""
        token = self._added(user_id, uuid4().hex)
        await self._session.commit()
        return token

    async def rotate(self, token: str) -> tuple[UUID, str]:
        """Return whose a token is, and the token that follows it.

        Raises:
            UnauthorizedError: The token is unknown or expired, or has been used before.
        """
        found = await self._session.exec(
            select(RefreshToken).where(RefreshToken.token_hash == hash_token(token))
        )
        known = found.first()
        if known is None or known.expires_at <= utc_now():
            raise UnauthorizedError("The refresh token is not valid")
        user_id, family = known.user_id, known.family
        # Of two requests that send the same token at the same time, one changes the row.
        first_use = await self._session.exec(
            update(RefreshToken)
            .where(
                col(RefreshToken.token_hash) == hash_token(token),
                col(RefreshToken.used_at).is_(None),
            )
            .values(used_at=utc_now())
        )
        if first_use.rowcount != 1:
            await self._revoke(family)
            raise UnauthorizedError("The refresh token is not valid")
        following = self._added(user_id, family)
        await self._session.commit()
        return user_id, following

    async def end_all(self, user_id: UUID) -> None:
        """Revoke every refresh token of a user."""
        await self._session.exec(
            delete(RefreshToken).where(col(RefreshToken.user_id) == user_id)
        )
        await self._session.commit()

    async def _revoke(self, family: str) -> None:
        await self._session.exec(
            delete(RefreshToken).where(col(RefreshToken.family) == family)
        )
        await self._session.commit()

    def _added(self, user_id: UUID, family: str) -> str:
        token = token_urlsafe(32)
        self._session.add(
            RefreshToken(
                user_id=user_id,
                family=family,
                token_hash=hash_token(token),
                expires_at=utc_now() + REFRESH_LIFETIME,
            )
        )
        return token


def hash_token(token: str) -> str:
    """Return what is stored of a token: it is random, so one round of hashing is enough."""
    return sha256(token.encode()).hexdigest()
