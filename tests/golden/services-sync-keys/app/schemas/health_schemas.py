"""Requests and answers of health.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from app.schemas.base_schemas import ResponseModel


class HealthResponse(ResponseModel):
    """What GET /health answers."""

    status: str
