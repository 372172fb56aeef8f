"""The table projects.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from sqlmodel import Field, SQLModel

from app.db.types import JSONValue


class Project(SQLModel, table=True):
    """A row of the table projects."""

    __tablename__ = "projects"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    owner_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE", index=True)
    name: str = Field(max_length=80)
    metadata_: Any | None = Field(
        default=None, sa_type=JSONValue, sa_column_kwargs={"name": "metadata"}
    )
    budget: Decimal | None = Field(default=None)
