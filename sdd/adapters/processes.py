"""Child processes: nothing of our environment but what is given, and no way to outlive us."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sdd.errors import WorkspaceError
from sdd.ports import Completed

_PASSED_ON = frozenset(
    {
        "COMSPEC",
        "HOME",
        "LANG",
        "LC_ALL",
        "LC_CTYPE",
        "PATH",
        "PATHEXT",
        "SYSTEMROOT",
        "TEMP",
        "TMP",
        "TMPDIR",
        "TZ",
        "USERPROFILE",
        "WINDIR",
    }
)
_MEGABYTE = 1024 * 1024
# Applied in the child, between fork and exec, without running Python code in a forked copy of us.
_LIMITER = """
import os, sys
try:
    import resource
except ImportError:
    resource = None
for item in sys.argv[1].split(",") if resource else ():
    name, _, value = item.partition("=")
    kind = getattr(resource, "RLIMIT_" + name, None)
    if kind is None:
        continue
    hard = resource.getrlimit(kind)[1]
    most = int(value) if hard == resource.RLIM_INFINITY else min(int(value), hard)
    try:
        resource.setrlimit(kind, (most, most))
    except (ValueError, OSError):
        pass
os.execv(sys.argv[2], sys.argv[3:])
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessLimits:
    """What one child may take; `processes` counts those it may start beside what runs already."""

    memory: int = 4096 * _MEGABYTE
    file_size: int = 512 * _MEGABYTE
    processes: int = 512
    output: int = 200_000


def scrubbed(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that any program needs, and none that could be a secret."""
    return {name: value for name, value in environment.items() if name.upper() in _PASSED_ON}


class LocalProcesses:
    """Runs children on this machine, each in a process group of its own.

    When a child ends, is out of time, or we are interrupted, its whole group is killed.

    Args:
        base: Variables for every child, below those of the call: see `scrubbed`.
    """

    def __init__(
        self, base: Mapping[str, str] | None = None, limits: ProcessLimits | None = None
    ) -> None:
        self._base = dict(base or {})
        self._limits = limits or ProcessLimits()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._guard = threading.Lock()

    def run(
        self,
        command: Sequence[str],
        *,
        folder: str,
        environment: Mapping[str, str],
        timeout: float,
        stdin: str | None = None,
    ) -> Completed:
        """Run a command to its end; nothing of our own environment is passed on but the given.

        Raises:
            WorkspaceError: The program does not exist or cannot be started.
        """
        variables = {
            "PATH": os.defpath,
            "PYTHONDONTWRITEBYTECODE": "1",
            **self._base,
            **environment,
        }
        program = _find(command[0], folder, variables["PATH"])
        started = time.monotonic()
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            child = self._start(
                [program, *command[1:]], folder, variables, stdin, (out, err), timeout
            )
            timed_out = False
            try:
                child.wait(timeout)
            except subprocess.TimeoutExpired:
                timed_out = True
            finally:
                self._end(child)
            return Completed(
                status=child.returncode,
                stdout=_text(out, self._limits.output),
                stderr=_text(err, self._limits.output),
                seconds=time.monotonic() - started,
                timed_out=timed_out,
            )

    def stop(self) -> None:
        """Kill every child that still runs; for an interruption that other threads do not see."""
        with self._guard:
            running = tuple(self._running)
        for child in running:
            _kill(child)

    def _start(
        self,
        command: Sequence[str],
        folder: str,
        environment: Mapping[str, str],
        stdin: str | None,
        outputs: tuple[IO[bytes], IO[bytes]],
        timeout: float,
    ) -> subprocess.Popen[bytes]:
        with tempfile.TemporaryFile() as given:
            given.write((stdin or "").encode())
            given.seek(0)
            try:
                child = subprocess.Popen(  # noqa: S603 - callers decide what to run
                    self._limited(command, timeout),
                    cwd=folder,
                    env=dict(environment),
                    stdin=given,
                    stdout=outputs[0],
                    stderr=outputs[1],
                    start_new_session=True,
                )
            except OSError as error:
                reason = (error.strerror or str(error)).lower()
                raise WorkspaceError(f"{command[0]} cannot be started: {reason}.") from error
        with self._guard:
            self._running.add(child)
        return child

    def _limited(self, command: Sequence[str], timeout: float) -> list[str]:
        if os.name == "nt":
            return list(command)
        limits = {
            "AS": self._limits.memory,
            "FSIZE": self._limits.file_size,
            "CORE": 0,
            "CPU": int(timeout) * 4 + 10,
        }
        tasks = _tasks()
        if tasks is not None:
            limits["NPROC"] = tasks + self._limits.processes
        given = ",".join(f"{name}={value}" for name, value in limits.items())
        return [sys.executable, "-I", "-S", "-c", _LIMITER, given, command[0], *command]

    def _end(self, child: subprocess.Popen[bytes]) -> None:
        _kill(child)
        child.wait()
        with self._guard:
            self._running.discard(child)


def _find(program: str, folder: str, search_path: str) -> str:
    if not Path(folder).is_dir():
        raise WorkspaceError(f"{program} cannot be started: there is no folder {folder}.")
    name = str(Path(folder, program)) if Path(program).parent != Path() else program
    found = shutil.which(name, path=search_path)
    if found is None:
        raise WorkspaceError(f"{program} cannot be started: there is no such program.")
    return found


def _tasks() -> int | None:
    """Return how many tasks the system runs: the limit on processes counts all of a user's."""
    try:
        return int(Path("/proc/loadavg").read_text("ascii").split()[3].split("/")[1])
    except (OSError, ValueError, IndexError):
        return None


def _kill(child: subprocess.Popen[bytes]) -> None:
    """Kill what is left of a child's group; the group's id stays taken while anyone is in it."""
    if os.name == "nt":
        with contextlib.suppress(OSError):
            child.kill()
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)


def _text(file: IO[bytes], most: int) -> str:
    """Return a file's text; of a longer one the beginning and the longer end."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    if size <= most:
        return file.read().decode("utf-8", errors="replace")
    head, tail = most // 4, most - most // 4
    first = file.read(head).decode("utf-8", errors="replace")
    file.seek(size - tail)
    last = file.read().decode("utf-8", errors="replace")
    return f"{first}\n… {size - most} bytes left out …\n{last}"
