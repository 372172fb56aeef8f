"""Requests and answers of step.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from uuid import UUID

from pydantic import Field, StrictInt

from app.schemas.base import RequestModel, ResponseModel, StrippedStr


class StepResponse(ResponseModel):
    """A step in an answer."""

    id: int
    task_id: UUID
    text: str
    position: int


class StepCreate(RequestModel):
    """The body of POST /api/projects/{project_id}/tasks/{task_id}/steps."""

    text: StrippedStr = Field(min_length=1)
    position: StrictInt = Field(default=0, ge=-2147483648, le=2147483647)
