"""Backends to judge: copies of the hand-written ones, with a fault seeded where a test wants it."""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sdd.errors import WorkspaceError
from sdd.ir import Application
from sdd.ports import Completed, Processes
from sdd.verify import Target, VerifyContext

BACKENDS = Path(__file__).parent / "backends"
NAMES = tuple(sorted(path.name for path in BACKENDS.iterdir() if path.is_dir()))


class ForkedProcesses:
    """Processes that fork from one child which has the backends' libraries imported.

    Only commands of the form `python [options] script` can be run.
    """

    def __init__(self) -> None:
        self._zygote = subprocess.Popen(
            [sys.executable, "-I", "-B", str(Path(__file__).with_name("zygote.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(
        self,
        command: Sequence[str],
        *,
        folder: str,
        environment: Mapping[str, str],
        timeout: float,
        stdin: str | None = None,
    ) -> Completed:
        """Run a script in a fork."""
        if command[0] != sys.executable:
            raise WorkspaceError(f"{command[0]} cannot be started: no such program.")
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as scratch:
            files = {name: Path(scratch, name) for name in ("stdin", "stdout", "stderr")}
            for name, file in files.items():
                file.write_text((stdin or "") if name == "stdin" else "", encoding="utf-8")
            asked = {
                "script": command[-1],
                "folder": folder,
                "environment": {"PATH": "/usr/bin:/bin", **environment},
                "timeout": timeout,
                **{name: str(file) for name, file in files.items()},
            }
            assert self._zygote.stdin is not None
            assert self._zygote.stdout is not None
            self._zygote.stdin.write(json.dumps(asked) + "\n")
            self._zygote.stdin.flush()
            ended = json.loads(self._zygote.stdout.readline())
            return Completed(
                status=ended["status"],
                timed_out=ended["timed_out"],
                stdout=files["stdout"].read_text("utf-8", "replace"),
                stderr=files["stderr"].read_text("utf-8", "replace"),
                seconds=time.monotonic() - began,
            )

    def close(self) -> None:
        """End the child."""
        self._zygote.communicate()


@dataclass(frozen=True)
class Edit:
    """A textual change of one file of a backend; every occurrence is changed."""

    old: str
    new: str


def seed(name: str, folder: Path, *edits: Edit) -> Path:
    """Copy a backend and seed faults; each edit must hit something."""
    place = folder / name
    shutil.copytree(BACKENDS / name, place, ignore=shutil.ignore_patterns("__pycache__"))
    for edit in edits:
        hits = 0
        for file in place.rglob("*.py"):
            text = file.read_text("utf-8")
            if edit.old in text:
                file.write_text(text.replace(edit.old, edit.new), "utf-8")
                hits += 1
        assert hits, f"{name} has no {edit.old!r}"
    return place


def line_of(file: Path, text: str) -> int:
    """Return the number of the first line of a file that holds a text."""
    lines = file.read_text("utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if text in line)


def context(
    place: Path,
    processes: Processes,
    application: Application | None = None,
    timeout: float = 60.0,
    **target: object,
) -> VerifyContext:
    """Return the context for a backend on disk."""
    values: dict[str, object] = {"app": None, "python": sys.executable, **target}
    return VerifyContext(
        target=Target(folder=str(place), **values),  # type: ignore[arg-type]
        application=application,
        processes=processes,
        timeout=timeout,
    )
