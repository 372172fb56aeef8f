"""Requests and answers of category.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from app.schemas.base import ResponseModel


class CategoryResponse(ResponseModel):
    """A category in an answer."""

    id: int
    name: str
