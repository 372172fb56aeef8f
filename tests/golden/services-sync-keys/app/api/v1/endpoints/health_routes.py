"""Endpoints of health.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from fastapi import APIRouter

from app.api.v1.deps.database import DatabaseDep
from app.schemas.health_schemas import HealthResponse

router = APIRouter(tags=["health"])


@router.get(
    "/health",
    response_model=HealthResponse,
    status_code=200,
    summary="Health",
)
def health(
    database: DatabaseDep,
) -> HealthResponse:
    """Health."""
    with database.sessions() as session:
        # Without a connection this answers 503.
        session.connection()
        return HealthResponse(status="ok")
