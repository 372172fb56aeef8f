import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdd.diagnostics import Diagnostic, Severity
from sdd.records.convergence import append_findings
from sdd.records.tasks import read_tasks
from sdd.text import SourceText

TASKS = """# Tasks

## Phase 1: Setup

- [X] T001 Create backend/a.py
- [ ] T002 Test it in tests/test_a.py
"""


def finding(task: str, lack: str = "no test in tests/test_a.py turned green") -> Diagnostic:
    """Return what ticking says of a task that stays open."""
    return Diagnostic(
        rule="task-not-proved",
        severity=Severity.NOTE,
        message=f"{task} stays open: {lack}",
        subject=task,
    )


def test_what_stays_open_is_appended_once_and_numbers_continue() -> None:
    """A phase of its own at the end; the same finding again changes nothing."""
    once = append_findings(TASKS.encode(), [finding("T002")])

    assert once.decode() == TASKS + (
        "\n## Phase 2: Convergence\n\n"
        "- [ ] T003 Settle T002: no test in tests/test_a.py turned green (task-not-proved)\n"
    )
    assert append_findings(once, [finding("T002", "something else")]) == once
    more = append_findings(once, [finding("T001", "the diff does not touch backend/a.py")])
    assert more.decode().removeprefix(once.decode()) == (
        "- [ ] T004 Settle T001: the diff does not touch backend/a.py (task-not-proved)\n"
    )


def test_a_finding_gets_no_finding_of_its_own() -> None:
    """Else each run would add a task about the task that the last one added."""
    once = append_findings(TASKS.encode(), [finding("T002")])

    assert append_findings(once, [finding("T003")]) == once


@pytest.mark.parametrize("text", ["", "# Tasks", "# Tasks\r\n\r\n- [ ] T9 Do it in a.py\r\n"])
def test_any_file_gets_readable_tasks(text: str) -> None:
    """An empty one too, one without an end of line, and one with those of Windows."""
    after = append_findings(text.encode(), [finding("T9")])

    tasks = read_tasks(SourceText(path="", text=after.decode()))
    assert tasks[-1].text.startswith("Settle T9")
    assert tasks[-1].phase.endswith("Convergence")
    assert ("\n" in after.decode().replace("\r\n", "")) is not ("\r\n" in text)


@given(st.binary(max_size=200), st.lists(st.sampled_from(["T001", "T7", "'x'"]), max_size=3))
def test_no_byte_of_what_was_there_changes(data: bytes, tasks: list[str]) -> None:
    """Whatever stood there stands there still, at the beginning."""
    after = append_findings(data, map(finding, tasks))

    assert after.startswith(data)
    assert append_findings(data, []) == data
