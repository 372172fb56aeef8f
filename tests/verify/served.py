"""Backends that run already, behind a server of their own on loopback."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SECRET = "the-secret-of-a-server-that-runs-already"
_START_SECONDS = 60.0


class Server:
    """An application of a folder behind uvicorn; it can be killed and started again."""

    def __init__(self, folder: Path, app: str, environment: dict[str, str]) -> None:
        self._folder, self._app, self._environment = folder, app, environment
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start the server and wait until it listens."""
        words = ("uvicorn", self._app, "--port", str(self.port), "--no-access-log")
        self._process = subprocess.Popen(
            [sys.executable, "-m", *words, "--log-level", "critical"],
            cwd=self._folder,
            env={"PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1", **self._environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        deadline = time.monotonic() + _START_SECONDS
        while not self._listens():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the server does not start: {self._process.communicate()[0]}")
            time.sleep(0.05)

    def kill(self) -> None:
        """Kill the server as the system would: it gets no chance to tidy up."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()

    def processor_seconds(self) -> float:
        """Return the processor time that the server has used; on Linux alone."""
        assert self._process is not None
        fields = Path(f"/proc/{self._process.pid}/stat").read_text("ascii").rpartition(")")[2]
        user, system = fields.split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def wait(self, seconds: float) -> None:
        """Let some time pass for the server."""
        time.sleep(seconds)

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
