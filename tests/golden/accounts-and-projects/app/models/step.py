"""The table steps.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from uuid import UUID

from sqlmodel import Field, SQLModel


class Step(SQLModel, table=True):
    """A row of the table steps."""

    __tablename__ = "steps"

    id: int | None = Field(default=None, primary_key=True)
    task_id: UUID = Field(foreign_key="tasks.id", ondelete="CASCADE", index=True)
    text: str
    position: int = Field(default=0)
