"""Endpoints of projects.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path

from app.api.responses import NOT_FOUND, UNAUTHORIZED, UNPROCESSABLE_ENTITY
from app.dependencies import CurrentUserId, SessionDep
from app.repositories.project import ProjectRepository
from app.schemas.project import ProjectCreate, ProjectResponse, ProjectUpdate

router = APIRouter(prefix="/api/projects", tags=["projects"])


@router.get(
    "",
    response_model=list[ProjectResponse],
    status_code=200,
    summary="List project",
    responses={
        401: UNAUTHORIZED,
    },
)
async def list_projects(
    current_user_id: CurrentUserId,
    session: SessionDep,
) -> list[ProjectResponse]:
    """List project."""
    projects = await ProjectRepository(session).find(current_user_id)
    return [ProjectResponse.model_validate(project) for project in projects]


@router.post(
    "",
    response_model=ProjectResponse,
    status_code=201,
    summary="Create project",
    responses={
        401: UNAUTHORIZED,
        422: UNPROCESSABLE_ENTITY,
    },
)
async def create_project(
    current_user_id: CurrentUserId,
    session: SessionDep,
    body: ProjectCreate,
) -> ProjectResponse:
    """Create project."""
    project = await ProjectRepository(session).create(current_user_id, body)
    return ProjectResponse.model_validate(project)


@router.get(
    "/{project_id}",
    response_model=ProjectResponse,
    status_code=200,
    summary="Read project",
    responses={
        401: UNAUTHORIZED,
        404: NOT_FOUND,
        422: UNPROCESSABLE_ENTITY,
    },
)
async def get_project(
    current_user_id: CurrentUserId,
    session: SessionDep,
    project_id: Annotated[UUID, Path()],
) -> ProjectResponse:
    """Read project."""
    project = await ProjectRepository(session).get(current_user_id, project_id)
    return ProjectResponse.model_validate(project)


@router.patch(
    "/{project_id}",
    response_model=ProjectResponse,
    status_code=200,
    summary="Update project",
    responses={
        401: UNAUTHORIZED,
        404: NOT_FOUND,
        422: UNPROCESSABLE_ENTITY,
    },
)
async def update_project(
    current_user_id: CurrentUserId,
    session: SessionDep,
    project_id: Annotated[UUID, Path()],
    body: ProjectUpdate,
) -> ProjectResponse:
    """Update project."""
    project = await ProjectRepository(session).update(current_user_id, project_id, body)
    return ProjectResponse.model_validate(project)


@router.delete(
    "/{project_id}",
    response_model=None,
    status_code=204,
    summary="Delete project",
    responses={
        401: UNAUTHORIZED,
        404: NOT_FOUND,
        422: UNPROCESSABLE_ENTITY,
    },
)
async def delete_project(
    current_user_id: CurrentUserId,
    session: SessionDep,
    project_id: Annotated[UUID, Path()],
) -> None:
    """Delete project."""
    await ProjectRepository(session).delete(current_user_id, project_id)
