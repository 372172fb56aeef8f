"""Schemathesis against the application, behind a server on loopback."""

import asyncio
import importlib.util
import json
import re
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from .asgi import AsgiClient
from .messages import Client
from .wire import WireClient

_STARTED_SECONDS = 10.0
_LONGEST = 600
_CODE = re.compile(r"^(ST\d+)$")
_TITLE = re.compile(r"^- ST\d+ (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Trial:
    """What Schemathesis is to try.

    Attributes:
        document: The OpenAPI document, wherever the application serves it, if at all.
        scratch: Where its reports go.
        python: The interpreter that has Schemathesis; not always the backend's.
        token: That of the user whom it is.
        examples: How many cases each operation gets in a phase.
    """

    document: dict[str, Any]
    scratch: Path
    python: str
    token: str
    examples: int


async def run(client: Client, trial: Trial) -> dict[str, Any]:
    """Let Schemathesis try the application as a signed-in user; return what it found."""
    if isinstance(client, WireClient):
        return await _run(client.address, trial)
    if not isinstance(client, AsgiClient) or importlib.util.find_spec("uvicorn") is None:
        return {"missing": "uvicorn", "python": sys.executable}
    async with _serving(client) as url:
        return await _run(url, trial)


@asynccontextmanager
async def _serving(client: AsgiClient) -> AsyncIterator[str]:
    """Serve the application, whose lifespan has begun already, in this loop: its engine is here."""
    import uvicorn  # noqa: PLC0415 - of the backend's interpreter

    config = uvicorn.Config(
        client.serve, interface="asgi3", lifespan="off", log_level="critical", access_log=False
    )
    server = uvicorn.Server(config)
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    running = asyncio.ensure_future(server.serve(sockets=[listener]))
    try:
        await asyncio.wait_for(_started(server), _STARTED_SECONDS)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await asyncio.wait({running}, timeout=_STARTED_SECONDS)


async def _started(server: Any) -> None:
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)


async def _run(url: str, trial: Trial) -> dict[str, Any]:
    reports = trial.scratch / "fuzz"
    reports.mkdir(parents=True, exist_ok=True)
    document = reports / "openapi.json"
    document.write_text(json.dumps(trial.document), "utf-8")
    command = [
        *(trial.python, "-I", "-B", "-m", "schemathesis.cli", "run", str(document), "--url", url),
        *("--header", f"Authorization: Bearer {trial.token}"),
        *("--max-examples", str(trial.examples)),
        *("--seed", "1", "--generation-deterministic"),
        *("--report", "json,junit", "--report-dir", str(reports), "--no-color"),
        *("--report-json-path", str(reports / "run.json")),
        *("--report-junit-path", str(reports / "run.xml")),
    ]
    child = await asyncio.create_subprocess_exec(
        *command,
        cwd=reports,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await child.communicate()
    said = output.decode("utf-8", "replace")
    if not (reports / "run.json").is_file():
        return {"failed": said.strip()[-_LONGEST:] or f"it ended with {child.returncode}"}
    facts = json.loads((reports / "run.json").read_text("utf-8"))
    if not facts["operations"]:
        return {"failed": said.strip()[-_LONGEST:]}
    return {
        "version": facts["schemathesis_version"],
        "operations": facts["operations"]["tested"],
        "cases": facts["test_cases"]["generated"],
        "complete": bool(facts["complete"]),
        "errors": [str(item)[:_LONGEST] for item in facts["errors"]],
        "failures": _failures(reports / "run.xml"),
    }


def _failures(report: Path) -> list[dict[str, str]]:
    """Read each failure: its operation, Schemathesis's code for it, and its words."""
    found = []
    for case in ET.parse(report).iter("testcase"):  # noqa: S314 - written by our own child
        for failure in case.iter("failure"):
            text = failure.text or ""
            title = _TITLE.search(text)
            code = _CODE.match(failure.get("message") or "")
            found.append(
                {
                    "route": case.get("name") or "",
                    "code": code[1] if code else "",
                    "title": title[1] if title else (failure.get("message") or "failed"),
                    "text": text.partition("\n\n")[2].strip()[:_LONGEST],
                }
            )
    return found
