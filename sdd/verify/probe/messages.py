"""Requests, answers, and what sends the one and returns the other."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote, urlencode

_EXCERPT = 300
NO_ANSWER = 599  # a status that no server gives: the connection broke, or nothing came in time


@dataclass(frozen=True)
class Response:
    """An answer; `fault` says what the application raised, if it did."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    fault: dict[str, Any] | None = None

    @property
    def text(self) -> str:
        """The body as text, whatever its bytes."""
        return self.body.decode("utf-8", "replace")

    @property
    def value(self) -> Any:
        """The body as JSON, or None when it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    @property
    def good(self) -> bool:
        """Whether the status is a success."""
        return 200 <= self.status < 300

    def header(self, name: str) -> str | None:
        """Return a header's value, or None."""
        return next((value for key, value in self.headers if key == name.lower()), None)

    def excerpt(self) -> str:
        """Return status and the beginning of the body, for people."""
        text = " ".join(self.text.split())
        return f"{self.status} {text[:_EXCERPT]}".strip()


@dataclass(frozen=True)
class Request:
    """A request as the probe thinks of it; `route` is the operation that it is meant for."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    json: Any = None
    form: Mapping[str, str] | None = None
    route: str = ""
    raw_headers: tuple[tuple[bytes, bytes], ...] = ()

    def content(self) -> tuple[bytes, str | None]:
        """Return the body's bytes and their media type."""
        if self.form is not None:
            return urlencode(self.form).encode(), "application/x-www-form-urlencoded"
        if self.json is not None:
            return json.dumps(self.json).encode(), "application/json"
        return b"", None

    def line(self) -> str:
        """Return the request line, for people."""
        query = f"?{urlencode(self.query)}" if self.query else ""
        return f"{self.method} {self.path}{query}"


@dataclass
class ServerError:
    """A 5xx answer, with the request that brought it about."""

    request: Request
    response: Response


class Client(Protocol):
    """Sends requests to an application; notes every 5xx answer.

    Attributes:
        sent: How many requests were sent.
        over_http: Whether a server stands between, which refuses by itself what HTTP cannot carry.
    """

    sent: int
    server_errors: list[ServerError]
    over_http: bool

    async def start(self) -> dict[str, Any] | None:
        """Make the application ready; return the fault when it cannot be had."""
        ...

    async def send(self, request: Request) -> Response:
        """Send one request and return its answer; never raises what the application raises."""
        ...

    async def stop(self) -> None:
        """Let the application go."""
        ...


def path_value(value: object) -> str:
    """Write a value as one segment of a path."""
    return quote(str(value), safe="")
