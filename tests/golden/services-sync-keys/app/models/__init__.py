"""Every table, so that the metadata is complete.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from sqlmodel import SQLModel

from app.models.comment_models import Comment
from app.models.task_models import Task

metadata = SQLModel.metadata

__all__ = [
    "Comment",
    "Task",
    "metadata",
]
