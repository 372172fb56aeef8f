"""Endpoints of tasks.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
- specs/features/task-crud.md
- specs/001-task-crud/spec.md
"""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query

from app.api.responses import NOT_FOUND, UNAUTHORIZED, UNPROCESSABLE_ENTITY
from app.dependencies import CurrentUserId, SessionDep
from app.models.task import TaskPriority
from app.repositories.task import TaskRepository
from app.schemas.base import IsoDate, StoredStr
from app.schemas.task import (
    CountTasksResponse,
    CountTasksResponseByPriority,
    TaskCreate,
    TaskListResponse,
    TaskReplace,
    TaskResponse,
    TaskUpdate,
)

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
async def list_tasks(
    current_user_id: CurrentUserId,
    session: SessionDep,
    page: Annotated[int, Query(ge=1, le=10000, description="Page number")] = 1,
    limit: Annotated[int, Query(ge=1, le=100, description="Tasks on a page")] = 20,
    status: Annotated[
        Literal["all", "pending", "completed"],
        Query(description="Filter by completion"),
    ] = "all",
    priority: Annotated[
        TaskPriority | None, Query(description="Filter by priority")
    ] = None,
    tag: Annotated[
        StoredStr | None,
        Query(
            min_length=1, max_length=30, description="Tasks that bear exactly this tag"
        ),
    ] = None,
    due_before: Annotated[
        IsoDate | None, Query(description="Tasks with a due_date earlier than this day")
    ] = None,
    search: Annotated[
        StoredStr | None,
        Query(
            min_length=1,
            max_length=100,
            description="Text within title or description, upper and lower case alike",
        ),
    ] = None,
    sort: Annotated[
        Literal["created_at", "updated_at", "due_date", "priority", "title"],
        Query(description="Field to sort by"),
    ] = "created_at",
    order: Annotated[Literal["asc", "desc"], Query(description="Direction")] = "desc",
) -> TaskListResponse:
    """List tasks."""
    tasks, total = await TaskRepository(session).find(
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
async def create_task(
    current_user_id: CurrentUserId,
    session: SessionDep,
    body: TaskCreate,
) -> TaskResponse:
    """Create a task."""
    task = await TaskRepository(session).create(current_user_id, body)
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
async def count_tasks(
    current_user_id: CurrentUserId,
    session: SessionDep,
) -> CountTasksResponse:
    """Count tasks."""
    counts = await TaskRepository(session).count(current_user_id)
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
async def get_task(
    current_user_id: CurrentUserId,
    session: SessionDep,
    task_id: Annotated[int, Path(ge=1, le=2147483647)],
) -> TaskResponse:
    """Read a task."""
    task = await TaskRepository(session).get(current_user_id, task_id)
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
async def replace_task(
    current_user_id: CurrentUserId,
    session: SessionDep,
    task_id: Annotated[int, Path(ge=1, le=2147483647)],
    body: TaskReplace,
) -> TaskResponse:
    """Replace a task."""
    task = await TaskRepository(session).replace(current_user_id, task_id, body)
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
async def update_task(
    current_user_id: CurrentUserId,
    session: SessionDep,
    task_id: Annotated[int, Path(ge=1, le=2147483647)],
    body: TaskUpdate,
) -> TaskResponse:
    """Change parts of a task."""
    task = await TaskRepository(session).update(current_user_id, task_id, body)
    return TaskResponse.model_validate(task)


@router.delete(
    "/{task_id}",
    response_model=None,
    status_code=204,
    summary="Delete a task",
    responses={
        401: UNAUTHORIZED,
        404: NOT_FOUND,
        422: UNPROCESSABLE_ENTITY,
    },
)
async def delete_task(
    current_user_id: CurrentUserId,
    session: SessionDep,
    task_id: Annotated[int, Path(ge=1, le=2147483647)],
) -> None:
    """Delete a task."""
    await TaskRepository(session).delete(current_user_id, task_id)


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
async def complete_task(
    current_user_id: CurrentUserId,
    session: SessionDep,
    task_id: Annotated[int, Path(ge=1, le=2147483647)],
) -> TaskResponse:
    """Toggle completion."""
    task = await TaskRepository(session).complete(current_user_id, task_id)
    return TaskResponse.model_validate(task)
