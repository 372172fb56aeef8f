from dataclasses import replace
from decimal import Decimal

import pytest
from fakes import MemoryFiles

from sdd.workflow.jobs import Job, JobResult, ended, find_run_of
from sdd.workflow.runs import Run, RunState, list_runs, save_run
from tests.workflow.harness import Rig

RUN = Run(id="20260102-030405-shop", feature="shop", model="offline", inputs="abc", job="shop-1")


def test_a_job_goes_through_the_queue_unchanged() -> None:
    """As text, which any tool can read; money as text too, so that no cent is lost."""
    job = Job(
        project="/srv/shop",
        feature="shop",
        options={"model": "sonnet", "budget_usd": str(Decimal("0.10")), "commit": True},
        command="sdd implement shop",
        user="developer",
    )
    result = JobResult(exit_code=3, answer="A human has to answer first: q1.", run_id="r")

    assert Job.load(job.dump()) == job
    assert JobResult.load(result.dump()) == result


def test_a_run_keeps_the_job_that_it_works_on() -> None:
    """By it whoever goes on with the job finds the run, also when it has ended."""
    rig = Rig()

    report = rig.start(job="bookmarks-7")

    run = find_run_of(rig.files, "bookmarks-7")
    assert run is not None
    assert run.id == report.run_id
    assert find_run_of(rig.files, "bookmarks-8") is None
    assert ended(rig.files, run) == JobResult(
        exit_code=0, answer=report.answer, run_id=run.id, landed=True
    )
    assert len(list_runs(rig.files)) == 1


@pytest.mark.parametrize("state", RunState)
def test_only_a_run_that_has_ended_has_a_result(state: RunState) -> None:
    """What was interrupted, stopped or killed goes on; so does what owes its record."""
    files = MemoryFiles()
    run = replace(RUN, state=state, exit_code=1, answer="So it ended.")
    save_run(files, run)
    goes_on = state in {RunState.RUNNING, RunState.INTERRUPTED, RunState.STOPPED}

    result = ended(files, run)

    assert (result is None) is goes_on
    if result is not None:
        assert (result.answer, result.landed) == ("So it ended.", state is RunState.LANDED)
    save_run(files, run, {"owed.json": b"{}"})
    assert ended(files, run) is None
