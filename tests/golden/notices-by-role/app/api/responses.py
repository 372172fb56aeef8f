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
FORBIDDEN: dict[str, Any] = {
    "model": ErrorResponse,
    "description": "The user may not do this",
}
NOT_FOUND: dict[str, Any] = {
    "model": ErrorResponse,
    "description": "There is no such row for this user",
}
UNPROCESSABLE_ENTITY: dict[str, Any] = {
    "model": ErrorResponse,
    "description": "A parameter or the body is invalid",
}
