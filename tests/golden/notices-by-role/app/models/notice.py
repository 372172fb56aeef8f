"""The table notices.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from datetime import datetime

from sqlmodel import Field, SQLModel

from app.db.types import UTCDateTime, utc_now


class Notice(SQLModel, table=True):
    """A row of the table notices."""

    __tablename__ = "notices"

    id: int | None = Field(default=None, primary_key=True)
    title: str = Field(max_length=100)
    created_at: datetime = Field(default_factory=utc_now, sa_type=UTCDateTime)
