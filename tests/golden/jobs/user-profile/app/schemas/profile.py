"""Requests and answers of profile.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
- specs/features/user-profile.md
"""

from datetime import datetime

from pydantic import MISSING, Field

from app.models.profile import ProfileLanguage
from app.schemas.base import RequestModel, ResponseModel, StoredStr, StrippedStr


class ProfileResponse(ResponseModel):
    """A profile in an answer."""

    user_id: str
    display_name: str
    language: ProfileLanguage
    time_zone: str | None
    created_at: datetime
    updated_at: datetime


class ProfileReplace(RequestModel):
    """The body of PUT /api/profile."""

    display_name: StrippedStr = Field(min_length=1, max_length=80)
    language: ProfileLanguage = ProfileLanguage.EN
    time_zone: StoredStr | None | MISSING = Field(default=MISSING, max_length=64)


class ProfileUpdate(RequestModel):
    """The body of PATCH /api/profile."""

    display_name: StrippedStr | MISSING = Field(
        default=MISSING, min_length=1, max_length=80
    )
    language: ProfileLanguage | MISSING = MISSING
    time_zone: StoredStr | None | MISSING = Field(default=MISSING, max_length=64)
