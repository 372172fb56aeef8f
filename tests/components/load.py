"""Bounded load on a server of ours on loopback, each connection one request at a time."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

_ANSWER_SECONDS = 30.0


@dataclass(frozen=True)
class Load:
    """What came of it.

    Attributes:
        statuses: How often each status was answered; 0 stands for no answer in time.
    """

    statuses: Counter[int]
    seconds: float

    @property
    def per_second(self) -> float:
        """Requests answered in a second."""
        return sum(self.statuses.values()) / self.seconds if self.seconds else 0.0

    @property
    def server_errors(self) -> int:
        """Answers of 5xx, and requests without an answer."""
        return sum(number for status, number in self.statuses.items() if not 0 < status < 500)


def http_request(
    method: str, path: str, token: str, body: bytes = b"", *, host: str = "127.0.0.1"
) -> bytes:
    """Write one request as it goes over the wire."""
    head = f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n"
    if body:
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return f"{head}\r\n".encode() + body


def run_load(port: int, requests: Sequence[bytes], *, connections: int, seconds: float) -> Load:
    """Send the requests in turn over so many connections for so long; nothing runs on."""
    return asyncio.run(_run(port, requests, connections, seconds))


async def _run(port: int, requests: Sequence[bytes], connections: int, seconds: float) -> Load:
    statuses: Counter[int] = Counter()
    began = time.monotonic()
    until = began + seconds
    await asyncio.gather(
        *(_client(port, requests, number, until, statuses) for number in range(connections))
    )
    return Load(statuses=statuses, seconds=time.monotonic() - began)


async def _client(
    port: int, requests: Sequence[bytes], number: int, until: float, statuses: "Counter[int]"
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        while time.monotonic() < until:
            writer.write(requests[number % len(requests)])
            number += 1
            status = await asyncio.wait_for(_answer(reader), _ANSWER_SECONDS)
            statuses[status] += 1
    except (TimeoutError, OSError, asyncio.IncompleteReadError):
        statuses[0] += 1
    finally:
        writer.close()


async def _answer(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    lowered = head.lower()
    _, found, rest = lowered.partition(b"content-length:")
    if found:
        await reader.readexactly(int(rest.partition(b"\r\n")[0]))
    return int(head[9:12])
