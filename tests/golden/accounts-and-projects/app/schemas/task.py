"""Requests and answers of task.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from datetime import datetime
from uuid import UUID

from pydantic import MISSING, Field, StrictBool, StrictFloat, StrictInt

from app.schemas.base import IsoDatetime, RequestModel, ResponseModel, StrippedStr


class TaskResponse(ResponseModel):
    """A task in an answer."""

    id: UUID
    project_id: UUID
    category_id: int | None
    title: str
    done: bool
    done_at: datetime | None
    due: datetime | None
    estimate: float | None


class TaskListResponsePagination(ResponseModel):
    """Part of a larger body."""

    page: int
    per_page: int = Field(serialization_alias="perPage")
    total: int
    total_pages: int = Field(serialization_alias="totalPages")
    has_next: bool = Field(serialization_alias="hasNext")


class TaskListResponse(ResponseModel):
    """What GET /api/projects/{project_id}/tasks answers."""

    items: list[TaskResponse]
    pagination: TaskListResponsePagination


class TaskCreate(RequestModel):
    """The body of POST /api/projects/{project_id}/tasks."""

    category_id: StrictInt | None = Field(default=None, ge=-2147483648, le=2147483647)
    title: StrippedStr = Field(min_length=1, max_length=100)
    done: StrictBool = False
    due: IsoDatetime | None = None
    estimate: StrictFloat | None = Field(default=None, ge=0)


class TaskReplace(RequestModel):
    """The body of PUT /api/projects/{project_id}/tasks/{task_id}."""

    category_id: StrictInt | None | MISSING = Field(
        default=MISSING, ge=-2147483648, le=2147483647
    )
    title: StrippedStr = Field(min_length=1, max_length=100)
    done: StrictBool | MISSING = MISSING
    due: IsoDatetime | None | MISSING = MISSING
    estimate: StrictFloat | None | MISSING = Field(default=MISSING, ge=0)
