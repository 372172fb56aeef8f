"""Backends that run already, behind a server of their own on loopback."""

import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SECRET = "the-secret-of-a-server-that-runs-already"
_START_SECONDS = 60.0


class Server:
    """An application of a folder behind uvicorn; it can be killed and started again."""

    def __init__(self, folder: Path, app: str, environment: dict[str, str]) -> None:
        self._log = Path(tempfile.gettempdir(), f"sdd-served-{secrets.token_hex(8)}.log")
        self._folder, self._app, self._environment = folder, app, environment
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server and wait until it listens."""
        words = ("uvicorn", self._app, "--port", str(self.port), "--no-access-log")
        with self._log.open("ab") as log:  # a pipe that nobody reads would fill up
            self._process = subprocess.Popen(
                [sys.executable, "-m", *words, "--log-level", "critical"],
                cwd=self._folder,
                env={"PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1", **self._environment},
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + _START_SECONDS
        while not self._listens():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the server does not start: {self._said()}")
            time.sleep(0.05)

    def kill(self) -> None:
        """Kill the server as the system would: it gets no chance to tidy up."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._log.unlink(missing_ok=True)

    def processor_seconds(self) -> float:
        """Return the processor time that the server has used; on Linux alone."""
        assert self._process is not None
        fields = Path(f"/proc/{self._process.pid}/stat").read_text("ascii").rpartition(")")[2]
        user, system = fields.split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def wait(self, seconds: float) -> None:
        """Let some time pass for the server."""
        time.sleep(seconds)

    def _said(self) -> str:
        return self._log.read_text("utf-8", "replace")

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@contextmanager
def running(folder: Path, app: str, **environment: str) -> Iterator[str]:
    """Serve an application of a folder and yield its address."""
    server = Server(folder, app, environment)
    try:
        server.start()
        yield server.url
    finally:
        server.kill()
