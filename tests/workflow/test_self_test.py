"""The self-test says of each fault whether it was caught, and what else protects."""

from faults.backend import FILES, MAIN, SHELVES
from memory_files import MemoryFiles

from sdd.faults import Kind
from sdd.program import load
from sdd.workflow.self_test import Fate, SelfTest, self_test


def run(files: dict[str, str], most: int | None = 2) -> SelfTest:
    return self_test(load(MemoryFiles(files)), most=most)


def test_a_right_backend_passes() -> None:
    """Every fault is caught."""
    result = run(FILES)

    assert result.is_passed
    assert result.count(Fate.CAUGHT) == len(result.trials)


def test_a_second_lock_is_named() -> None:
    """Two checks of one row: each alone is no loss, and each names the other."""
    twice = MAIN.replace(
        "    shelf.title = data.title\n",
        "    find_shelf(session, shelf_id, user)\n    shelf.title = data.title\n",
    )
    result = run({"main.py": twice, "shelves.py": SHELVES}, most=None)

    second = [trial for trial in result.trials if trial.fate is Fate.SECOND_LOCK]
    assert {trial.mutation.kind for trial in second} >= {Kind.DROPPED_GUARD}
    assert all("protects it as well" in trial.told for trial in second)
    assert result.is_passed


def test_a_check_of_another_form_is_a_second_lock_too() -> None:
    """A statement that no fault is seeded into may stop what a fault lets through."""
    twice = MAIN.replace(
        "    shelf.title = data.title\n",
        "    if shelf.keeper not in [user]:\n        raise HTTPException(403)\n"
        "    shelf.title = data.title\n",
    )
    line = twice[: twice.index("if shelf.keeper not in")].count("\n") + 1
    result = run({"main.py": twice, "shelves.py": SHELVES}, most=None)

    second = [trial.told for trial in result.trials if trial.fate is Fate.SECOND_LOCK]
    assert any(f"main.py:{line}" in told for told in second), second
    assert result.is_passed


def test_nothing_to_break_is_no_pass() -> None:
    """A self-test that tried nothing has shown nothing."""
    result = run({"main.py": "from fastapi import FastAPI\napp = FastAPI()\n"})

    assert result.trials == ()
    assert not result.is_passed


def test_at_most_so_many_faults_of_a_kind_are_tried() -> None:
    """The rest is counted as possible."""
    result = run(FILES, most=1)
    kinds = [trial.mutation.kind for trial in result.trials]

    assert len(kinds) == len(set(kinds)) == len(Kind)
    assert result.possible > len(kinds)


def test_progress_is_told_before_each_fault() -> None:
    """Whoever waits sees how far it is."""
    heard: list[tuple[int, int]] = []
    self_test(
        load(MemoryFiles(FILES)), most=1, told=lambda done, every: heard.append((done, every))
    )

    assert heard == [(number, len(Kind)) for number in range(len(Kind))]
