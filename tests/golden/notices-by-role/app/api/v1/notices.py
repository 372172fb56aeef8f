"""Endpoints of notices.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from typing import Annotated, cast

from fastapi import APIRouter, Depends, Path

from app.api.responses import FORBIDDEN, NOT_FOUND, UNAUTHORIZED, UNPROCESSABLE_ENTITY
from app.dependencies import CurrentUserId, SessionDep, require_role
from app.repositories.notice import NoticeRepository
from app.schemas.notice import (
    CreateNoticeResponse,
    NoticeCreate,
    NoticeReplace,
    NoticeResponse,
)

router = APIRouter(prefix="/api/notices", tags=["notices"])


@router.get(
    "",
    response_model=list[NoticeResponse],
    status_code=200,
    summary="List notice",
    responses={
        401: UNAUTHORIZED,
    },
)
async def list_notices(
    _current_user_id: CurrentUserId,
    session: SessionDep,
) -> list[NoticeResponse]:
    """List notice."""
    notices = await NoticeRepository(session).find()
    return [NoticeResponse.model_validate(notice) for notice in notices]


@router.post(
    "",
    response_model=CreateNoticeResponse,
    status_code=201,
    summary="Create notice",
    dependencies=[Depends(require_role("editor", "admin"))],
    responses={
        401: UNAUTHORIZED,
        403: FORBIDDEN,
        422: UNPROCESSABLE_ENTITY,
    },
)
async def create_notice(
    _current_user_id: CurrentUserId,
    session: SessionDep,
    body: NoticeCreate,
) -> CreateNoticeResponse:
    """Create notice."""
    notice = await NoticeRepository(session).create(body)
    return CreateNoticeResponse(
        id=cast(int, notice.id),
        title=notice.title,
        created_at=notice.created_at,
        message="Notice created",
    )


@router.put(
    "/{notice_id}",
    response_model=CreateNoticeResponse,
    status_code=200,
    summary="Replace notice",
    dependencies=[Depends(require_role("editor", "admin"))],
    responses={
        401: UNAUTHORIZED,
        403: FORBIDDEN,
        404: NOT_FOUND,
        422: UNPROCESSABLE_ENTITY,
    },
)
async def replace_notice(
    _current_user_id: CurrentUserId,
    session: SessionDep,
    notice_id: Annotated[int, Path(ge=1, le=2147483647)],
    body: NoticeReplace,
) -> CreateNoticeResponse:
    """Replace notice."""
    notice = await NoticeRepository(session).replace(notice_id, body)
    return CreateNoticeResponse(
        id=cast(int, notice.id),
        title=notice.title,
        created_at=notice.created_at,
        message="Notice updated",
    )


@router.delete(
    "/{notice_id}",
    response_model=None,
    status_code=204,
    summary="Delete notice",
    dependencies=[Depends(require_role("admin"))],
    responses={
        401: UNAUTHORIZED,
        403: FORBIDDEN,
        404: NOT_FOUND,
        422: UNPROCESSABLE_ENTITY,
    },
)
async def delete_notice(
    _current_user_id: CurrentUserId,
    session: SessionDep,
    notice_id: Annotated[int, Path(ge=1, le=2147483647)],
) -> None:
    """Delete notice."""
    await NoticeRepository(session).delete(notice_id)
