"""Records on a real disk, among many processes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path, PurePosixPath

import pytest

from sdd.adapters.record_store import DiskRecordStore
from sdd.errors import WorkspaceError
from sdd.records.reading import read_phr
from sdd.records.store import number_of

_RECORDER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from sdd.adapters.record_store import DiskRecordStore
from sdd.records.phr import record_phr
from sdd.records.phr_draft import PhrRequest

class Clock:
    def now(self):
        return datetime(2026, 3, 4, tzinfo=UTC)
    def monotonic(self):
        return 0.0

store = DiskRecordStore(Path(sys.argv[1]))
sys.stdin.readline()
for turn in range(int(sys.argv[3])):
    request = PhrRequest(
        title=f"Record from process {sys.argv[2]}", stage="general", prompt="word " * 20_000
    )
    print(record_phr(request, store=store, clock=Clock()).path, flush=True)
"""


def _start(root: Path, name: str, turns: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _RECORDER, str(root), name, str(turns)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _go(process: subprocess.Popen[str]) -> None:
    assert process.stdin
    process.stdin.write("go\n")
    process.stdin.flush()


def _records(root: Path) -> list[Path]:
    return sorted((root / "history/prompts/general").iterdir())


@pytest.mark.slow
def test_fifty_processes_at_once_share_no_number(tmp_path: Path) -> None:
    """Every record that a process was told of is there, whole, under a number of its own."""
    processes = [_start(tmp_path, str(index), 2) for index in range(50)]
    for process in processes:
        _go(process)
    told = [line for process in processes for line in process.communicate(timeout=240)[0].split()]

    records = _records(tmp_path)
    assert len(told) == 100
    assert sorted(told) == [str(path.relative_to(tmp_path)) for path in records]
    assert [number_of(path.name) for path in records] == list(range(1, 101))
    assert all(read_phr(path.read_bytes()).prompt == "word " * 20_000 for path in records)


@pytest.mark.slow
def test_killed_processes_leave_no_duplicate_and_no_half_record(tmp_path: Path) -> None:
    """Processes die in the middle: what was told stays, what stands there is whole."""
    processes = [_start(tmp_path, str(index), 400) for index in range(6)]
    for process in processes:
        _go(process)
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        folder = tmp_path / "history/prompts/general"
        if folder.is_dir() and len(list(folder.iterdir())) > 30:
            break
        time.sleep(0.02)
    for process in processes:
        os.kill(process.pid, signal.SIGKILL)
    told = [line for process in processes for line in process.communicate(timeout=60)[0].split()]
    last = _start(tmp_path, "after", 1)
    _go(last)
    told += last.communicate(timeout=60)[0].split()

    records = _records(tmp_path)
    numbers = [number_of(path.name) for path in records]
    assert len(set(numbers)) == len(numbers)
    assert all(read_phr(path.read_bytes()).prompt == "word " * 20_000 for path in records)
    assert {Path(line).name for line in told} <= {path.name for path in records}


def test_a_file_that_stands_there_is_left_alone(tmp_path: Path) -> None:
    """Creating twice changes nothing the second time, and no temporary file stays."""
    store = DiskRecordStore(tmp_path)
    path = PurePosixPath("history/a.md")

    assert store.create_exclusive(path, b"one")
    assert not store.create_exclusive(path, b"two")
    assert store.read(path) == b"one"
    assert store.names(PurePosixPath("history")) == ["a.md"]
    assert not list((tmp_path / ".sdd/tmp").iterdir())
    assert (tmp_path / ".sdd/.gitignore").read_text() == "*\n"


def test_a_link_out_of_the_project_is_refused(tmp_path: Path) -> None:
    """Neither a symbolic link nor `..` leads a record elsewhere."""
    outside, root = tmp_path / "outside", tmp_path / "project"
    outside.mkdir()
    root.mkdir()
    (root / "history").symlink_to(outside)
    store = DiskRecordStore(root)

    for path in ("history/a.md", "../outside/a.md"):
        with pytest.raises(WorkspaceError, match="leads out"):
            store.create_exclusive(PurePosixPath(path), b"x")
    assert not list(outside.iterdir())


def test_what_is_missing_reads_as_nothing(tmp_path: Path) -> None:
    """A missing file is None, a missing folder is empty."""
    store = DiskRecordStore(tmp_path)

    assert store.read(PurePosixPath("a/b")) is None
    assert store.names(PurePosixPath("a")) == []


def test_files_are_listed_in_order_and_links_are_passed_over(tmp_path: Path) -> None:
    """What stands below a folder, without links and the folders of tools; links are not read."""
    for name in ("a/2.md", "a/1.md", "a/b/3.md", ".git/x", "c.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "a/link.md").symlink_to(tmp_path / "c.md")
    store = DiskRecordStore(tmp_path)

    assert [str(path) for path in store.paths()] == ["a/1.md", "a/2.md", "a/b/3.md", "c.md"]
    assert [str(path) for path in store.paths(PurePosixPath("a/b"))] == ["a/b/3.md"]
    with pytest.raises(WorkspaceError):
        store.read(PurePosixPath("a/link.md"))
