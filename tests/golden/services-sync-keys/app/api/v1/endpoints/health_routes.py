"""Endpoints of health.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from fastapi import APIRouter

from app.schemas.health_schemas import HealthResponse

router = APIRouter(tags=["health"])


@router.get(
    "/health",
    response_model=HealthResponse,
    status_code=200,
    summary="Health",
)
def health() -> HealthResponse:
    """Health."""
    return HealthResponse(status="ok")
