"""Our own specs, with real files, processes, journal and gates: nothing is faked."""

import asyncio
import shutil
from pathlib import Path

import pytest

from sdd.errors import ExitCode
from sdd.wiring.compose import Asked, compose_run
from sdd.workflow import RunReport, implement

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow


def start(project: Path, **asked: object) -> RunReport:
    """Run `sdd implement task-crud` in a project."""
    given = {"feature": "task-crud", "project": project, "no_input": True, **asked}
    wanted = Asked(**given)  # type: ignore[arg-type]
    run = compose_run(wanted, ask=None)
    return asyncio.run(implement(run.request, run.ports, lambda _: None))


def copy_of_the_sample(folder: Path) -> Path:
    """Return a project with our specs and agents, and no backend but its guidelines."""
    for name in ("specs", "agents", ".specify"):
        shutil.copytree(ROOT / name, folder / name)
    (folder / "backend").mkdir()
    shutil.copy(ROOT / "backend" / "CLAUDE.md", folder / "backend")
    return folder


def tree(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_our_own_specs_land_and_come_back_byte_for_byte(tmp_path: Path) -> None:
    """All gates pass on a running backend; nothing changes twice; what is deleted comes back."""
    project = copy_of_the_sample(tmp_path)

    first = start(project)
    landed = tree(project / "backend")
    again = start(project)
    shutil.rmtree(project / "backend" / "app")
    back = start(project)

    assert (first.exit_code, first.landed) == (ExitCode.CLEAN, True), first.answer
    assert {gate.gate: gate.result.value for gate in first.gates} == {
        "integration": "passed",
        "audit": "passed",
        "import": "passed",
        "contract": "passed",
        "schema": "passed",
        "tests": "passed",
        "isolation probe": "passed",
        "token attacks": "passed",
        "checklist": "passed",
    }
    assert (first.routes.violated, first.routes.unknown, first.routes.public) == (0, 0, 1)
    assert again.answer == "0 files changed, 13 routes checked."
    assert (back.landed, tree(project / "backend")) == (True, landed)
    assert not list((project / "backend").rglob("__pycache__"))


def test_a_dropped_filter_is_caught_by_the_real_gates(tmp_path: Path) -> None:
    """The model that never mends leaves the project as it was; the one that mends lands."""
    project = copy_of_the_sample(tmp_path)
    before = tree(project / "backend")

    never = start(project, model="scripted:never-mends")
    untouched = tree(project / "backend")
    mended = start(project, model="scripted:drops-filter")

    assert (never.exit_code, untouched) == (ExitCode.FINDINGS, before)
    failed = {gate.gate for gate in never.gates if gate.result == "failed"}
    assert {"audit", "isolation probe"} <= failed
    assert (mended.exit_code, mended.rounds, mended.landed) == (ExitCode.CLEAN, 1, True)
