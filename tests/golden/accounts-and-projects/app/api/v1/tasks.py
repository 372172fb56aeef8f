"""Endpoints of tasks.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from math import ceil
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query

from app.api.responses import NOT_FOUND, UNAUTHORIZED, UNPROCESSABLE_ENTITY
from app.dependencies import CurrentUserId, SessionDep
from app.repositories.task import TaskRepository
from app.schemas.base import IsoDatetime
from app.schemas.task import (
    TaskCreate,
    TaskListResponse,
    TaskListResponsePagination,
    TaskReplace,
    TaskResponse,
)

router = APIRouter(prefix="/api/projects/{project_id}/tasks", tags=["tasks"])


@router.get(
    "",
    response_model=TaskListResponse,
    status_code=200,
    summary="List task",
    responses={
        401: UNAUTHORIZED,
        404: NOT_FOUND,
        422: UNPROCESSABLE_ENTITY,
    },
)
async def list_tasks(
    current_user_id: CurrentUserId,
    session: SessionDep,
    project_id: Annotated[UUID, Path()],
    page: Annotated[int, Query(ge=1, le=10000)] = 1,
    per_page: Annotated[int, Query(ge=1, le=100)] = 20,
    done: Annotated[bool | None, Query()] = None,
    due_before: Annotated[IsoDatetime | None, Query()] = None,
    sort: Annotated[Literal["-due", "title"] | None, Query()] = None,
) -> TaskListResponse:
    """List task."""
    tasks, total = await TaskRepository(session).find(
        current_user_id,
        project_id,
        done=done,
        due_before=due_before,
        sort=sort,
        page=page,
        per_page=per_page,
    )
    return TaskListResponse(
        items=[TaskResponse.model_validate(task) for task in tasks],
        pagination=TaskListResponsePagination(
            page=page,
            per_page=per_page,
            total=total,
            total_pages=ceil(total / per_page),
            has_next=page * per_page < total,
        ),
    )


@router.post(
    "",
    response_model=TaskResponse,
    status_code=201,
    summary="Create task",
    responses={
        401: UNAUTHORIZED,
        404: NOT_FOUND,
        422: UNPROCESSABLE_ENTITY,
    },
)
async def create_task(
    current_user_id: CurrentUserId,
    session: SessionDep,
    project_id: Annotated[UUID, Path()],
    body: TaskCreate,
) -> TaskResponse:
    """Create task."""
    task = await TaskRepository(session).create(current_user_id, project_id, body)
    return TaskResponse.model_validate(task)


@router.get(
    "/{task_id}",
    response_model=TaskResponse,
    status_code=200,
    summary="Read task",
    responses={
        401: UNAUTHORIZED,
        404: NOT_FOUND,
        422: UNPROCESSABLE_ENTITY,
    },
)
async def get_task(
    current_user_id: CurrentUserId,
    session: SessionDep,
    project_id: Annotated[UUID, Path()],
    task_id: Annotated[UUID, Path()],
) -> TaskResponse:
    """Read task."""
    task = await TaskRepository(session).get(current_user_id, project_id, task_id)
    return TaskResponse.model_validate(task)


@router.put(
    "/{task_id}",
    response_model=TaskResponse,
    status_code=200,
    summary="Replace task",
    responses={
        401: UNAUTHORIZED,
        404: NOT_FOUND,
        422: UNPROCESSABLE_ENTITY,
    },
)
async def replace_task(
    current_user_id: CurrentUserId,
    session: SessionDep,
    project_id: Annotated[UUID, Path()],
    task_id: Annotated[UUID, Path()],
    body: TaskReplace,
) -> TaskResponse:
    """Replace task."""
    task = await TaskRepository(session).replace(
        current_user_id, project_id, task_id, body
    )
    return TaskResponse.model_validate(task)


@router.post(
    "/{task_id}/toggle",
    response_model=TaskResponse,
    status_code=200,
    summary="Toggle task",
    responses={
        401: UNAUTHORIZED,
        404: NOT_FOUND,
        422: UNPROCESSABLE_ENTITY,
    },
)
async def toggle_task(
    current_user_id: CurrentUserId,
    session: SessionDep,
    project_id: Annotated[UUID, Path()],
    task_id: Annotated[UUID, Path()],
) -> TaskResponse:
    """Toggle task."""
    task = await TaskRepository(session).toggle(current_user_id, project_id, task_id)
    return TaskResponse.model_validate(task)
