"""Endpoints of auth.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from fastapi import APIRouter, Depends, Request

from app.api.responses import (
    CONFLICT,
    TOO_MANY_REQUESTS,
    UNAUTHORIZED,
    UNPROCESSABLE_ENTITY,
)
from app.auth.jwt import issue_token
from app.auth.limits import limit_sign_in
from app.auth.passwords import hash_password, password_matches
from app.auth.refresh import RefreshTokens
from app.dependencies import CurrentUserId, SessionDep
from app.errors import UnauthorizedError
from app.repositories.user import UserRepository
from app.schemas.auth import (
    LoginRequest,
    LoginResponse,
    LogoutResponse,
    RefreshRequest,
    RegisterRequest,
    RegisterResponse,
)
from app.schemas.user import UserResponse

router = APIRouter(prefix="/api/auth", tags=["auth"])


@router.post(
    "/login",
    response_model=LoginResponse,
    status_code=200,
    summary="Login user",
    dependencies=[Depends(limit_sign_in)],
    responses={
        401: UNAUTHORIZED,
        422: UNPROCESSABLE_ENTITY,
        429: TOO_MANY_REQUESTS,
    },
)
async def login(
    request: Request,
    session: SessionDep,
    body: LoginRequest,
) -> LoginResponse:
    """Login user."""
    user = await UserRepository(session).find_by_email(body.email)
    stored = user.hashed_password if user is not None else None
    if not await password_matches(body.password, stored) or user is None:
        raise UnauthorizedError("The credentials are not valid")
    token = issue_token(str(user.id), request.app.state.settings)
    refresh_token = await RefreshTokens(session).issue(user.id)
    return LoginResponse(
        access_token=token, token_type="bearer", refresh_token=refresh_token
    )


@router.post(
    "/logout",
    response_model=LogoutResponse,
    status_code=200,
    summary="Logout user",
    responses={
        401: UNAUTHORIZED,
    },
)
async def logout(
    current_user_id: CurrentUserId,
    session: SessionDep,
) -> LogoutResponse:
    """Logout user."""
    await RefreshTokens(session).end_all(current_user_id)
    return LogoutResponse(message="Signed out")


@router.get(
    "/me",
    response_model=UserResponse,
    status_code=200,
    summary="Me user",
    responses={
        401: UNAUTHORIZED,
    },
)
async def get_me(
    current_user_id: CurrentUserId,
    session: SessionDep,
) -> UserResponse:
    """Me user."""
    user = await UserRepository(session).get_own(current_user_id)
    return UserResponse.model_validate(user)


@router.post(
    "/refresh",
    response_model=LoginResponse,
    status_code=200,
    summary="Refresh user",
    dependencies=[Depends(limit_sign_in)],
    responses={
        401: UNAUTHORIZED,
        422: UNPROCESSABLE_ENTITY,
        429: TOO_MANY_REQUESTS,
    },
)
async def refresh(
    request: Request,
    session: SessionDep,
    body: RefreshRequest,
) -> LoginResponse:
    """Refresh user."""
    user_id, refresh_token = await RefreshTokens(session).rotate(body.refresh_token)
    token = issue_token(str(user_id), request.app.state.settings)
    return LoginResponse(
        access_token=token, token_type="bearer", refresh_token=refresh_token
    )


@router.post(
    "/register",
    response_model=RegisterResponse,
    status_code=201,
    summary="Register user",
    dependencies=[Depends(limit_sign_in)],
    responses={
        409: CONFLICT,
        422: UNPROCESSABLE_ENTITY,
        429: TOO_MANY_REQUESTS,
    },
)
async def register(
    request: Request,
    session: SessionDep,
    body: RegisterRequest,
) -> RegisterResponse:
    """Register user."""
    user = await UserRepository(session).register(
        body, await hash_password(body.password)
    )
    token = issue_token(str(user.id), request.app.state.settings)
    return RegisterResponse(
        user=UserResponse.model_validate(user), access_token=token, token_type="bearer"
    )
