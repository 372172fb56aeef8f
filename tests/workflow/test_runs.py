from dataclasses import replace
from datetime import UTC, datetime
from pathlib import PurePosixPath

import pytest
from fakes import MemoryFiles

from sdd.agents.definition import AgentDefinition
from sdd.errors import SddError, SpecError
from sdd.workflow.runs import (
    RESUMABLE,
    Run,
    RunState,
    find_interrupted,
    inputs_hash,
    list_runs,
    new_run_id,
    resumable,
    save_run,
    show_run,
)

RUN = Run(id="20260102-030405-task-crud", feature="task-crud", model="offline", inputs="abc")
AGENT = AgentDefinition(name="a", description="", prompt="p", path="agents/a.md")


def test_a_run_is_saved_and_listed() -> None:
    """What was saved is what is shown; the folder keeps itself out of git."""
    files = MemoryFiles()

    save_run(files, RUN, {"files/backend/x.py": b"x"})

    assert list_runs(files) == (RUN,)
    assert show_run(files, RUN.id) == RUN
    assert files.text(".sdd/.gitignore") == "*\n"
    assert files.text(f".sdd/runs/{RUN.id}/files/backend/x.py") == "x"


def test_ids_sort_by_time_and_are_never_taken_twice() -> None:
    """Two runs within one second differ."""
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    first = new_run_id(moment, "task-crud", [])

    second = new_run_id(moment, "task-crud", [first])

    assert first == "20260102-030405-task-crud"
    assert second == "20260102-030405-task-crud-2"


def test_the_newest_interrupted_run_with_the_same_inputs_is_found() -> None:
    """Other inputs and runs that ended are left alone."""
    files = MemoryFiles()
    for number, state in enumerate(RunState):
        save_run(files, replace(RUN, id=f"{number}", state=state, inputs=f"{state in RESUMABLE}"))

    found = find_interrupted(files, "True")

    assert found is not None
    assert found.state in RESUMABLE
    assert find_interrupted(files, "other") is None


def test_an_unknown_run_names_the_nearest() -> None:
    """A slip of the finger is answered with what was meant."""
    files = MemoryFiles()
    save_run(files, RUN)

    with pytest.raises(SpecError) as caught:
        show_run(files, "20260102-030405-task-crut")

    assert RUN.id in (caught.value.hint or "")


@pytest.mark.parametrize("state", sorted(set(RunState) - RESUMABLE))
def test_a_run_that_ended_cannot_go_on(state: RunState) -> None:
    """Resuming is for what was interrupted."""
    files = MemoryFiles()
    save_run(files, replace(RUN, state=state))

    with pytest.raises(SddError, match="has ended"):
        resumable(replace(RUN, state=state), RUN.inputs)


def test_a_run_with_other_inputs_cannot_go_on() -> None:
    """Its journal answers other questions."""
    files = MemoryFiles()
    save_run(files, replace(RUN, state=RunState.INTERRUPTED))

    with pytest.raises(SddError, match="have changed"):
        resumable(RUN, "other")


def test_a_damaged_run_is_passed_over() -> None:
    """A run file that is no JSON does not hide the others."""
    files = MemoryFiles({".sdd/runs/x/run.json": "{", ".sdd/runs/y/run.json": "[]"})
    save_run(files, RUN)

    assert list_runs(files) == (RUN,)


def test_inputs_change_with_specs_agents_and_options() -> None:
    """Equal inputs have equal hashes; any difference shows."""
    base = inputs_hash({"a": "1"}, [AGENT], {"model": "offline"})

    assert inputs_hash({"a": "1"}, [AGENT], {"model": "offline"}) == base
    assert inputs_hash({"a": "2"}, [AGENT], {"model": "offline"}) != base
    assert inputs_hash({"a": "1"}, [replace(AGENT, prompt="q")], {"model": "offline"}) != base
    assert inputs_hash({"a": "1"}, [AGENT], {"model": "claude"}) != base


def test_a_run_id_is_no_path() -> None:
    """An id cannot lead out of the runs' folder."""
    files = MemoryFiles({"run.json": "{}"})

    with pytest.raises(SpecError):
        show_run(files, "../..")

    assert RUN.folder == PurePosixPath(".sdd/runs/20260102-030405-task-crud")
