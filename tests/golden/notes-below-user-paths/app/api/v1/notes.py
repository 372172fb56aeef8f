"""Endpoints of notes.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query

from app.api.responses import BAD_REQUEST, FORBIDDEN, NOT_FOUND, UNAUTHORIZED
from app.dependencies import OwnUserId, SessionDep
from app.models.note import NoteStatus
from app.repositories.note import NoteRepository
from app.schemas.base import StoredStr
from app.schemas.note import (
    CreateNoteResponse,
    DeleteNoteResponse,
    NoteCreate,
    NoteListResponse,
    NoteListResponseData,
    NoteReplace,
    NoteResponse,
    PinNoteRequest,
)

router = APIRouter(prefix="/api/{user_id}/notes", tags=["notes"])


@router.get(
    "",
    response_model=NoteListResponse,
    status_code=200,
    summary="List note",
    responses={
        400: BAD_REQUEST,
        401: UNAUTHORIZED,
        403: FORBIDDEN,
    },
)
async def list_notes(
    current_user_id: OwnUserId,
    session: SessionDep,
    status: Annotated[NoteStatus | None, Query()] = None,
    pinned: Annotated[bool | None, Query()] = None,
    q: Annotated[StoredStr | None, Query(max_length=100)] = None,
    skip: Annotated[int, Query(ge=0, le=2147483647)] = 0,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    sort_by: Annotated[Literal["title", "created_at"] | None, Query()] = None,
) -> NoteListResponse:
    """List note."""
    notes, total = await NoteRepository(session).find(
        current_user_id,
        status=status,
        pinned=pinned,
        q=q,
        sort_by=sort_by,
        limit=limit,
        skip=skip,
    )
    return NoteListResponse(
        success=True,
        data=NoteListResponseData(
            notes=[NoteResponse.model_validate(note) for note in notes], count=total
        ),
    )


@router.post(
    "",
    response_model=CreateNoteResponse,
    status_code=201,
    summary="Create note",
    responses={
        400: BAD_REQUEST,
        401: UNAUTHORIZED,
        403: FORBIDDEN,
    },
)
async def create_note(
    current_user_id: OwnUserId,
    session: SessionDep,
    body: NoteCreate,
) -> CreateNoteResponse:
    """Create note."""
    note = await NoteRepository(session).create(current_user_id, body)
    return CreateNoteResponse(success=True, data=NoteResponse.model_validate(note))


@router.get(
    "/{id}",
    response_model=CreateNoteResponse,
    status_code=200,
    summary="Read note",
    responses={
        400: BAD_REQUEST,
        401: UNAUTHORIZED,
        403: FORBIDDEN,
        404: NOT_FOUND,
    },
)
async def get_note(
    current_user_id: OwnUserId,
    session: SessionDep,
    id: Annotated[int, Path(ge=1, le=2147483647)],
) -> CreateNoteResponse:
    """Read note."""
    note = await NoteRepository(session).get(current_user_id, id)
    return CreateNoteResponse(success=True, data=NoteResponse.model_validate(note))


@router.put(
    "/{id}",
    response_model=CreateNoteResponse,
    status_code=200,
    summary="Replace note",
    responses={
        400: BAD_REQUEST,
        401: UNAUTHORIZED,
        403: FORBIDDEN,
        404: NOT_FOUND,
    },
)
async def replace_note(
    current_user_id: OwnUserId,
    session: SessionDep,
    id: Annotated[int, Path(ge=1, le=2147483647)],
    body: NoteReplace,
) -> CreateNoteResponse:
    """Replace note."""
    note = await NoteRepository(session).replace(current_user_id, id, body)
    return CreateNoteResponse(success=True, data=NoteResponse.model_validate(note))


@router.delete(
    "/{id}",
    response_model=DeleteNoteResponse,
    status_code=200,
    summary="Delete note",
    responses={
        400: BAD_REQUEST,
        401: UNAUTHORIZED,
        403: FORBIDDEN,
        404: NOT_FOUND,
    },
)
async def delete_note(
    current_user_id: OwnUserId,
    session: SessionDep,
    id: Annotated[int, Path(ge=1, le=2147483647)],
) -> DeleteNoteResponse:
    """Delete note."""
    await NoteRepository(session).delete(current_user_id, id)
    return DeleteNoteResponse(success=True, message="Note deleted")


@router.patch(
    "/{id}/pin",
    response_model=CreateNoteResponse,
    status_code=200,
    summary="Toggle note",
    responses={
        400: BAD_REQUEST,
        401: UNAUTHORIZED,
        403: FORBIDDEN,
        404: NOT_FOUND,
    },
)
async def pin_note(
    current_user_id: OwnUserId,
    session: SessionDep,
    id: Annotated[int, Path(ge=1, le=2147483647)],
    body: PinNoteRequest,
) -> CreateNoteResponse:
    """Toggle note."""
    note = await NoteRepository(session).pin(current_user_id, id, body.is_pinned)
    return CreateNoteResponse(success=True, data=NoteResponse.model_validate(note))


@router.patch(
    "/{id}/publish",
    response_model=CreateNoteResponse,
    status_code=200,
    summary="Toggle note",
    responses={
        400: BAD_REQUEST,
        401: UNAUTHORIZED,
        403: FORBIDDEN,
        404: NOT_FOUND,
    },
)
async def publish_note(
    current_user_id: OwnUserId,
    session: SessionDep,
    id: Annotated[int, Path(ge=1, le=2147483647)],
) -> CreateNoteResponse:
    """Toggle note."""
    note = await NoteRepository(session).publish(current_user_id, id)
    return CreateNoteResponse(success=True, data=NoteResponse.model_validate(note))
