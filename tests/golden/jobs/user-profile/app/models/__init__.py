"""Every table, so that the metadata is complete.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
- specs/features/user-profile.md
- specs/features/authentication.md
- backend/CLAUDE.md
- specs/features/task-crud.md
- specs/001-task-crud/spec.md
"""

from sqlmodel import SQLModel

from app.models.comment import Comment
from app.models.profile import Profile
from app.models.task import Task

metadata = SQLModel.metadata

__all__ = [
    "Comment",
    "Profile",
    "Task",
    "metadata",
]
