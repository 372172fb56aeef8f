import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from sdd.adapters.clock import SystemClock
from sdd.adapters.locks import hold_lock
from sdd.errors import WorkspaceError


def _held_by(path: Path, pid: int, host: str | None = None) -> None:
    path.write_text(json.dumps({"pid": pid, "host": host or socket.gethostname()}))


def test_a_lock_is_held_for_the_block(tmp_path: Path) -> None:
    """It names the process, refuses a second holder, and is gone afterwards."""
    lock = tmp_path / ".sdd/run.lock"

    with hold_lock(lock):
        assert json.loads(lock.read_text())["pid"] == os.getpid()
        with pytest.raises(WorkspaceError, match=f"process {os.getpid()}"), hold_lock(lock):
            pass
        assert lock.exists()

    assert sorted(path.name for path in lock.parent.iterdir()) == []


def test_a_lock_of_a_dead_process_is_taken_over(tmp_path: Path) -> None:
    """A killed run does not lock its project for ever."""
    lock = tmp_path / "run.lock"
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    _held_by(lock, gone.pid)

    with hold_lock(lock):
        assert json.loads(lock.read_text())["pid"] == os.getpid()


def test_an_unreadable_lock_is_taken_over(tmp_path: Path) -> None:
    """A lock that names nobody holds nobody back."""
    lock = tmp_path / "run.lock"
    lock.write_text("")

    with hold_lock(lock):
        assert json.loads(lock.read_text())["pid"] == os.getpid()


def test_a_lock_of_another_machine_is_respected(tmp_path: Path) -> None:
    """On a shared disk we cannot see whether the other process lives."""
    lock = tmp_path / "run.lock"
    _held_by(lock, 1, "elsewhere")

    with pytest.raises(WorkspaceError, match="on elsewhere"), hold_lock(lock):
        pass

    assert lock.exists()


def test_the_clock_knows_its_zone() -> None:
    """A moment carries its offset, and durations never run backwards."""
    clock = SystemClock()

    assert clock.now().utcoffset() is not None
    assert clock.monotonic() <= clock.monotonic()
