"""Endpoints of steps.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path

from app.api.responses import NOT_FOUND, UNAUTHORIZED, UNPROCESSABLE_ENTITY
from app.dependencies import CurrentUserId, SessionDep
from app.repositories.step import StepRepository
from app.schemas.step import StepCreate, StepResponse

router = APIRouter(
    prefix="/api/projects/{project_id}/tasks/{task_id}/steps", tags=["steps"]
)


@router.get(
    "",
    response_model=list[StepResponse],
    status_code=200,
    summary="List step",
    responses={
        401: UNAUTHORIZED,
        404: NOT_FOUND,
        422: UNPROCESSABLE_ENTITY,
    },
)
async def list_steps(
    current_user_id: CurrentUserId,
    session: SessionDep,
    project_id: Annotated[UUID, Path()],
    task_id: Annotated[UUID, Path()],
) -> list[StepResponse]:
    """List step."""
    steps = await StepRepository(session).find(current_user_id, project_id, task_id)
    return [StepResponse.model_validate(step) for step in steps]


@router.post(
    "",
    response_model=StepResponse,
    status_code=201,
    summary="Create step",
    responses={
        401: UNAUTHORIZED,
        404: NOT_FOUND,
        422: UNPROCESSABLE_ENTITY,
    },
)
async def create_step(
    current_user_id: CurrentUserId,
    session: SessionDep,
    project_id: Annotated[UUID, Path()],
    task_id: Annotated[UUID, Path()],
    body: StepCreate,
) -> StepResponse:
    """Create step."""
    step = await StepRepository(session).create(
        current_user_id, project_id, task_id, body
    )
    return StepResponse.model_validate(step)


@router.delete(
    "/{step_id}",
    response_model=None,
    status_code=204,
    summary="Delete step",
    responses={
        401: UNAUTHORIZED,
        404: NOT_FOUND,
        422: UNPROCESSABLE_ENTITY,
    },
)
async def delete_step(
    current_user_id: CurrentUserId,
    session: SessionDep,
    project_id: Annotated[UUID, Path()],
    task_id: Annotated[UUID, Path()],
    step_id: Annotated[int, Path(ge=1, le=2147483647)],
) -> None:
    """Delete step."""
    await StepRepository(session).delete(current_user_id, project_id, task_id, step_id)
