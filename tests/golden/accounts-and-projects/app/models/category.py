"""The table categories.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from sqlmodel import Field, SQLModel


class Category(SQLModel, table=True):
    """A row of the table categories."""

    __tablename__ = "categories"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True, max_length=40)
