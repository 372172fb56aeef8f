import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

import pytest
from fakes import FakeRunner, MemoryFiles

from sdd.agents.conversation import Tool
from sdd.agents.definition import AgentDefinition
from sdd.agents.runner import Limits, Outcome, Step, Task
from sdd.errors import ExitCode, ModelError, SpecError, WorkspaceError
from sdd.workflow.events import Event, GateFinished
from tests.workflow.harness import PROJECT, Rig


@dataclass
class Breaking:
    """A runner that works until an order, and then something happens."""

    inner: FakeRunner
    at: str
    error: BaseException
    done: list[str] = field(default_factory=list)

    async def run(
        self,
        definition: AgentDefinition,
        task: Task,
        tools: Sequence[Tool],
        limits: Limits,
        on_step: Callable[[Step], None],
    ) -> Outcome:
        """Work, or break."""
        if task.key == self.at:
            raise self.error
        self.done.append(task.key)
        return await self.inner.run(definition, task, tools, limits, on_step)

    async def recall(self, key: str, make: Callable[[], Awaitable[str]]) -> str:
        """As the one that works."""
        return await self.inner.recall(key, make)


@pytest.mark.parametrize("at", ["auth-0", "routes-0", "tests-0"])
def test_an_interruption_keeps_the_run_and_the_next_goes_on(at: str) -> None:
    """Exit 130, nothing landed; the same request takes up the same run."""
    rig = Rig()
    stop = asyncio.CancelledError()
    rig.runner = Breaking(inner=FakeRunner(model=rig.model), at=at, error=stop)

    interrupted = rig.start()
    before = rig.project()
    rig.runner = None
    resumed = rig.start()

    assert interrupted.exit_code is ExitCode.INTERRUPTED
    assert before == PROJECT
    assert (resumed.run_id, resumed.resumed) == (interrupted.run_id, True)
    assert resumed.landed
    assert rig.opened == [PurePosixPath(f".sdd/runs/{resumed.run_id}")] * 2


def test_cancelling_from_outside_ends_130() -> None:
    """^C reaches the run as a cancellation, at whatever it waits for."""
    rig = Rig()

    async def cancelled() -> ExitCode:
        task: asyncio.Task[object]

        def stop_at_gates(event: Event) -> None:
            if isinstance(event, GateFinished):
                task.cancel()

        task = asyncio.ensure_future(rig.implement(on_event=stop_at_gates))
        report = await task
        return report.exit_code  # type: ignore[attr-defined, no-any-return]

    assert asyncio.run(cancelled()) is ExitCode.INTERRUPTED
    assert rig.project() == PROJECT


def test_changed_specs_begin_a_new_run_after_an_interruption() -> None:
    """What was said about other specs is not taken up."""
    rig = Rig()
    rig.runner = Breaking(
        inner=FakeRunner(model=rig.model), at="routes-0", error=asyncio.CancelledError()
    )
    first = rig.start()
    rig.runner = None
    rig.files.commit({PurePosixPath("specs/features/bookmarks.md"): b"# Feature: bookmarks\n"})

    second = rig.start()

    assert not second.resumed
    assert second.run_id != first.run_id


def test_a_model_that_cannot_be_reached_keeps_what_was_paid_for() -> None:
    """The error is one sentence, and the run can go on."""
    rig = Rig()
    error = ModelError("The model cannot be reached.")
    rig.runner = Breaking(inner=FakeRunner(model=rig.model), at="routes-0", error=error)

    with pytest.raises(ModelError):
        rig.start()
    rig.runner = None
    report = rig.start()

    assert report.resumed
    assert report.landed


def test_a_named_run_is_resumed() -> None:
    """`--resume RUN` takes exactly this one; an unknown one is an error."""
    rig = Rig()
    rig.runner = Breaking(
        inner=FakeRunner(model=rig.model), at="routes-0", error=asyncio.CancelledError()
    )
    first = rig.start()
    rig.runner = None

    with pytest.raises(SpecError):
        rig.start(resume="nothing")
    report = rig.start(resume=first.run_id)

    assert (report.run_id, report.resumed) == (first.run_id, True)


def test_a_budget_ends_the_run_4() -> None:
    """It stops before the call that would pass it, and keeps everything."""
    rig = Rig()

    report = rig.start(budget=Limits(requests=3))

    assert report.exit_code is ExitCode.LIMIT
    assert rig.project() == PROJECT
    assert rig.start().resumed


def test_a_time_limit_ends_the_run_4() -> None:
    """Agents that take too long are stopped."""

    @dataclass
    class Slow(FakeRunner):
        async def run(self, *_: object) -> Outcome:
            await asyncio.sleep(60)
            raise AssertionError

    rig = Rig()
    rig.runner = Slow()  # type: ignore[assignment]

    report = rig.start(budget=Limits(seconds=0.05))

    assert report.exit_code is ExitCode.LIMIT
    assert rig.project() == PROJECT


def test_a_disk_that_is_full_at_landing_loses_nothing() -> None:
    """The error is told, nothing landed, and the next run goes on where this one stopped."""
    rig = Rig(files=MemoryFiles(PROJECT, unwritable=["backend/app/main.py"]))

    with pytest.raises(WorkspaceError):
        rig.start()
    after = rig.project()
    rig.files.unwritable.clear()
    report = rig.start()

    assert after == PROJECT
    assert report.resumed
    assert report.landed
