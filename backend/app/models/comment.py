"""The table comments.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
- specs/features/task-crud.md
- specs/features/authentication.md
- backend/CLAUDE.md
- specs/001-task-crud/spec.md
"""

from datetime import datetime

from sqlmodel import Field, SQLModel

from app.db.types import UTCDateTime, utc_now


class Comment(SQLModel, table=True):
    """A row of the table comments."""

    __tablename__ = "comments"

    id: int | None = Field(default=None, primary_key=True)
    task_id: int = Field(foreign_key="tasks.id", ondelete="CASCADE", index=True)
    content: str = Field(max_length=1000)
    created_at: datetime = Field(default_factory=utc_now, sa_type=UTCDateTime)
    updated_at: datetime = Field(default_factory=utc_now, sa_type=UTCDateTime)
