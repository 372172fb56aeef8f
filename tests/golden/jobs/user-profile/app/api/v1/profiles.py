"""Endpoints of profiles.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
- specs/features/user-profile.md
"""

from fastapi import APIRouter

from app.api.responses import NOT_FOUND, UNAUTHORIZED, UNPROCESSABLE_ENTITY
from app.dependencies import CurrentUserId, SessionDep
from app.repositories.profile import ProfileRepository
from app.schemas.profile import ProfileReplace, ProfileResponse, ProfileUpdate

router = APIRouter(prefix="/api/profile", tags=["profiles"])


@router.get(
    "",
    response_model=ProfileResponse,
    status_code=200,
    summary="Reads the user's profile.",
    responses={
        401: UNAUTHORIZED,
        404: NOT_FOUND,
    },
)
async def get_profile(
    current_user_id: CurrentUserId,
    session: SessionDep,
) -> ProfileResponse:
    """Reads the user's profile."""
    profile = await ProfileRepository(session).get_own(current_user_id)
    return ProfileResponse.model_validate(profile)


@router.put(
    "",
    response_model=ProfileResponse,
    status_code=200,
    summary="Creates the user's profile, or replaces it.",
    responses={
        401: UNAUTHORIZED,
        422: UNPROCESSABLE_ENTITY,
    },
)
async def replace_profile(
    current_user_id: CurrentUserId,
    session: SessionDep,
    body: ProfileReplace,
) -> ProfileResponse:
    """Creates the user's profile, or replaces it."""
    profile = await ProfileRepository(session).replace(current_user_id, body)
    return ProfileResponse.model_validate(profile)


@router.patch(
    "",
    response_model=ProfileResponse,
    status_code=200,
    summary="Changes parts of the profile.",
    responses={
        401: UNAUTHORIZED,
        404: NOT_FOUND,
        422: UNPROCESSABLE_ENTITY,
    },
)
async def update_profile(
    current_user_id: CurrentUserId,
    session: SessionDep,
    body: ProfileUpdate,
) -> ProfileResponse:
    """Changes parts of the profile."""
    profile = await ProfileRepository(session).update(current_user_id, body)
    return ProfileResponse.model_validate(profile)


@router.delete(
    "",
    response_model=None,
    status_code=204,
    summary="Deletes the profile.",
    responses={
        401: UNAUTHORIZED,
        404: NOT_FOUND,
    },
)
async def delete_profile(
    current_user_id: CurrentUserId,
    session: SessionDep,
) -> None:
    """Deletes the profile."""
    await ProfileRepository(session).delete(current_user_id)
