import asyncio
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

import pytest
from fakes import FakeRunner, FixedClock, MemoryFiles, ScriptedModel, ScriptedProcesses, call, say

from sdd.agents.conversation import SystemMessage, Tool, UserMessage
from sdd.agents.definition import AgentDefinition
from sdd.agents.runner import Ending, Limits, Outcome, Step, Task
from sdd.errors import ModelError
from sdd.workflow.context import Context, Work
from sdd.workflow.delegate import Errand, Team, delegate
from sdd.workflow.events import Event, OrderFinished, OrderStarted, OrderStep
from sdd.workflow.orders import Plan
from sdd.workflow.plan import AGENTS
from sdd.workflow.request import ImplementRequest, Ports
from sdd.workflow.tools import Services
from sdd.workflow.treasury import Bounds, Treasury, turn_limits
from tests.workflow.test_plan import plan_of

MODELS = PurePosixPath("backend/app/models/task.py")
AUTH = PurePosixPath("backend/app/auth/jwt.py")
SERVICES = Services(run_tests=lambda *_: "", audit=lambda *_: "", ask=lambda *_: None)


def context(events: list[Event], **request: object) -> Context:
    """Return a run's surroundings that need nothing."""
    ports = Ports(
        files=MemoryFiles(),
        clock=FixedClock(tick=1.0),
        processes=ScriptedProcesses(),
        open_runner=lambda _folder: nullcontext(FakeRunner()),  # type: ignore[arg-type, return-value]
        scratch=lambda _files: nullcontext("/nowhere"),
        lock=lambda _path: nullcontext(),
        records=None,  # type: ignore[arg-type]
    )
    asked = ImplementRequest(**{"feature": "x", **request})  # type: ignore[arg-type]
    return Context(request=asked, ports=ports, emit=events.append)


def team(runner: object, base: MemoryFiles | None = None) -> Team:
    """Return agents that differ by name alone."""
    definitions = {
        name: AgentDefinition(name=name, description="", prompt=f"You are {name}.", path="")
        for name in AGENTS
    }
    return Team(
        runner=runner,  # type: ignore[arg-type]
        definitions=definitions,
        base=base or MemoryFiles(),
        owned=frozenset(),
        services=SERVICES,
        treasury=Treasury(Limits(), Bounds()),
    )


def errands(plan: Plan, *ids: str, number: int = 0) -> tuple[Errand, ...]:
    """Return one wave of errands."""
    return tuple(
        Errand(order=plan.order(order), prompt=f"do {order}", round=number) for order in ids
    )


def writing(path: PurePosixPath, text: str) -> ScriptedModel:
    """Return a model that writes one file and ends."""
    return ScriptedModel(call("write_file", path=str(path), content=text), say("done"))


def run(
    runner: object,
    waves: Sequence[Sequence[Errand]],
    work: Work | None = None,
    events: list[Event] | None = None,
    **request: object,
) -> Work:
    """Delegate and wait."""
    surroundings = context(events if events is not None else [], **request)
    workers = replace(
        team(runner), treasury=Treasury(surroundings.request.budget, surroundings.request.bounds)
    )
    return asyncio.run(delegate(surroundings, workers, waves, work or Work()))


def test_a_wave_sees_what_earlier_waves_wrote() -> None:
    """The second agent reads the first one's file; the two of one wave do not see each other."""
    plan = plan_of()
    reader = ScriptedModel(call("read_file", path=str(MODELS)), say("done"))
    models = {"task-crud-subagent": writing(MODELS, "x"), "endpoint-subagent": reader}

    run(
        FakeRunner(models=models),
        [errands(plan, "models"), errands(plan, "schemas")],
    )

    assert any("lines 1-1 of 1:\nx" in getattr(message, "text", "") for message in reader.seen[-1])


def test_what_agents_wrote_is_merged() -> None:
    """Files of all orders come together; each conversation knows its own."""
    models = {
        "fastapi-backend-agent": writing(AUTH, "a"),
        "task-crud-subagent": writing(MODELS, "m"),
    }

    work = run(FakeRunner(models=models), [errands(plan_of(), "auth", "models")])

    assert work.writes == {AUTH: b"a", MODELS: b"m"}
    assert work.conversations["auth"].files == (str(AUTH),)
    assert work.conversations["models"].files == (str(MODELS),)


