"""Requests and answers of note.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from datetime import datetime

from pydantic import MISSING, Field, StrictBool

from app.models.note import NoteStatus
from app.schemas.base import RequestModel, ResponseModel, StoredStr, StrippedStr


class NoteResponse(ResponseModel):
    """A note in an answer."""

    id: int
    title: str
    body: str | None
    is_pinned: bool = Field(serialization_alias="isPinned")
    status: NoteStatus
    created_at: datetime = Field(serialization_alias="createdAt")


class NoteListResponseData(ResponseModel):
    """Part of a larger body."""

    notes: list[NoteResponse]
    count: int


class NoteListResponse(ResponseModel):
    """What GET /api/{user_id}/notes answers."""

    success: bool
    data: NoteListResponseData


class NoteCreate(RequestModel):
    """The body of POST /api/{user_id}/notes."""

    title: StrippedStr = Field(min_length=1, max_length=120)
    body: StoredStr | None = None
    is_pinned: StrictBool = Field(default=False, alias="isPinned")


class CreateNoteResponse(ResponseModel):
    """What POST /api/{user_id}/notes answers."""

    success: bool
    data: NoteResponse


class NoteReplace(RequestModel):
    """The body of PUT /api/{user_id}/notes/{id}."""

    title: StrippedStr | MISSING = Field(default=MISSING, min_length=1, max_length=120)
    body: StoredStr | None | MISSING = MISSING
    status: NoteStatus | MISSING = MISSING


class DeleteNoteResponse(ResponseModel):
    """What DELETE /api/{user_id}/notes/{id} answers."""

    success: bool
    message: str


class PinNoteRequest(RequestModel):
    """The body of PATCH /api/{user_id}/notes/{id}/pin."""

    is_pinned: StrictBool = Field(alias="isPinned")
