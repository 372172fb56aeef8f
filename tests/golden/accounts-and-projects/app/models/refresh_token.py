"""The table refresh_tokens.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from app.db.types import UTCDateTime


class RefreshToken(SQLModel, table=True):
    """A row of the table refresh_tokens."""

    __tablename__ = "refresh_tokens"

    id: int | None = Field(default=None, primary_key=True)
    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE", index=True)
    family: str = Field(index=True, max_length=32)
    token_hash: str = Field(unique=True, max_length=64)
    expires_at: datetime = Field(sa_type=UTCDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