def test_a_repair_goes_on_in_the_same_conversation() -> None:
    """The second turn begins with all that was said in the first."""
    plan = plan_of()
    runner = FakeRunner(models={"task-crud-subagent": writing(MODELS, "m")})
    first = run(runner, [errands(plan, "models")])

    second = run(runner, [errands(plan, "models", number=1)], first)

    history = runner.tasks[-1][1].history
    assert isinstance(history[0], SystemMessage)
    assert history == first.conversations["models"].messages
    said = second.conversations["models"].messages
    prompts = [message.text for message in said if isinstance(message, UserMessage)]
    assert prompts == ["do models", "do models"]
    assert [task.key for _, task in runner.tasks] == ["models-0", "models-1"]


def test_events_tell_what_each_order_does() -> None:
    """An order begins, takes steps and ends, with time and usage."""
    events: list[Event] = []

    run(FakeRunner(model=writing(MODELS, "m")), [errands(plan_of(), "models")], events=events)

    assert events[0] == OrderStarted(order="models", round=0)
    assert events[1] == OrderStep(order="models", text="write_file")
    assert isinstance(events[2], OrderFinished)
    assert (events[2].ending, events[2].seconds) == ("submitted", 1.0)


@dataclass
class Crowd:
    """A runner that counts how many agents work at once; one of them may fail."""

    fails: str = ""
    now: int = 0
    most: int = 0
    cancelled: list[str] = field(default_factory=list)

    async def run(
        self,
        definition: AgentDefinition,
        task: Task,
        tools: Sequence[Tool],
        limits: Limits,
        on_step: Callable[[Step], None],
    ) -> Outcome:
        """Work for a moment."""
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            if task.key.startswith(self.fails or "-"):
                raise ModelError("The model cannot be reached.")
            await asyncio.sleep(0.01 if not self.fails else 10)
        except asyncio.CancelledError:
            self.cancelled.append(task.key)
            raise
        finally:
            self.now -= 1
        return Outcome(ending=Ending.SUBMITTED, text="")


@pytest.mark.parametrize("most", [1, 2])
def test_no_more_agents_work_at_once_than_allowed(most: int) -> None:
    """`parallel` bounds a wave."""
    crowd = Crowd()

    run(crowd, [errands(plan_of(), "auth", "models", "tests")], parallel=most)

    assert crowd.most == most


def test_a_failure_stops_the_others_of_its_wave() -> None:
    """Nobody goes on spending for a run that cannot end well."""
    crowd = Crowd(fails="models")

    with pytest.raises(ModelError):
        run(crowd, [errands(plan_of(), "auth", "models")])

    assert crowd.cancelled == ["auth-0"]


def test_a_budget_that_ends_stops_later_waves() -> None:
    """An order that reached its limit is the last."""
    runner = FakeRunner(model=ScriptedModel(*[call("list_files")] * 9))

    work = run(
        runner,
        [errands(plan_of(), "models"), errands(plan_of(), "routes")],
        budget=Limits(requests=3),
    )

    assert [order for order, _ in work.unfinished] == ["models"]
    assert "routes" not in work.conversations


def test_each_agent_and_each_order_has_bounds_of_its_own() -> None:
    """One order of an agent takes what the agent may use; the others of the run go on."""
    plan = plan_of()
    talking = ScriptedModel(*[call("list_files", under=str(number)) for number in range(9)])
    bounds = Bounds(
        agents={"task-crud-subagent": Limits(requests=3)}, orders={"auth": Limits(requests=2)}
    )

    work = run(FakeRunner(model=talking), [errands(plan, "auth", "models")], bounds=bounds)

    used = {order: item.usage.requests for order, item in work.conversations.items()}
    assert used == {"auth": 2, "models": 3}
    assert {order for order, _ in work.unfinished} == {"auth", "models"}


def test_an_agents_own_limit_of_turns_is_kept() -> None:
    """`maxTurns` of its definition, as its author wrote it."""
    definition = AgentDefinition(
        name="a", description="", prompt="", path="", extra={"maxTurns": "7"}
    )
    accounts = Treasury(Limits(requests=50), Bounds()).accounts("a", "models")

    assert turn_limits(definition, accounts, 0.0).requests == 7
    assert turn_limits(replace(definition, extra={}), accounts, 0.0).requests == 50


def test_an_order_has_its_time_over_all_its_rounds() -> None:
    """What it took before is taken off."""
    definition = AgentDefinition(name="a", description="", prompt="", path="")
    bounds = Bounds(orders={"*": Limits(seconds=10.0)})
    accounts = Treasury(Limits(), bounds).accounts("a", "models")

    assert turn_limits(definition, accounts, 4.0).seconds == 6.0
    assert turn_limits(definition, accounts, 40.0).seconds == 0.0
