"""tasks.md: read as it is written, ticked on evidence alone."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st
from steps import calls

from sdd.records.tasks import (
    TaskEvidence,
    TestChange,
    check_tasks,
    read_tasks,
    tick,
)
from sdd.text import SourceText

_TASKS = """# Tasks: Items

## Format: `[ID] [P?] [Story] Description`

```markdown
- [ ] T001 Create a sample in src/sample.py
```
<!-- - [ ] T000 Old in src/old.py -->

## Phase 1: Setup

- [ ] T001 Create `backend/` structure with backend/.env.example and Dockerfile
- [x] T002 [P] Add settings in backend/app/settings.py per plan.md for Next.js and read/write
  - [ ] not a task of its own

## Phase 2: User Story 1 - List (Priority: P1)

* [ ] **T003** [P] [US1] Write tests in tests/test_items.py
- [ ] T004 [US1] Add GET /api/items in backend/app/routes/items.py (depends on T001, T002-T003)
- [ ] T005 Think about `GET /api/items` and/or others
"""
_GREEN = TaskEvidence(
    touched=["tests/test_items.py", "backend/app/routes/items.py"],
    gates={"audit": True, "tests": True},
    tests={"test_items.py::test_list": TestChange.NEW_GREEN},
)


def _read(text: str = _TASKS):  # noqa: ANN202 - the tasks
    return read_tasks(SourceText(path="tasks.md", text=text))


def test_every_part_of_a_task_is_read() -> None:
    """Id, marks, story, paths, dependencies, phase, box and line; samples are no tasks."""
    tasks = _read()

    assert [(item.id, item.parallel, item.story, item.done) for item in tasks] == [
        ("T001", False, None, False),
        ("T002", True, None, True),
        ("T003", True, "US1", False),
        ("T004", False, "US1", False),
        ("T005", False, None, False),
    ]
    assert [item.paths for item in tasks] == [
        ("backend/.env.example", "Dockerfile"),
        ("backend/app/settings.py",),
        ("tests/test_items.py",),
        ("backend/app/routes/items.py",),
        (),
    ]
    assert tasks[3].depends == ("T001", "T002", "T003")
    assert tasks[3].phase == "Phase 2: User Story 1 - List (Priority: P1)"
    assert tasks[3].span.line == 19
    assert tasks[2].tests == ("tests/test_items.py",)


def test_a_list_without_ids_is_read_too() -> None:
    """Older lists have boxes alone; then each box is a task."""
    assert [item.text for item in _read("# T\n- [ ] Create `src/a.py`\n- [x] Write docs\n")] == [
        "Create `src/a.py`",
        "Write docs",
    ]


def test_only_what_the_evidence_proves_is_ticked() -> None:
    """Touched paths, green gates and a new green test tick two boxes; nothing else changes."""
    ticked = tick(_TASKS.encode(), _GREEN)

    expected = _TASKS.replace("* [ ] **T003**", "* [X] **T003**")
    expected = expected.replace("- [ ] T004", "- [X] T004")
    assert ticked.ids == ("T003", "T004")
    assert ticked.data.decode() == expected


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"gates": {}}, "no gate was run"),
        ({"gates": {"audit": False}}, "gates did not pass: audit"),
        ({"tests": {}}, "no test in tests/test_items.py turned green or is new"),
        ({"tests": {"tests/test_items.py::test_a": TestChange.STILL_GREEN}}, "no test in"),
        ({"tests": {"tests/test_items.py::test_a": TestChange.RED}}, "is red"),
    ],
)
def test_without_evidence_a_box_stays_open_and_the_reason_is_told(
    changes: dict[str, object], reason: str
) -> None:
    """A missing gate, a red gate, a test that is old or red: each keeps the box open."""
    ticked = tick(_TASKS.encode(), dataclasses.replace(_GREEN, **changes))  # type: ignore[arg-type]

    assert "T003" not in ticked.ids
    assert any(
        "T003 stays open: " in item.message and reason in item.message for item in ticked.findings
    )


def test_a_box_that_somebody_ticked_without_evidence_is_caught() -> None:
    """It is reported with its place and stays ticked."""
    ticked = tick(_TASKS.encode(), _GREEN)

    (found,) = [item for item in ticked.findings if item.rule == "ticked-without-evidence"]
    assert found.message == (
        "T002 is ticked without evidence: the diff does not touch backend/app/settings.py"
    )
    assert found.span
    assert found.span.line == 13
    assert b"- [x] T002" in ticked.data


def test_a_ticked_box_whose_file_is_missing_is_an_error() -> None:
    """Naming a file that does not exist is worse than lacking a diff."""
    ticked = tick(_TASKS.encode(), dataclasses.replace(_GREEN, present=["tests/test_items.py"]))

    (found,) = [item for item in ticked.findings if item.rule == "ticked-without-evidence"]
    assert (found.severity, found.message) == (
        "error",
        "T002 is ticked without evidence: backend/app/settings.py does not exist",
    )


def test_what_an_earlier_landing_ticked_is_not_reported() -> None:
    """Evidence of earlier runs counts."""
    ticked = tick(_TASKS.encode(), dataclasses.replace(_GREEN, proved_before=["T002"]))

    assert not [item for item in ticked.findings if item.rule == "ticked-without-evidence"]


@given(data=st.binary(max_size=60), tail=st.sampled_from([b"\r\n", b"\n", b"", b"\xff\xfe\r"]))
def test_without_evidence_no_byte_changes(data: bytes, tail: bytes) -> None:
    """Whatever the bytes and line ends, an empty evidence leaves the file as it is."""
    text = data + tail + b"- [ ] T001 Write a.py" + tail

    assert tick(text, TaskEvidence()).data == text


def test_line_ends_stay() -> None:
    """A file with CRLF is ticked in place."""
    evidence = TaskEvidence(touched=["a.py"], gates={"audit": True})

    ticked = tick(b"x\xff\r\n- [ ] T001 Write a.py\r\n", evidence)

    assert ticked.data == b"x\xff\r\n- [X] T001 Write a.py\r\n"


def test_lists_that_contradict_themselves_are_reported() -> None:
    """Twice the same id, a dependency on nothing, [P] on one file, ticked before its turn."""
    text = (
        "## Phase 1\n- [ ] T001 [P] In a.py\n- [ ] T001 [P] In a.py\n"
        "- [ ] T002 B (depends on T009)\n- [x] T003 C (depends on T002)\n"
    )

    found = check_tasks(SourceText(path="tasks.md", text=text))

    assert [(item.rule, item.span.line) for item in found if item.span] == [
        ("duplicate-task", 3),
        ("parallel-conflict", 3),
        ("unknown-dependency", 4),
        ("ticked-out-of-order", 5),
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece", ["```a\n- [ ] T001 x\n", "<!-- \n", "- [ ] T001 a/b.py (depends on T001)\n", "## P\n"]
)
def test_hostile_lists_take_work_that_grows_with_them_alone(piece: str) -> None:
    """Of what nothing closes, the end is looked for once; all else grows as the list does."""
    texts = [piece * (size // len(piece)) for size in (5_000, 20_000)]
    small, large = (calls(lambda text=text: _read(text)) for text in texts)  # type: ignore[misc]

    assert large.total() < small.total() * 5
    assert large["_end_of_skipped"] == small["_end_of_skipped"]
