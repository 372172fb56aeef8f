"""Requests and answers of notice.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from datetime import datetime

from pydantic import Field

from app.schemas.base import RequestModel, ResponseModel, StrippedStr


class NoticeResponse(ResponseModel):
    """A notice in an answer."""

    id: int
    title: str
    created_at: datetime


class NoticeCreate(RequestModel):
    """The body of POST /api/notices."""

    title: StrippedStr = Field(min_length=1, max_length=100)


class CreateNoticeResponse(ResponseModel):
    """What POST /api/notices answers."""

    id: int
    title: str
    created_at: datetime
    message: str


class NoticeReplace(RequestModel):
    """The body of PUT /api/notices/{notice_id}."""

    title: StrippedStr = Field(min_length=1, max_length=100)
