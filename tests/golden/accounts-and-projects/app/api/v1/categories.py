"""Endpoints of categories.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from fastapi import APIRouter

from app.api.responses import UNAUTHORIZED
from app.dependencies import CurrentUserId, SessionDep
from app.repositories.category import CategoryRepository
from app.schemas.category import CategoryResponse

router = APIRouter(prefix="/api/categories", tags=["categories"])


@router.get(
    "",
    response_model=list[CategoryResponse],
    status_code=200,
    summary="List category",
    responses={
        401: UNAUTHORIZED,
    },
)
async def list_categories(
    _current_user_id: CurrentUserId,
    session: SessionDep,
) -> list[CategoryResponse]:
    """List category."""
    categories = await CategoryRepository(session).find()
    return [CategoryResponse.model_validate(category) for category in categories]
