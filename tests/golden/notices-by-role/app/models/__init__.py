"""Every table, so that the metadata is complete.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from sqlmodel import SQLModel

from app.models.notice import Notice

metadata = SQLModel.metadata

__all__ = [
    "Notice",
    "metadata",
]
