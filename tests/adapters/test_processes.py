import os
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from sdd.adapters.processes import LocalProcesses, ProcessLimits, scrubbed
from sdd.errors import WorkspaceError
from sdd.ports import Completed


def _python(
    code: str,
    folder: Path,
    *,
    processes: LocalProcesses | None = None,
    timeout: float = 20.0,
    stdin: str | None = None,
) -> Completed:
    return (processes or LocalProcesses()).run(
        [sys.executable, "-c", code],
        folder=str(folder),
        environment={},
        timeout=timeout,
        stdin=stdin,
    )


def _ends(pid: int) -> bool:
    """Tell whether a process is gone, or will be in a moment."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.01)
    return False


def _wait_for(path: Path) -> str:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if path.exists() and path.read_text().endswith("\n"):
            return path.read_text().strip()
        time.sleep(0.01)
    raise AssertionError(path)


def test_output_status_and_input_come_through(tmp_path: Path) -> None:
    """Standard streams and the exit status are what the child made them."""
    code = "import sys; print(input() + '!'); print('oh', file=sys.stderr); sys.exit(3)"

    done = _python(code, tmp_path, stdin="hello\n")

    assert (done.status, done.stdout, done.stderr) == (3, "hello!\n", "oh\n")
    assert not done.timed_out


def test_a_child_sees_only_what_it_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A secret in our environment does not reach a child, not even over `scrubbed`."""
    monkeypatch.setenv("API_KEY", "secret")
    processes = LocalProcesses(scrubbed(os.environ))

    done = processes.run(
        [sys.executable, "-c", "import os; print(sorted(os.environ))"],
        folder=str(tmp_path),
        environment={"GIVEN": "1"},
        timeout=20,
    )

    assert "GIVEN" in done.stdout
    assert "PYTHONDONTWRITEBYTECODE" in done.stdout
    assert "API_KEY" not in done.stdout


def test_time_out_kills_the_whole_group(tmp_path: Path) -> None:
    """A child's own children end with it, and what was printed is kept."""
    code = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(60)"
    )

    done = _python(code, tmp_path, timeout=4)

    assert done.timed_out
    assert done.seconds < 20
    assert _ends(int(done.stdout))


def test_nothing_lives_on_after_a_child_has_ended(tmp_path: Path) -> None:
    """A child that leaves a server behind neither blocks us nor keeps it."""
    code = (
        "import subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print(child.pid)"
    )

    done = _python(code, tmp_path)

    assert done.status == 0
    assert done.seconds < 20
    assert _ends(int(done.stdout))


def test_an_interruption_stops_children_of_other_threads(tmp_path: Path) -> None:
    """`stop` kills what runs; the call that waits for it returns."""
    processes = LocalProcesses()
    ended: list[Completed] = []
    code = "import time; open('up', 'w').write('1\\n'); time.sleep(60)"
    thread = threading.Thread(
        target=lambda: ended.append(_python(code, tmp_path, processes=processes, timeout=50))
    )
    thread.start()
    _wait_for(tmp_path / "up")

    processes.stop()
    thread.join(10)

    assert [done.status for done in ended] == [-9]


@pytest.mark.parametrize(
    "code",
    [
        "x = bytearray(600 * 1024 * 1024)",
        "open('big', 'wb').write(b'x' * (3 * 1024 * 1024))",
    ],
)
def test_memory_and_files_are_bounded(tmp_path: Path, code: str) -> None:
    """A child that takes more than it may fails; we do not."""
    megabyte = 1024 * 1024
    limits = ProcessLimits(memory=400 * megabyte, file_size=2 * megabyte)

    done = _python(code, tmp_path, processes=LocalProcesses(limits=limits))

    assert done.status != 0


def test_long_output_keeps_its_beginning_and_end(tmp_path: Path) -> None:
    """The middle is left out, and the text says how much."""
    processes = LocalProcesses(limits=ProcessLimits(output=1000))

    done = _python("print('a' * 500 + 'b' * 5000 + 'c' * 500)", tmp_path, processes=processes)

    assert done.stdout.startswith("aaa")
    assert done.stdout.endswith("ccc\n")
    assert "… 5001 bytes left out …" in done.stdout
    assert len(done.stdout) < 1100


def test_no_byte_code_is_left(tmp_path: Path) -> None:
    """Imports of a child leave no cache beside the sources."""
    (tmp_path / "part.py").write_text("x = 1\n")

    done = _python("import sys; sys.path.insert(0, '.'); import part", tmp_path)

    assert done.status == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["part.py"]


@pytest.mark.parametrize("command", [["no-such-program"], ["./missing.sh"]])
def test_a_missing_program_is_one_sentence(tmp_path: Path, command: Sequence[str]) -> None:
    """It is an error of the workspace, not a status of a child."""
    with pytest.raises(WorkspaceError, match="there is no such program"):
        LocalProcesses().run(command, folder=str(tmp_path), environment={}, timeout=5)


def test_a_missing_folder_is_one_sentence(tmp_path: Path) -> None:
    """The message names the folder."""
    with pytest.raises(WorkspaceError, match="there is no folder"):
        LocalProcesses().run(
            [sys.executable], folder=str(tmp_path / "none"), environment={}, timeout=5
        )
