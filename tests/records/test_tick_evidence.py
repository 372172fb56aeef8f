"""Ticks that somebody, an agent perhaps, has set without doing the work."""

import pytest
from fakes import MemoryFiles

from sdd.records.tick_evidence import check_ticks
from sdd.text import decode

_THERE = {
    "backend/app/models.py": "class Note: ...\n",
    "backend/app/empty.py": " \n",
    "backend/app/__init__.py": "",
    "backend/tests/test_notes.py": "def test_a_note(): ...\n",
    "backend/tests/test_hollow.py": "import pytest\n",
}


def _said(line: str) -> list[str]:
    tasks = f"- [x] T001 Write app/models.py\n{line}\n"
    found = check_ticks(decode("specs/notes/tasks.md", tasks.encode()), MemoryFiles(_THERE))
    return [f"{item.span.line if item.span else 0}: {item.message}" for item in found]


@pytest.mark.parametrize(
    ("task", "lack"),
    [
        ("Add the service in app/services.py", "app/services.py does not exist"),
        ("Fill app/empty.py", "app/empty.py is empty"),
        ("Test notes in tests/test_gone.py", "tests/test_gone.py does not exist"),
        ("Test notes in tests/test_hollow.py", "tests/test_hollow.py holds no test"),
        ("Write app/models.py and app/routes.py", "app/routes.py does not exist"),
    ],
)
def test_a_tick_without_its_file_is_caught(task: str, lack: str) -> None:
    """Missing, empty, or a test file without a test: whoever ticked it is asked to look."""
    assert _said(f"- [X] T002 {task}") == [f"2: T002 is ticked without evidence: {lack}"]


@pytest.mark.parametrize(
    "line",
    [
        "- [ ] T002 Add app/services.py",
        "- [X] T002 Add the package app/__init__.py",
        "- [X] T002 Test notes in tests/test_notes.py",
        "- [X] T002 Delete app/old.py",
        "- [X] T002 Make the folders backend/app/ and backend/data/",
        "- [X] T002 Take @vendor/config along and write .env",
        "- [X] T002 Talk to the users",
    ],
)
def test_a_tick_that_the_files_bear_out_is_left_alone(line: str) -> None:
    """So are open tasks, and what a task takes away or does not name."""
    assert _said(line) == []


def test_a_list_about_files_elsewhere_is_left_alone() -> None:
    """Specs may stand in another repository than the code."""
    source = decode("tasks.md", b"- [X] T001 Write src/a.ts\n- [X] T002 Write src/b.ts\n")

    assert list(check_ticks(source, MemoryFiles(_THERE))) == []
