"""Exceptions, and the one form in which they are answered.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException

from app.schemas.error import ErrorResponse

logger = logging.getLogger(__name__)


class AppError(Exception):
    """An error that is answered with its status, a sentence and a code."""

    status_code = 500
    error_code = "internal_error"
    detail = "Something unexpected failed"
    headers: Mapping[str, str] | None = None

    def __init__(self, detail: str | None = None) -> None:
        self.detail = detail or self.detail
        super().__init__(self.detail)


class UnauthorizedError(AppError):
    """Nobody is signed in."""

    status_code = 401
    error_code = "unauthorized"
    detail = "A valid token is required"
    headers: Mapping[str, str] | None = {"WWW-Authenticate": "Bearer"}


class ForbiddenError(AppError):
    """The user may not do this."""

    status_code = 403
    error_code = "forbidden"
    detail = "Not allowed"


class NotFoundError(AppError):
    """There is no such row, or not for this user."""

    status_code = 404
    error_code = "not_found"
    detail = "Not found"


class ConflictError(AppError):
    """The request contradicts what is stored."""

    status_code = 409
    error_code = "conflict"
    detail = "This contradicts what is stored"


class InvalidError(AppError):
    """A parameter or the body is invalid."""

    status_code = 400
    error_code = "bad_request"
    detail = "The request is invalid"


class UnavailableError(AppError):
    """The database cannot be reached."""

    status_code = 503
    error_code = "service_unavailable"
    detail = "The service is unavailable for the moment"
    headers: Mapping[str, str] | None = {"Retry-After": "5"}


ERROR_CODES = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "payload_too_large",
    422: "validation_error",
    429: "too_many_requests",
    500: "internal_error",
    503: "service_unavailable",
}


def error_response(
    status_code: int,
    error_code: str,
    detail: str,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """Return the one form that every error has."""
    body = ErrorResponse(
        error=detail,
    )
    return JSONResponse(body.model_dump(by_alias=True), status_code, headers=headers)


def respond(error: AppError) -> JSONResponse:
    """Answer an error of our own."""
    return error_response(
        error.status_code, error.error_code, error.detail, error.headers
    )


def describe(errors: Sequence[Any]) -> str:
    """Say what is invalid and where, without repeating the input."""
    parts = []
    for error in errors:
        place = ".".join(str(part) for part in error["loc"][1:])
        parts.append(f"{place}: {error['msg']}" if place else str(error["msg"]))
    return "; ".join(parts) or InvalidError.detail


def lacks_its_parent(error: IntegrityError) -> bool:
    """Tell whether a row was refused because what it refers to is not there."""
    # PostgreSQL says foreign_key_violation by its number, SQLite has words only.
    code = getattr(error.orig, "sqlstate", None)
    return code == "23503" or "FOREIGN KEY constraint failed" in str(error.orig)


def methods_of(request: Request) -> list[str]:
    """Return the methods that the path of a request takes; Starlette names the first route's."""
    found: dict[str, set[str]] = {}
    for route in iter_route_contexts(request.app.routes):
        if route.path_format and route.path_regex.match(request.url.path):
            found.setdefault(route.path_format, set()).update(route.methods or ())
    # A path that is written out comes before one with parameters.
    return sorted(found[min(found, key=lambda path: path.count("{"))]) if found else []


def install_error_handlers(app: FastAPI) -> None:
    """Turn every exception into an `ErrorResponse`, here and nowhere else."""

    @app.exception_handler(AppError)
    async def on_app_error(_: Request, error: AppError) -> JSONResponse:
        return respond(error)

    @app.exception_handler(RequestValidationError)
    async def on_invalid_request(
        _: Request, error: RequestValidationError
    ) -> JSONResponse:
        return respond(InvalidError(describe(error.errors())))

    @app.exception_handler(HTTPException)
    async def on_http_error(request: Request, error: HTTPException) -> JSONResponse:
        if error.status_code == 400:
            # FastAPI's own: the body is not even text.
            return respond(InvalidError("The body cannot be read"))
        if error.status_code == 405:
            allowed = ", ".join(methods_of(request))
            return error_response(
                405, ERROR_CODES[405], str(error.detail), {"Allow": allowed}
            )
        code = ERROR_CODES.get(error.status_code, "internal_error")
        return error_response(error.status_code, code, str(error.detail), error.headers)

    @app.exception_handler(IntegrityError)
    async def on_conflict(request: Request, error: IntegrityError) -> JSONResponse:
        logger.info("The database refused a change: %s", type(error.orig).__name__)
        if request.method != "DELETE" and lacks_its_parent(error):
            # It was there when this request looked; another one deleted it since.
            return respond(NotFoundError())
        return respond(ConflictError())

    @app.exception_handler(StaleDataError)
    async def on_vanished(_: Request, error: StaleDataError) -> JSONResponse:
        # Another request deleted the row between reading and writing it.
        logger.info("A row vanished before it was written: %s", error)
        return respond(NotFoundError())

    @app.exception_handler(DataError)
    async def on_unstorable(_: Request, error: DataError) -> JSONResponse:
        logger.info("The database refused a value: %s", type(error.orig).__name__)
        return respond(InvalidError())

    @app.exception_handler(OperationalError)
    @app.exception_handler(PoolTimeoutError)
    async def on_unreachable(_: Request, error: Exception) -> JSONResponse:
        logger.error("The database cannot be used", exc_info=error)
        return respond(UnavailableError())
