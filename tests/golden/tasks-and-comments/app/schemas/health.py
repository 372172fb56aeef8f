"""Requests and answers of health.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from app.schemas.base import ResponseModel


class HealthResponse(ResponseModel):
    """What GET /health answers."""

    status: str
