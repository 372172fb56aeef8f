"""A client that calls an ASGI application in this process, on the standard library alone."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlencode

from . import places
from .messages import Request, Response, ServerError

Headers = list[tuple[bytes, bytes]]
Application = Callable[..., Awaitable[None]]

_REQUEST_SECONDS = 15.0
_START_SECONDS = 30.0


@dataclass
class AsgiClient:
    """Sends requests to an application whose lifespan it runs; notes every 5xx answer."""

    app: Application
    folder: Path
    sent: int = 0
    server_errors: list[ServerError] = field(default_factory=list)
    over_http: bool = False
    _lifespan: "asyncio.Task[None] | None" = None
    _inbox: "asyncio.Queue[dict[str, Any]]" = field(default_factory=asyncio.Queue)
    _state: dict[str, Any] = field(default_factory=dict)

    async def start(self) -> dict[str, Any] | None:
        """Run the startup of the lifespan; return the fault when it fails."""
        outbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": self._state}
        await self._inbox.put({"type": "lifespan.startup"})
        run = self.app(scope, self._inbox.get, outbox.put)
        self._lifespan = asyncio.ensure_future(run)
        answer = asyncio.ensure_future(outbox.get())
        await asyncio.wait(
            {answer, self._lifespan},
            timeout=_START_SECONDS,
            return_when=asyncio.FIRST_COMPLETED,
        )
        return self._started(answer)

    def _started(self, answer: "asyncio.Task[dict[str, Any]]") -> dict[str, Any] | None:
        lifespan = self._lifespan
        error = lifespan.exception() if lifespan is not None and lifespan.done() else None
        if answer.done():
            message = answer.result()
            if message["type"] == "lifespan.startup.complete":
                return None
            if error is None:
                return {"exception": "startup failed", "message": message.get("message", "")}
        answer.cancel()
        if error is not None:
            return places.of_error(error, self.folder)
        if lifespan is not None and lifespan.done():
            return None  # an application without a lifespan
        return {"exception": "TimeoutError", "message": "the startup did not end"}

    async def stop(self) -> None:
        """Run the shutdown of the lifespan; a failing one no longer concerns us."""
        if self._lifespan is None or self._lifespan.done():
            return
        await self._inbox.put({"type": "lifespan.shutdown"})
        await asyncio.wait({self._lifespan}, timeout=5)

    async def send(self, request: Request) -> Response:
        """Send one request and return its answer; never raises what the application raises."""
        self.sent += 1
        body, media_type = request.content()
        exchange = _Exchange(body)
        fault = None
        try:
            scope = self._scope(request, body, media_type)
            await asyncio.wait_for(
                self.app(scope, exchange.receive, exchange.send), _REQUEST_SECONDS
            )
        except Exception as error:  # noqa: BLE001 - the backend may raise anything; it is a finding
            fault = places.of_error(error, self.folder)
        response = exchange.response(fault)
        if response.status >= 500:
            self.server_errors.append(ServerError(request, response))
        return response

    async def serve(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Be the application for a server that runs no lifespan: ours has begun already."""
        await self.app({**scope, "state": dict(self._state)}, receive, send)

    def _scope(self, request: Request, body: bytes, media_type: str | None) -> dict[str, Any]:
        headers: Headers = [(b"host", b"localhost"), (b"accept", b"application/json")]
        if media_type:
            headers.append((b"content-type", media_type.encode()))
        if body or request.method in {"POST", "PUT", "PATCH"}:
            headers.append((b"content-length", str(len(body)).encode()))
        headers += [(name.lower().encode(), value.encode()) for name, value in request.headers]
        headers += list(request.raw_headers)
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": "https",
            "path": unquote(request.path),
            "raw_path": request.path.encode(),
            "query_string": urlencode(request.query).encode(),
            "root_path": "",
            "headers": headers,
            "client": ("127.0.0.1", 50000),
            "server": ("localhost", 443),
            "state": dict(self._state),
        }


class _Exchange:
    """One request's messages, in and out."""

    def __init__(self, body: bytes) -> None:
        self._body: bytes | None = body
        self._done = asyncio.Event()
        self._status = 0
        self._headers: list[tuple[str, str]] = []
        self._parts: list[bytes] = []

    async def receive(self) -> dict[str, Any]:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self._done.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._headers = [
                (name.decode("latin-1").lower(), value.decode("latin-1"))
                for name, value in message.get("headers", [])
            ]
        elif message["type"] == "http.response.body":
            self._parts.append(message.get("body", b""))
            if not message.get("more_body"):
                self._done.set()

    def response(self, fault: dict[str, Any] | None) -> Response:
        status = self._status or 500
        return Response(status, tuple(self._headers), b"".join(self._parts), fault)
