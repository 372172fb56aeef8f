from pathlib import PurePosixPath
from types import SimpleNamespace

from fakes import MemoryFiles

from sdd.verify.verdict import GateReport, Result
from sdd.workflow.context import Project, Work
from sdd.workflow.manifest import Manifest
from sdd.workflow.ticks import Ticks, tick_tasks

TASKS = "specs/001-notes/tasks.md"
TEXT = """# Tasks

- [ ] T001 Define the table in backend/app/models/note.py
- [ ] T002 Test the routes in backend/tests/test_notes.py
- [ ] T003 Write the page in frontend/notes.tsx
"""
MODEL, TEST = (
    PurePosixPath("backend/app/models/note.py"),
    PurePosixPath("backend/tests/test_notes.py"),
)
PASSED = [GateReport(gate="audit", result=Result.PASSED)]


def ticks(
    work: Work,
    reports: list[GateReport] = PASSED,
    feature: str = "notes",
    **base: str,
) -> Ticks:
    """Tick what a run can prove."""
    files = MemoryFiles(
        {TASKS: TEXT, **{path.replace("__", "/"): text for path, text in base.items()}}
    )
    project = Project(
        documents=SimpleNamespace(feature=feature, paths=()),  # type: ignore[arg-type]
        agents={},
        base=files,
        manifest=Manifest(backend=PurePosixPath("backend")),
    )
    return tick_tasks(project, work, reports)


def test_a_task_whose_file_landed_and_whose_gates_hold_is_ticked() -> None:
    """The named path is in the diff, the gates passed; a task of another part stays open."""
    ticked = ticks(Work(writes={MODEL: b"x = 1\n"}))

    assert ticked.ids == {TASKS: ("T001",)}
    text = ticked.writes[PurePosixPath(TASKS)].decode()
    assert "- [X] T001" in text
    assert "- [ ] T003" in text


def test_a_task_of_tests_needs_a_new_test() -> None:
    """A test file with a new test proves it."""
    ticked = ticks(Work(writes={TEST: b"def test_a_note(): ...\n"}))

    assert ticked.ids == {TASKS: ("T002",)}


def test_a_gate_that_was_not_run_proves_nothing() -> None:
    """Every box stays open."""
    reports = [*PASSED, GateReport(gate="tests", result=Result.NOT_RUN)]

    assert ticks(Work(writes={MODEL: b"x"}), reports).ids == {}


def test_without_changes_nothing_is_ticked_or_said() -> None:
    """A run that changes nothing has no evidence."""
    assert ticks(Work()) == Ticks()


def test_tasks_of_other_features_are_left_alone() -> None:
    """Only the feature's own list is touched."""
    assert ticks(Work(writes={MODEL: b"x"}), feature="other").ids == {}
    assert ticks(Work(writes={MODEL: b"x"}), feature="all").ids == {TASKS: ("T001",)}
