"""A server on loopback that speaks the Messages API; a script or a brain answers."""

import json
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from typing_extensions import override

_PIECE = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer: text or tool calls with what they cost, or an HTTP fault.

    Attributes:
        calls: Name and arguments of each; arguments may be text that is no JSON.
        cut: How the stream stops in its middle: `clean` looks like its end, `broken` does not,
            `error` says that the server is overloaded.
        delay: Seconds before the answer begins.
        reason: What an HTTP fault says.
        pace: Seconds between two pieces of the answer.
    """

    text: str = ""
    calls: Sequence[tuple[str, Mapping[str, Any] | str]] = ()
    stop_reason: str = ""
    usage: Mapping[str, int] = field(default_factory=dict)
    status: int = 200
    error: str = ""
    reason: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: str = ""
    delay: float = 0.0
    pace: float = 0.0

    def blocks(self, turn: int = 0) -> list[dict[str, Any]]:
        """Return the content blocks; calls of different turns have different ids."""
        blocks: list[dict[str, Any]] = []
        if self.text:
            blocks.append({"type": "text", "text": self.text})
        for number, (name, arguments) in enumerate(self.calls):
            blocks.append(
                {
                    "type": "tool_use",
                    "id": f"toolu_{turn}_{number}",
                    "name": name,
                    "input": arguments,
                }
            )
        return blocks


Request = Mapping[str, Any]
Brain = Callable[[Request], Reply]


class MessagesApi:
    """What was asked of the server; a brain says what it answers."""

    def __init__(self, brain: Brain) -> None:
        self._brain = brain
        self._guard = threading.Lock()
        self.url = ""
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.answered = 0

    def take(self, request: dict[str, Any], headers: dict[str, str]) -> Reply:
        """Note a request and return its reply."""
        with self._guard:
            self.requests.append(request)
            self.headers.append(headers)
            reply = self._brain(request)
            self.answered += reply.status == 200 and not reply.cut
            return reply


def scripted(*replies: Reply) -> Brain:
    """Answer with the replies in turn, then with the last again and again."""
    left = list(replies)

    def brain(_: Request) -> Reply:
        return left.pop(0) if len(left) > 1 else left[0]

    return brain


_AT_ONCE = {"retry-after-ms": "1"}
FAULTS: Mapping[str, Callable[[Reply], Reply]] = {
    "429": lambda _: Reply(status=429, error="rate_limit_error", headers=_AT_ONCE),
    "500": lambda _: Reply(status=500, error="api_error", headers=_AT_ONCE),
    "529": lambda _: Reply(status=529, error="overloaded_error", headers=_AT_ONCE),
    "cut cleanly": lambda reply: replace(reply, cut="clean"),
    "cut": lambda reply: replace(reply, cut="broken"),
    "error in the stream": lambda reply: replace(reply, cut="error"),
    "malformed tool input": lambda reply: replace(
        reply, calls=[(name, json.dumps(given)[:-2]) for name, given in reply.calls]
    ),
    "slow": lambda reply: replace(reply, pace=0.002),
    "max_tokens": lambda reply: replace(reply, stop_reason="max_tokens"),
    "pause_turn": lambda _: Reply(text="Let me see.", stop_reason="pause_turn"),
    "refusal": lambda _: Reply(text="I will not.", stop_reason="refusal"),
}


def faulty(brain: Brain, kinds: Sequence[str], rate: float, seed: int) -> Brain:
    """Let a part of the requests meet one of these faults; the brain is asked all the same."""
    drawn = random.Random(seed)  # noqa: S311 - no secret

    def ask(request: Request) -> Reply:
        reply = brain(request)
        if drawn.random() >= rate:
            return reply
        return FAULTS[drawn.choice(list(kinds))](reply)

    return ask


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    api: MessagesApi

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        request = json.loads(body)
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self.api.take(request, headers)
        time.sleep(reply.delay)
        if reply.status != 200:
            self._send_error(reply)
        elif request.get("stream"):
            self._send_stream(reply, request)
        else:
            self._send(200, _message(reply, request), reply.headers)

    def _send_error(self, reply: Reply) -> None:
        reason = reply.reason or f"fault {reply.status}"
        error = {"type": reply.error or "api_error", "message": reason}
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
        lines = [_line(event) for event in _events(reply, request)]
        sent = lines[: len(lines) // 2] if reply.cut else lines
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        if reply.cut not in {"clean", "error"}:
            self.send_header("content-length", str(sum(map(len, lines))))
        self.send_header("connection", "close")
        self.end_headers()
        if reply.cut == "error":
            sent.append(_line({"type": "error", "error": {"type": "overloaded_error"}}))
        for piece in sent if reply.pace else [b"".join(sent)]:
            self.wfile.write(piece)
            time.sleep(reply.pace)
        self.close_connection = True

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    @override
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that have gone: some tests let them."""


@contextmanager
def messages_api(*replies: Reply, brain: Brain | None = None) -> Iterator[MessagesApi]:
    """Serve these replies, or what a brain answers, on loopback for a `with` block."""
    api = MessagesApi(brain or scripted(*(replies or (Reply(text="Done."),))))
    handler = type("Handler", (_Handler,), {"api": api})
    server = _Server(("127.0.0.1", 0), handler)
    api.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _line(event: Mapping[str, Any]) -> bytes:
    return f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()


def _message(reply: Reply, request: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": request["model"],
        "content": reply.blocks(len(request["messages"])),
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
        for part in _pieces(piece):
            yield {"type": "content_block_delta", "index": index, "delta": part}
        yield {"type": "content_block_stop", "index": index}
    yield {
        "type": "message_delta",
        "delta": {"stop_reason": message["stop_reason"], "stop_sequence": None},
        "usage": message["usage"],
    }
    yield {"type": "message_stop"}


def _pieces(delta: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Send long texts in several deltas, as the real server does."""
    key = "text" if "text" in delta else "partial_json"
    text = delta[key]
    for start in range(0, max(len(text), 1), _PIECE):
        yield {**delta, key: text[start : start + _PIECE]}
