"""The table tasks.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
- specs/features/task-crud.md
- specs/features/authentication.md
- backend/CLAUDE.md
- specs/001-task-crud/spec.md
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlmodel import Field, SQLModel

from app.db.types import JSONValue, UTCDateTime, string_enum, utc_now


class TaskPriority(StrEnum):
    """What task priority may be, in this order."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Task(SQLModel, table=True):
    """A row of the table tasks."""

    __tablename__ = "tasks"

    id: int | None = Field(default=None, primary_key=True)
    user_id: str = Field(index=True, max_length=64)
    title: str = Field(max_length=200)
    description: str | None = Field(default=None, max_length=2000)
    priority: TaskPriority = Field(
        default=TaskPriority.MEDIUM, sa_type=string_enum(TaskPriority)
    )
    due_date: date | None = Field(default=None)
    tags: Any = Field(default_factory=list, sa_type=JSONValue, nullable=False)
    completed: bool = Field(default=False)
    created_at: datetime = Field(default_factory=utc_now, sa_type=UTCDateTime)
    updated_at: datetime = Field(default_factory=utc_now, sa_type=UTCDateTime)
