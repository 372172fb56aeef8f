"""The committed backend is what `sdd implement task-crud` makes of the committed specs."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
INPUTS = ("specs", "agents", ".specify", "backend")
RUN = ("implement", "task-crud", "--no-input", "--format", "json", "--quiet")


def sdd(project: Path, *words: str) -> tuple[int, dict[str, object]]:
    """Run a command in a project and return its exit code and its report."""
    command = [sys.executable, "-m", "sdd", *words, "--project", str(project)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)
    assert "Traceback" not in done.stderr
    return done.returncode, json.loads(done.stdout) if done.stdout else {}


def tree(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder that a run may write, by path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not {"__pycache__", ".pytest_cache"} & set(path.parts)
        if path.suffix != ".db"
    }


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what the repository holds for the sample."""
    for name in INPUTS:
        shutil.copytree(
            ROOT / name,
            tmp_path / name,
            ignore=shutil.ignore_patterns("__pycache__", ".pytest_cache", "*.db"),
        )
    return tmp_path


def test_a_deleted_app_comes_back_byte_for_byte(project: Path) -> None:
    """Nobody wrote the committed backend by hand, and nobody edited it since."""
    committed = tree(project / "backend")
    shutil.rmtree(project / "backend" / "app")

    status, report = sdd(project, *RUN)

    assert (status, report["landed"]) == (0, True)
    assert tree(project / "backend") == committed


def test_a_run_without_changes_writes_nothing(project: Path) -> None:
    """The specs are implemented: nothing is written, no record is made, all is checked."""
    before = tree(project)

    status, report = sdd(project, *RUN)

    after = tree(project)
    assert status == 0
    assert {path: data for path, data in after.items() if not path.startswith(".sdd/")} == before
    assert report["record"] is None
    assert report["routes"] == {
        "routes": 13, "proved": 12, "violated": 0, "unknown": 0, "public": 1,
    }  # fmt: skip
    assert {gate["result"] for gate in report["gates"]} == {"passed"}  # type: ignore[attr-defined]


def test_a_file_edited_by_hand_is_named_and_kept(project: Path) -> None:
    """A user's edit is worth more than a run: it ends 3 and touches nothing."""
    edited = project / "backend" / "app" / "repositories" / "task.py"
    edited.write_text(edited.read_text() + "\n# A remark of ours.\n")
    before = tree(project / "backend")

    status, report = sdd(project, *RUN)

    assert status == 3
    assert "backend/app/repositories/task.py" in str(report)
    assert tree(project / "backend") == before
