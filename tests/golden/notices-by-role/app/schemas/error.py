"""The body of every error.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from pydantic import BaseModel


class ErrorResponse(BaseModel):
    """The body of every error."""

    detail: str
    error_code: str
