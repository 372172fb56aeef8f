"""Every table, so that the metadata is complete.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from sqlmodel import SQLModel

from app.models.category import Category
from app.models.project import Project
from app.models.refresh_token import RefreshToken
from app.models.step import Step
from app.models.task import Task
from app.models.user import User

metadata = SQLModel.metadata

__all__ = [
    "Category",
    "Project",
    "RefreshToken",
    "Step",
    "Task",
    "User",
    "metadata",
]
