"""Endpoints of comments.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from app.api.v1.deps.auth import CurrentUserId
from app.api.v1.deps.database import DatabaseDep
from app.api.v1.responses import NOT_FOUND, UNAUTHORIZED, UNPROCESSABLE_ENTITY
from app.schemas.comment_schemas import (
    CommentCreate,
    CommentListResponse,
    CommentReplace,
    CommentResponse,
)
from app.services.comment_service import CommentService

router = APIRouter(prefix="/api/tasks/{task_id}/comments", tags=["comments"])


@router.get(
    "",
    response_model=CommentListResponse,
    status_code=200,
    summary="List comments",
    responses={
        401: UNAUTHORIZED,
        404: NOT_FOUND,
        422: UNPROCESSABLE_ENTITY,
    },
)
def list_comments(
    current_user_id: CurrentUserId,
    database: DatabaseDep,
    task_id: Annotated[int, Path(ge=1, le=2147483647)],
    page: Annotated[int, Query(ge=1, le=10000, description="Page number")] = 1,
    limit: Annotated[int, Query(ge=1, le=100, description="Rows on a page")] = 20,
) -> CommentListResponse:
    """List comments."""
    with database.sessions() as session:
        comments, total = CommentService(session).find(
            current_user_id, task_id, page=page, limit=limit
        )
        return CommentListResponse(
            items=[CommentResponse.model_validate(comment) for comment in comments],
            total=total,
            page=page,
            limit=limit,
        )


@router.post(
    "",
    response_model=CommentResponse,
    status_code=201,
    summary="Add a comment",
    responses={
        401: UNAUTHORIZED,
        404: NOT_FOUND,
        422: UNPROCESSABLE_ENTITY,
    },
)
def create_comment(
    current_user_id: CurrentUserId,
    database: DatabaseDep,
    task_id: Annotated[int, Path(ge=1, le=2147483647)],
    body: CommentCreate,
) -> CommentResponse:
    """Add a comment."""
    with database.sessions() as session:
        comment = CommentService(session).create(current_user_id, task_id, body)
        return CommentResponse.model_validate(comment)


@router.put(
    "/{comment_id}",
    response_model=CommentResponse,
    status_code=200,
    summary="Replace a comment",
    responses={
        401: UNAUTHORIZED,
        404: NOT_FOUND,
        422: UNPROCESSABLE_ENTITY,
    },
)
def replace_comment(
    current_user_id: CurrentUserId,
    database: DatabaseDep,
    task_id: Annotated[int, Path(ge=1, le=2147483647)],
    comment_id: Annotated[int, Path(ge=1, le=2147483647)],
    body: CommentReplace,
) -> CommentResponse:
    """Replace a comment."""
    with database.sessions() as session:
        comment = CommentService(session).replace(
            current_user_id, task_id, comment_id, body
        )
        return CommentResponse.model_validate(comment)


@router.delete(
    "/{comment_id}",
    response_model=None,
    status_code=204,
    summary="Delete a comment",
    responses={
        401: UNAUTHORIZED,
        404: NOT_FOUND,
        422: UNPROCESSABLE_ENTITY,
    },
)
def delete_comment(
    current_user_id: CurrentUserId,
    database: DatabaseDep,
    task_id: Annotated[int, Path(ge=1, le=2147483647)],
    comment_id: Annotated[int, Path(ge=1, le=2147483647)],
) -> None:
    """Delete a comment."""
    with database.sessions() as session:
        CommentService(session).delete(current_user_id, task_id, comment_id)
