"""Requests and answers of auth.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from pydantic import Field

from app.schemas.base import RequestModel, ResponseModel, StoredStr, StrippedStr
from app.schemas.user import UserResponse


class LoginRequest(RequestModel):
    """The body of POST /api/auth/login."""

    email: StrippedStr = Field(min_length=1, max_length=255)
    password: str = Field(min_length=1)


class LoginResponse(ResponseModel):
    """What POST /api/auth/login answers."""

    access_token: str
    token_type: str
    refresh_token: str


class LogoutResponse(ResponseModel):
    """What POST /api/auth/logout answers."""

    message: str


class RefreshRequest(RequestModel):
    """The body of POST /api/auth/refresh."""

    refresh_token: StrippedStr = Field(min_length=1)


class RegisterRequest(RequestModel):
    """The body of POST /api/auth/register."""

    email: StrippedStr = Field(min_length=1, max_length=255)
    password: str = Field(min_length=8)
    name: StoredStr | None = Field(default=None, max_length=100)


class RegisterResponse(ResponseModel):
    """What POST /api/auth/register answers."""

    user: UserResponse
    access_token: str
    token_type: str
