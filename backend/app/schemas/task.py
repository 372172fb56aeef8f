"""Requests and answers of task.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
- specs/features/task-crud.md
- specs/001-task-crud/spec.md
"""

from datetime import date, datetime
from typing import Annotated

from pydantic import MISSING, Field, StrictBool

from app.models.task import TaskPriority
from app.schemas.base import (
    IsoDate,
    RequestModel,
    ResponseModel,
    StoredStr,
    StrippedStr,
)


class TaskResponse(ResponseModel):
    """A task in an answer."""

    id: int
    user_id: str
    title: str
    description: str | None
    priority: TaskPriority
    due_date: date | None
    tags: list[str]
    completed: bool
    created_at: datetime
    updated_at: datetime


class TaskListResponse(ResponseModel):
    """What GET /api/tasks answers."""

    items: list[TaskResponse]
    total: int
    page: int
    limit: int


class TaskCreate(RequestModel):
    """The body of POST /api/tasks."""

    title: StrippedStr = Field(min_length=1, max_length=200)
    description: StoredStr | None = Field(default=None, max_length=2000)
    priority: TaskPriority = TaskPriority.MEDIUM
    due_date: IsoDate | None = None
    tags: list[Annotated[StoredStr, Field(min_length=1, max_length=30)]] = Field(
        default_factory=list, max_length=10
    )


class CountTasksResponseByPriority(ResponseModel):
    """Part of a larger body."""

    low: int
    medium: int
    high: int


class CountTasksResponse(ResponseModel):
    """What GET /api/tasks/statistics answers."""

    total: int
    completed: int
    pending: int
    overdue: int
    by_priority: CountTasksResponseByPriority


class TaskReplace(RequestModel):
    """The body of PUT /api/tasks/{task_id}."""

    title: StrippedStr = Field(min_length=1, max_length=200)
    description: StoredStr | None = Field(max_length=2000)
    priority: TaskPriority
    due_date: IsoDate | None
    tags: list[Annotated[StoredStr, Field(min_length=1, max_length=30)]] = Field(
        max_length=10
    )
    completed: StrictBool


class TaskUpdate(RequestModel):
    """The body of PATCH /api/tasks/{task_id}."""

    title: StrippedStr | MISSING = Field(default=MISSING, min_length=1, max_length=200)
    description: StoredStr | None | MISSING = Field(default=MISSING, max_length=2000)
    priority: TaskPriority | MISSING = MISSING
    due_date: IsoDate | None | MISSING = MISSING
    tags: list[Annotated[StoredStr, Field(min_length=1, max_length=30)]] | MISSING = (
        Field(default=MISSING, max_length=10)
    )
    completed: StrictBool | MISSING = MISSING
