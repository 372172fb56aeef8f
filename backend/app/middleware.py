"""What every request passes: ids, headers, the answer to the unexpected.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
- specs/features/authentication.md
- backend/CLAUDE.md
"""

import logging
import re
from time import perf_counter
from uuid import uuid4

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp
from starlette.types import Message as ASGIMessage
from starlette.types import Receive as ASGIReceive
from starlette.types import Scope as ASGIScope
from starlette.types import Send as ASGISend

from app.config import Settings
from app.errors import AppError, respond
from app.logs import REQUEST_ID

logger = logging.getLogger(__name__)

SECURITY_HEADERS = (
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
    (b"strict-transport-security", b"max-age=31536000; includeSubDomains"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)
CONTENT_SECURITY_POLICY = (
    b"content-security-policy",
    b"default-src 'none'; frame-ancestors 'none'",
)
RawHeaders = list[tuple[bytes, bytes]]
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class RequestContext:
    """Gives each request an id, each answer its headers, and each of both a line in the log."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(
        self, scope: ASGIScope, receive: ASGIReceive, send: ASGISend
    ) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("X-Request-ID", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else uuid4().hex
        reset = REQUEST_ID.set(request_id)
        began = perf_counter()
        status = 0

        async def send_with_headers(message: ASGIMessage) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = _completed(message["headers"], request_id)
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        finally:
            logger.info(
                "%s %s %d",
                scope["method"],
                scope["path"],
                status,
                extra={"duration_ms": round((perf_counter() - began) * 1000, 1)},
            )
            REQUEST_ID.reset(reset)


def _completed(given: RawHeaders, request_id: str) -> RawHeaders:
    """Add to the headers of an answer what each answer bears."""
    values = dict(given)
    # The pages of the API document load scripts from elsewhere.
    is_page = values.get(b"content-type", b"").startswith(b"text/html")
    wanted = (
        SECURITY_HEADERS if is_page else (*SECURITY_HEADERS, CONTENT_SECURITY_POLICY)
    )
    added = [item for item in wanted if item[0] not in values]
    return [*given, (b"x-request-id", request_id.encode()), *added]


class ErrorBoundary:
    """Answers what nobody expected; the cause goes into the log alone.

    A handler of `Exception` would stand outside of every middleware, and its answer without
    their headers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(
        self, scope: ASGIScope, receive: ASGIReceive, send: ASGISend
    ) -> None:
        """Answer a request, whatever fails."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def send_and_note(message: ASGIMessage) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, send_and_note)
        except Exception as error:
            logger.error("%s %s failed", scope["method"], scope["path"], exc_info=error)
            if begun:
                raise
            await respond(AppError())(scope, receive, send)


class BodyLimit:
    """Reads no more of a request's body than the settings allow, whatever length it announces."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(
        self, scope: ASGIScope, receive: ASGIReceive, send: ASGISend
    ) -> None:
        """Answer a request."""
        taken = 0

        async def receive_within_limit() -> ASGIMessage:
            nonlocal taken
            message = await receive()
            if message["type"] == "http.request":
                taken += len(message.get("body", b""))
            if taken > self._limit:
                raise HTTPException(413, f"The body has more than {self._limit} bytes")
            return message

        await self._app(scope, receive_within_limit, send)


def install_middleware(app: FastAPI, settings: Settings) -> None:
    """Put everything around the application that each request passes; the last is outermost."""
    app.add_middleware(BodyLimit, limit=settings.max_body_bytes)
    app.add_middleware(ErrorBoundary)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(settings.cors_origins),
            allow_methods=["DELETE", "GET", "PATCH", "POST", "PUT"],
            allow_headers=["Authorization", "Content-Type", "X-Request-ID"],
            expose_headers=["X-Request-ID"],
            max_age=600,
        )
    app.add_middleware(RequestContext)
