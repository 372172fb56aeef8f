"""Endpoints of tasks.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query

from app.api.v1.deps.auth import CurrentUserId
from app.api.v1.deps.database import DatabaseDep
from app.api.v1.responses import NOT_FOUND, UNAUTHORIZED, UNPROCESSABLE_ENTITY
from app.models.task_models import TaskPriority
from app.schemas.base_schemas import IsoDate, StoredStr
from app.schemas.task_schemas import (
    CountTasksResponse,
    CountTasksResponseByPriority,
    TaskCreate,
    TaskListResponse,
    TaskReplace,
    TaskResponse,
    TaskUpdate,
)
from app.services.task_service import TaskService

router = APIRouter(prefix="/api/tasks", tags=["tasks"])


@router.get(
    "",
    response_model=TaskListResponse,
    status_code=200,
    summary="List tasks",
    responses={
        401: UNAUTHORIZED,
        422: UNPROCESSABLE_ENTITY,
    },
)
def list_tasks(
    current_user_id: CurrentUserId,
    database: DatabaseDep,
    page: Annotated[int, Query(ge=1, le=10000, description="Page number")] = 1,
    limit: Annotated[int, Query(ge=1, le=100, description="Rows on a page")] = 20,
    status: Annotated[
        Literal["all", "pending", "completed"],
        Query(description="Filter by completion"),
    ] = "all",
    priority: Annotated[TaskPriority | None, Query()] = None,
    tag: Annotated[StoredStr | None, Query(min_length=1, max_length=30)] = None,
    due_before: Annotated[IsoDate | None, Query()] = None,
    search: Annotated[StoredStr | None, Query(min_length=1, max_length=100)] = None,
    sort: Annotated[
        Literal["created_at", "updated_at", "due_date", "priority", "title"], Query()
    ] = "created_at",
    order: Annotated[Literal["asc", "desc"], Query()] = "desc",
) -> TaskListResponse:
    """List tasks."""
    with database.sessions() as session:
        tasks, total = TaskService(session).find(
            current_user_id,
            status=status,
            priority=priority,
            tag=tag,
            due_before=due_before,
            search=search,
            sort=sort,
            order=order,
            page=page,
            limit=limit,
        )
        return TaskListResponse(
            items=[TaskResponse.model_validate(task) for task in tasks],
            total=total,
            page=page,
            limit=limit,
        )


@router.post(
    "",
    response_model=TaskResponse,
    status_code=201,
    summary="Create a task",
    responses={
        401: UNAUTHORIZED,
        422: UNPROCESSABLE_ENTITY,
    },
)
def create_task(
    current_user_id: CurrentUserId,
    database: DatabaseDep,
    body: TaskCreate,
) -> TaskResponse:
    """Create a task."""
    with database.sessions() as session:
        task = TaskService(session).create(current_user_id, body)
        return TaskResponse.model_validate(task)


@router.get(
    "/statistics",
    response_model=CountTasksResponse,
    status_code=200,
    summary="Count tasks",
    responses={
        401: UNAUTHORIZED,
    },
)
def count_tasks(
    current_user_id: CurrentUserId,
    database: DatabaseDep,
) -> CountTasksResponse:
    """Count tasks."""
    with database.sessions() as session:
        counts = TaskService(session).count(current_user_id)
        return CountTasksResponse(
            total=counts["total"],
            completed=counts["completed"],
            pending=counts["pending"],
            overdue=counts["overdue"],
            by_priority=CountTasksResponseByPriority(
                low=counts["by_priority_low"],
                medium=counts["by_priority_medium"],
                high=counts["by_priority_high"],
            ),
        )


@router.get(
    "/{task_id}",
    response_model=TaskResponse,
    status_code=200,
    summary="Read a task",
    responses={
        401: UNAUTHORIZED,
        404: NOT_FOUND,
        422: UNPROCESSABLE_ENTITY,
    },
)
def get_task(
    current_user_id: CurrentUserId,
    database: DatabaseDep,
    task_id: Annotated[int, Path(ge=1, le=2147483647)],
) -> TaskResponse:
    """Read a task."""
    with database.sessions() as session:
        task = TaskService(session).get(current_user_id, task_id)
        return TaskResponse.model_validate(task)


@router.put(
    "/{task_id}",
    response_model=TaskResponse,
    status_code=200,
    summary="Replace a task",
    responses={
        401: UNAUTHORIZED,
        404: NOT_FOUND,
        422: UNPROCESSABLE_ENTITY,
    },
)
def replace_task(
    current_user_id: CurrentUserId,
    database: DatabaseDep,
    task_id: Annotated[int, Path(ge=1, le=2147483647)],
    body: TaskReplace,
) -> TaskResponse:
    """Replace a task."""
    with database.sessions() as session:
        task = TaskService(session).replace(current_user_id, task_id, body)
        return TaskResponse.model_validate(task)


@router.patch(
    "/{task_id}",
    response_model=TaskResponse,
    status_code=200,
    summary="Change parts of a task",
    responses={
        401: UNAUTHORIZED,
        404: NOT_FOUND,
        422: UNPROCESSABLE_ENTITY,
    },
)
def update_task(
    current_user_id: CurrentUserId,
    database: DatabaseDep,
    task_id: Annotated[int, Path(ge=1, le=2147483647)],
    body: TaskUpdate,
) -> TaskResponse:
    """Change parts of a task."""
    with database.sessions() as session:
        task = TaskService(session).update(current_user_id, task_id, body)
        return TaskResponse.model_validate(task)


@router.delete(
    "/{task_id}",
    response_model=None,
    status_code=204,
    summary="Delete task",
    responses={
        401: UNAUTHORIZED,
        404: NOT_FOUND,
        422: UNPROCESSABLE_ENTITY,
    },
)
def delete_task(
    current_user_id: CurrentUserId,
    database: DatabaseDep,
    task_id: Annotated[int, Path(ge=1, le=2147483647)],
) -> None:
    """Delete task."""
    with database.sessions() as session:
        TaskService(session).delete(current_user_id, task_id)


@router.patch(
    "/{task_id}/complete",
    response_model=TaskResponse,
    status_code=200,
    summary="Toggle completion",
    responses={
        401: UNAUTHORIZED,
        404: NOT_FOUND,
        422: UNPROCESSABLE_ENTITY,
    },
)
def complete_task(
    current_user_id: CurrentUserId,
    database: DatabaseDep,
    task_id: Annotated[int, Path(ge=1, le=2147483647)],
) -> TaskResponse:
    """Toggle completion."""
    with database.sessions() as session:
        task = TaskService(session).complete(current_user_id, task_id)
        return TaskResponse.model_validate(task)
