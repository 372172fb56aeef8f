"""Error answers for the API document.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from typing import Any

from app.schemas.error import ErrorResponse

UNAUTHORIZED: dict[str, Any] = {
    "model": ErrorResponse,
    "description": "The token is missing or invalid",
}
NOT_FOUND: dict[str, Any] = {
    "model": ErrorResponse,
    "description": "There is no such row for this user",
}
CONFLICT: dict[str, Any] = {
    "model": ErrorResponse,
    "description": "The request contradicts what is stored",
}
UNPROCESSABLE_ENTITY: dict[str, Any] = {
    "model": ErrorResponse,
    "description": "A parameter or the body is invalid",
}
TOO_MANY_REQUESTS: dict[str, Any] = {
    "model": ErrorResponse,
    "description": "Too many requests",
}
