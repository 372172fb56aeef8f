"""Requests and answers of health.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
- specs/features/task-crud.md
- specs/001-task-crud/spec.md
"""

from app.schemas.base import ResponseModel


class HealthResponse(ResponseModel):
    """What GET /health answers."""

    status: str
