"""Prints requests a second of the generated sample beside a hand-written backend, in one run.

Usage: python benchmarks/backend_load.py [SECONDS] [ROUNDS]

Both serve the same three requests with one worker each, on SQLite and on a real PostgreSQL, over
16 connections that stay open. They take turns, so that a busy machine slows both; the rates are the
best of their rounds. Milliseconds are the processor time of the server for one request, which other
work on the machine hardly changes. All of it stays on loopback and ends by itself.
"""

import json
import math
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from components.load import http_request, run_load  # noqa: E402 - from the tests' folder
from components.postgres import missing, running_postgres  # noqa: E402
from components.sample import ask, sample, token  # noqa: E402
from verify.served import SECRET, Server  # noqa: E402

CONNECTIONS = 16
ROWS = 100
BODY = json.dumps({"title": "Write the report", "tags": ["work", "soon"]}).encode()


def main() -> None:
    """Measure both backends on both databases, and print them beside each other."""
    seconds = float(sys.argv[1]) if sys.argv[1:] else 5.0
    rounds = int(sys.argv[2]) if sys.argv[2:] else 3
    print(f"{CONNECTIONS} connections, one worker, {rounds} rounds of {seconds:g} s, {_tool()}")
    print(f"{'':24}{'generated':>20}{'by hand':>20}{'rate':>8}{'time':>8}")
    for name, urls in _databases():
        with ExitStack() as stack:
            ours = stack.enter_context(sample(urls[0]))
            theirs = stack.enter_context(_reference(urls[1]))
            for label, wire in _requests(ours, theirs):
                here, there = _measure(ours, theirs, wire, seconds, rounds)
                shown = "".join(
                    f"{f'{item.rate:.0f}/s {item.cost * 1000:.2f} ms':>20}"
                    for item in (here, there)
                )
                ratios = f"{here.rate / there.rate:8.2f}{here.cost / there.cost:8.2f}"
                print(f"{f'{name} {label}':24}{shown}{ratios}")


def _databases() -> Iterator[tuple[str, tuple[str, str]]]:
    with tempfile.TemporaryDirectory() as folder:
        yield "sqlite", (f"sqlite:///{folder}/ours.db", f"sqlite:///{folder}/theirs.db")
    why = missing()
    if why is not None:
        print(f"postgresql: not measured, {why}")
        return
    with running_postgres() as server:
        yield "postgresql", (server.database(), server.database())


@contextmanager
def _reference(database_url: str) -> Iterator[Server]:
    settings = {"BETTER_AUTH_SECRET": SECRET, "DATABASE_URL": database_url}
    server = Server(ROOT / "benchmarks" / "reference", "app:app", settings)
    try:
        server.start()
        yield server
    finally:
        server.kill()


def _requests(ours: Server, theirs: Server) -> list[tuple[str, bytes]]:
    """Give both the same rows, and return what is asked of both."""
    for server in (ours, theirs):
        tasks = f"{server.url}/api/tasks"
        made = [ask(tasks, "POST", json.loads(BODY)) for _ in range(ROWS)]
        assert [status for status, _ in made] == [201] * ROWS
    who = token("alice")
    return [
        ("get", http_request("GET", "/api/tasks/1", who)),
        ("list of 20", http_request("GET", "/api/tasks?limit=20", who)),
        ("create", http_request("POST", "/api/tasks", who, BODY)),
    ]


@dataclass(frozen=True)
class Speed:
    """Requests a second, and the server's processor time for one in seconds."""

    rate: float
    cost: float


def _measure(
    ours: Server, theirs: Server, wire: bytes, seconds: float, rounds: int
) -> tuple[Speed, Speed]:
    found: dict[int, list[Speed]] = {ours.port: [], theirs.port: []}
    for number in range(rounds):
        for server in (ours, theirs) if number % 2 == 0 else (theirs, ours):
            found[server.port].append(_speed(server, wire, seconds))
    best = [
        Speed(rate=max(item.rate for item in speeds), cost=min(item.cost for item in speeds))
        for speeds in found.values()
    ]
    return best[0], best[1]


def _speed(server: Server, wire: bytes, seconds: float) -> Speed:
    before = server.processor_seconds()
    rate, count = _load(server.port, wire, seconds)
    used = server.processor_seconds() - before
    # On a machine that is busy enough, a round may end before the first answer.
    return Speed(rate=rate, cost=used / count if count else math.inf)


def _load(port: int, wire: bytes, seconds: float) -> tuple[float, int]:
    """Return requests a second, and how many there were."""
    wrk = shutil.which("wrk")
    if wrk is None:
        load = run_load(port, [wire], connections=CONNECTIONS, seconds=seconds)
        assert load.server_errors == 0, load.statuses
        return load.per_second, load.statuses.total()
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(_script(wire))
        script.flush()
        words = ["-t1", f"-c{CONNECTIONS}", f"-d{seconds:g}s", "-s", script.name]
        command = [wrk, *words, f"http://127.0.0.1:{port}"]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "Non-2xx" not in said, said
    found = re.search(r"(\d+) requests in [\s\S]+Requests/sec:\s+([\d.]+)", said)
    assert found is not None, said
    return float(found[2]), int(found[1])


def _script(wire: bytes) -> str:
    """Write a request as wrk takes it."""
    head, _, body = wire.decode().partition("\r\n\r\n")
    first, *headers = head.split("\r\n")
    method, path, _ = first.split(" ")
    lines = [f"wrk.method = {json.dumps(method)}", f"wrk.path = {json.dumps(path)}"]
    for header in headers:
        name, _, value = header.partition(": ")
        if name not in {"Host", "Content-Length"}:
            lines.append(f"wrk.headers[{json.dumps(name)}] = {json.dumps(value)}")
    if body:
        lines.append(f"wrk.body = {json.dumps(body)}")
    return "\n".join(lines)


def _tool() -> str:
    return "wrk" if shutil.which("wrk") else "a client in Python (wrk is not installed)"


if __name__ == "__main__":
    main()
