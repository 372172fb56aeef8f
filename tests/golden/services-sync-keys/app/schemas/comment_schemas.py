"""Requests and answers of comment.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from datetime import datetime

from pydantic import Field

from app.schemas.base_schemas import RequestModel, ResponseModel, StrippedStr


class CommentResponse(ResponseModel):
    """A comment in an answer."""

    id: int
    task_id: int
    content: str
    created_at: datetime
    updated_at: datetime


class CommentListResponse(ResponseModel):
    """What GET /api/tasks/{task_id}/comments answers."""

    items: list[CommentResponse]
    total: int
    page: int
    limit: int


class CommentCreate(RequestModel):
    """The body of POST /api/tasks/{task_id}/comments."""

    content: StrippedStr = Field(min_length=1, max_length=1000)


class CommentReplace(RequestModel):
    """The body of PUT /api/tasks/{task_id}/comments/{comment_id}."""

    content: StrippedStr = Field(min_length=1, max_length=1000)
