"""The table profiles.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
- specs/features/user-profile.md
- specs/features/authentication.md
- backend/CLAUDE.md
"""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from app.db.types import UTCDateTime, string_enum, utc_now


class ProfileLanguage(StrEnum):
    """What profile language may be, in this order."""

    DE = "de"
    EN = "en"
    FR = "fr"


class Profile(SQLModel, table=True):
    """A row of the table profiles."""

    __tablename__ = "profiles"

    user_id: str = Field(primary_key=True, max_length=64)
    display_name: str = Field(max_length=80)
    language: ProfileLanguage = Field(
        default=ProfileLanguage.EN, sa_type=string_enum(ProfileLanguage)
    )
    time_zone: str | None = Field(default=None, max_length=64)
    created_at: datetime = Field(default_factory=utc_now, sa_type=UTCDateTime)
    updated_at: datetime = Field(default_factory=utc_now, sa_type=UTCDateTime)
