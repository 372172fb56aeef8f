"""A server on loopback that speaks the Messages API, with answers and faults by script."""

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from typing_extensions import override


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer: text or tool calls with what they cost, or an HTTP fault.

    Attributes:
        calls: Name and arguments of each; arguments may be text that is no JSON.
        cut: How the stream stops in its middle: `clean` looks like its end, `broken` does not.
    """

    text: str = ""
    calls: Sequence[tuple[str, Mapping[str, Any] | str]] = ()
    stop_reason: str = ""
    usage: Mapping[str, int] = field(default_factory=dict)
    status: int = 200
    error: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: str = ""

    def blocks(self) -> list[dict[str, Any]]:
        """Return the content blocks."""
        blocks: list[dict[str, Any]] = []
        if self.text:
            blocks.append({"type": "text", "text": self.text})
        for number, (name, arguments) in enumerate(self.calls):
            blocks.append(
                {"type": "tool_use", "id": f"toolu_{number}", "name": name, "input": arguments}
            )
        return blocks


class MessagesApi:
    """What was asked of the server, and what it answers: the replies in turn, then the last."""

    def __init__(self, replies: Sequence[Reply]) -> None:
        self._replies = list(replies)
        self._guard = threading.Lock()
        self.url = ""
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []

    def take(self, request: dict[str, Any], headers: dict[str, str]) -> Reply:
        """Note a request and return the reply that is due."""
        with self._guard:
            self.requests.append(request)
            self.headers.append(headers)
            return self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]


@contextmanager
def messages_api(*replies: Reply) -> Iterator[MessagesApi]:
    """Serve these replies on loopback for a `with` block."""
    api = MessagesApi(replies or (Reply(text="Done."),))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            request = json.loads(body)
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = api.take(request, headers)
            if reply.status != 200:
                self._send_error(reply)
            elif request.get("stream"):
                self._send_stream(reply, request)
            else:
                self._send(200, _message(reply, request), reply.headers)

        def _send_error(self, reply: Reply) -> None:
            error = {"type": reply.error or "api_error", "message": f"fault {reply.status}"}
            self._send(reply.status, {"type": "error", "error": error}, reply.headers)

        def _send(self, status: int, value: object, headers: Mapping[str, str]) -> None:
            data = json.dumps(value).encode()
            self.send_response(status)
            for name, text in {**headers, "content-type": "application/json"}.items():
                self.send_header(name, text)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def _send_stream(self, reply: Reply, request: Mapping[str, Any]) -> None:
            lines = [
                f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()
                for event in _events(reply, request)
            ]
            sent = lines[: len(lines) // 2] if reply.cut else lines
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            if reply.cut != "clean":
                self.send_header("content-length", str(sum(map(len, lines))))
            self.send_header("connection", "close")
            self.end_headers()
            self.wfile.write(b"".join(sent))
            self.close_connection = True

        @override
        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    api.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _message(reply: Reply, request: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": request["model"],
        "content": reply.blocks(),
        "stop_reason": reply.stop_reason or ("tool_use" if reply.calls else "end_turn"),
        "stop_sequence": None,
        "usage": {"input_tokens": 100, "output_tokens": 10, **reply.usage},
    }


def _events(reply: Reply, request: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    message = _message(reply, request)
    start = {**message, "content": [], "stop_reason": None}
    yield {"type": "message_start", "message": start}
    for index, block in enumerate(message["content"]):
        if block["type"] == "text":
            empty, piece = {**block, "text": ""}, {"type": "text_delta", "text": block["text"]}
        else:
            given = block["input"]
            text = given if isinstance(given, str) else json.dumps(given)
            empty = {**block, "input": {}}
            piece = {"type": "input_json_delta", "partial_json": text}
        yield {"type": "content_block_start", "index": index, "content_block": empty}
        yield {"type": "content_block_delta", "index": index, "delta": piece}
        yield {"type": "content_block_stop", "index": index}
    yield {
        "type": "message_delta",
        "delta": {"stop_reason": message["stop_reason"], "stop_sequence": None},
        "usage": message["usage"],
    }
    yield {"type": "message_stop"}
