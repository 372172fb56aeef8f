"""Endpoints of health.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
- specs/features/task-crud.md
- specs/001-task-crud/spec.md
"""

from fastapi import APIRouter

from app.dependencies import SessionDep
from app.schemas.health import HealthResponse

router = APIRouter(tags=["health"])


@router.get(
    "/health",
    response_model=HealthResponse,
    status_code=200,
    summary="Health",
)
async def health(
    session: SessionDep,
) -> HealthResponse:
    """Health."""
    # Without a connection this answers 503.
    await session.connection()
    return HealthResponse(status="ok")
