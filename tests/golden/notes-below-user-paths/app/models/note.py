"""The table notes.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from app.db.types import UTCDateTime, string_enum, utc_now


class NoteStatus(StrEnum):
    """What note status may be, in this order."""

    DRAFT = "draft"
    PUBLISHED = "published"


class Note(SQLModel, table=True):
    """A row of the table notes."""

    __tablename__ = "notes"

    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(index=True)
    title: str = Field(max_length=120)
    body: str | None = Field(default=None, sa_type=Text)
    is_pinned: bool = Field(default=False)
    status: NoteStatus = Field(
        default=NoteStatus.DRAFT, sa_type=string_enum(NoteStatus)
    )
    created_at: datetime = Field(default_factory=utc_now, sa_type=UTCDateTime)
