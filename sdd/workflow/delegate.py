"""Sends agents to work: each order in an overlay of its own, orders of a wave side by side."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from sdd.agents.conversation import Tool
from sdd.agents.definition import AgentDefinition
from sdd.agents.runner import AgentRunner, Outcome, Step, Task
from sdd.ports import ReadableFiles
from sdd.workflow.context import Context, Conversation, Work
from sdd.workflow.events import OrderFinished, OrderStarted, OrderStep
from sdd.workflow.integrate import Contribution, merge
from sdd.workflow.orders import WorkOrder
from sdd.workflow.overlay import Overlay
from sdd.workflow.request import OWN_MODELS, language_model
from sdd.workflow.tools import Services, granted, make_tools
from sdd.workflow.treasury import Treasury, turn_limits

SEAT = "+"


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """Who works, with what, on what.

    Attributes:
        definitions: By agent name, prompts already joined with the project's rules.
        owned: Files of earlier runs that nobody edited.
        treasury: What all of them may use.
        servers: Tools of MCP servers, by the server's name.
    """

    runner: AgentRunner
    definitions: Mapping[str, AgentDefinition]
    base: ReadableFiles
    owned: frozenset[PurePosixPath]
    services: Services
    treasury: Treasury
    servers: Mapping[str, tuple[Tool, ...]] = field(default_factory=dict)

    def model_of(self, agent: str) -> str:
        """Return the name of the model that an agent brings along."""
        return self.definitions[agent].model or OWN_MODELS


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One turn of one order: what to say to its agent.

    Attributes:
        model: Works instead of the run's model.
        seat: Names a second conversation about the same order, with another model.
    """

    order: WorkOrder
    prompt: str
    round: int = 0
    model: str | None = None
    seat: str = ""

    @property
    def key(self) -> str:
        """The conversation that it belongs to."""
        return f"{self.order.id}{SEAT}{self.seat}" if self.seat else self.order.id


async def delegate(
    context: Context, team: Team, waves: Sequence[Sequence[Errand]], work: Work
) -> Work:
    """Let the agents do these errands, wave by wave; each wave sees what earlier ones wrote.

    Raises:
        ModelError: A model cannot be reached; the other agents of the wave were stopped.
    """
    for wave in waves:
        jobs = [_job(context, team, errand, work) for errand in wave]
        done = await _side_by_side(jobs, context.request.parallel)
        work = _taken(work, done, team.base)
        if work.unfinished:
            break
    return work


@dataclass(frozen=True, slots=True, kw_only=True)
class _Done:
    errand: Errand
    conversation: Conversation
    writes: Mapping[PurePosixPath, bytes | None]


def _job(
    context: Context, team: Team, errand: Errand, work: Work
) -> Callable[[], Awaitable[_Done]]:
    async def job() -> _Done:
        return await _perform(context, team, errand, work)

    return job


async def _perform(context: Context, team: Team, errand: Errand, work: Work) -> _Done:
    order = errand.order
    definition = team.definitions[order.agent]
    overlay = work.overlay(team.base)
    model = errand.model or language_model(context.request.model)
    fresh = Conversation(agent=order.agent, model=model or team.model_of(order.agent))
    before = work.conversations.get(errand.key, fresh)
    accounts = team.treasury.accounts(order.agent, order.id)
    clock = context.ports.clock
    started = clock.monotonic()
    context.emit(OrderStarted(order=order.id, round=errand.round))
    outcome = await team.runner.run(
        definition,
        Task(
            key=f"{errand.key}-{errand.round}",
            prompt=errand.prompt,
            history=before.messages,
            model=model,
            accounts=accounts,
        ),
        (
            *make_tools(definition, order, overlay, team.owned, team.services),
            *granted(definition, team.servers),
        ),
        turn_limits(definition, accounts, before.seconds),
        _progress(context, order),
    )
    seconds = clock.monotonic() - started
    context.emit(
        OrderFinished(
            order=order.id, ending=outcome.ending.value, seconds=seconds, usage=outcome.usage
        )
    )
    writes = _changed(overlay, work.overlay(team.base))
    return _Done(
        errand=errand,
        conversation=_continued(before, outcome, errand.round, seconds, writes),
        writes=writes,
    )


def _progress(context: Context, order: WorkOrder) -> Callable[[Step], None]:
    return lambda step: context.emit(OrderStep(order=order.id, text=step.text))


def _changed(overlay: Overlay, before: Overlay) -> dict[PurePosixPath, bytes | None]:
    touched = {**before.writes(), **overlay.writes()}
    return {
        path: overlay.read(path)
        for path in sorted(touched)
        if overlay.read(path) != before.read(path)
    }


def _continued(
    before: Conversation,
    outcome: Outcome,
    number: int,
    seconds: float,
    writes: Mapping[PurePosixPath, bytes | None],
) -> Conversation:
    return replace(
        before,
        messages=outcome.messages or before.messages,
        rounds=number,
        ending=outcome.ending,
        reason=outcome.reason,
        text=outcome.text,
        seconds=before.seconds + seconds,
        usage=before.usage + outcome.usage,
        files=tuple(sorted({*before.files, *map(str, writes)})),
    )


def _taken(work: Work, done: Sequence[_Done], base: ReadableFiles) -> Work:
    contributions = [Contribution(order=item.errand.order.id, writes=item.writes) for item in done]
    merged, conflicts = merge(work.writes, contributions)
    conversations = dict(work.conversations)
    conversations.update({item.errand.key: item.conversation for item in done})
    return replace(
        work,
        writes=Overlay(base, merged).writes(),
        conversations=conversations,
        conflicts=(*work.conflicts, *conflicts),
    )


async def _side_by_side(jobs: Sequence[Callable[[], Awaitable[_Done]]], most: int) -> list[_Done]:
    """Run jobs at the same time, at most so many; the first failure stops the others."""
    gate = asyncio.Semaphore(max(1, most))

    async def guarded(job: Callable[[], Awaitable[_Done]]) -> _Done:
        async with gate:
            return await job()

    tasks = [asyncio.ensure_future(guarded(job)) for job in jobs]
    try:
        return list(await asyncio.gather(*tasks))
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise
