"""Requests and answers of user.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from datetime import datetime
from uuid import UUID

from app.schemas.base import ResponseModel


class UserResponse(ResponseModel):
    """A user in an answer."""

    id: UUID
    email: str
    name: str | None
    created_at: datetime
