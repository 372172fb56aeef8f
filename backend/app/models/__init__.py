"""Every table, so that the metadata is complete.

Specs:

- specs/database/schema.md
- backend/CLAUDE.md
"""

from sqlmodel import SQLModel

from app.models.comment import Comment
from app.models.task import Task

metadata = SQLModel.metadata

__all__ = [
    "Comment",
    "Task",
    "metadata",
]
