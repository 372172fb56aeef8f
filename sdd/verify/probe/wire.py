"""A client that calls a running server over HTTP, on the standard library alone."""

import http.client
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from .messages import NO_ANSWER, Request, Response, ServerError

_REQUEST_SECONDS = 15.0
_DOCUMENTS = ("/openapi.json", "/api/openapi.json", "/api/v1/openapi.json")
_SAFE = "/%:@!$&'()*+,;=~-._"


@dataclass
class WireClient:
    """Sends requests to a server on this machine, one connection kept alive."""

    base_url: str
    sent: int = 0
    server_errors: list[ServerError] = field(default_factory=list)
    over_http: bool = True
    document: dict[str, Any] = field(default_factory=dict)
    _prefix: str = ""
    _connection: http.client.HTTPConnection | None = None

    async def start(self) -> dict[str, Any] | None:
        """Read the server's OpenAPI document; return the fault when there is none."""
        below = urlsplit(self.base_url).path.rstrip("/")
        for place in _DOCUMENTS:
            answer = self._exchange(Request("GET", f"{below}{place}"))
            if answer.status == NO_ANSWER:
                return {**(answer.fault or {}), "kind": "unreachable", "url": self.base_url}
            document = answer.value
            if answer.good and isinstance(document, dict) and "paths" in document:
                self.document = document
                self._prefix = f"{below}{_mounted(document)}"
                return None
        return {"kind": "no-document", "url": self.base_url, "tried": ", ".join(_DOCUMENTS)}

    @property
    def address(self) -> str:
        """Return the address below which the document's paths lie."""
        parts = urlsplit(self.base_url)
        return f"{parts.scheme}://{parts.netloc}{self._prefix}"

    async def send(self, request: Request) -> Response:
        """Send one request and return its answer; a broken connection is an answer of ours."""
        self.sent += 1
        response = self._exchange(request)
        if response.status >= 500:
            self.server_errors.append(ServerError(request, response))
        return response

    async def stop(self) -> None:
        """Close the connection; the server is not ours to stop."""
        self._close()

    def _exchange(self, request: Request) -> Response:
        """Send a request, once more when a connection that was kept alive turns out closed."""
        kept = self._connection is not None
        try:
            return self._on_connection(request)
        except (OSError, http.client.HTTPException, ValueError) as error:
            self._close()
            if kept and isinstance(error, OSError | http.client.HTTPException):
                return self._exchange(request)
            fault = {"exception": type(error).__name__, "message": str(error)}
            return Response(NO_ANSWER, (), b"", fault)

    def _on_connection(self, request: Request) -> Response:
        if self._connection is None:
            parts = urlsplit(self.base_url)
            self._connection = http.client.HTTPConnection(
                parts.hostname or "127.0.0.1", parts.port or 80, timeout=_REQUEST_SECONDS
            )
        connection = self._connection
        body, media_type = request.content()
        path = quote(self._prefix + request.path, safe=_SAFE)
        target = f"{path}?{urlencode(request.query)}" if request.query else path
        connection.putrequest(request.method, target, skip_accept_encoding=True)
        connection.putheader("accept", "application/json")
        if media_type:
            connection.putheader("content-type", media_type)
        if body or request.method in {"POST", "PUT", "PATCH"}:
            connection.putheader("content-length", str(len(body)))
        for name, value in request.headers:
            connection.putheader(name, value.encode("utf-8", "surrogatepass"))
        for raw_name, raw_value in request.raw_headers:
            connection.putheader(raw_name.decode("latin-1"), raw_value)
        connection.endheaders(body or None)
        answer = connection.getresponse()
        headers = tuple((name.lower(), value) for name, value in answer.getheaders())
        response = Response(answer.status, headers, answer.read())
        if answer.will_close:
            self._close()
        return response

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _mounted(document: dict[str, Any]) -> str:
    """Return the path below which the document says that its paths lie."""
    servers = document.get("servers")
    first = servers[0] if isinstance(servers, list) and servers else {}
    url = str(first.get("url", "")) if isinstance(first, dict) else ""
    return url.rstrip("/") if url.startswith("/") else ""
