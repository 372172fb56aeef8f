"""Runs agents with pydantic-ai; the framework is imported when the first agent runs."""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sdd.adapters.journal import JOURNAL, Journal, NoJournal, open_journal
from sdd.adapters.model_names import ModelNames, unpriced
from sdd.adapters.turnstile import Passage, Turnstile
from sdd.agents.budget import Account
from sdd.agents.catalog import Catalog, load_catalog
from sdd.agents.conversation import (
    AssistantMessage,
    DeterministicModel,
    HumanNeeded,
    Tool,
    ToolError,
)
from sdd.agents.definition import AgentDefinition
from sdd.agents.repetition import ENDED, WARNED, Repetition
from sdd.agents.runner import Ending, Limits, Outcome, Step, Task
from sdd.changes import digest
from sdd.errors import MissingExtraError, ModelError

if TYPE_CHECKING:
    import pydantic_ai

    from sdd.adapters.pydantic_guard import GuardedModel, Turn
    from sdd.adapters.pydantic_models import Chosen

_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+")
_SHOWN = 80
_PARALLEL_TOOLS = 32


class PydanticRunner:
    """An `AgentRunner`; open it with `open_runner`.

    Args:
        scripted: Deterministic models by name: `offline`, and those of tests.
        default: The model of agents that name none.
        environment: Where keys are looked for.
    """

    def __init__(
        self,
        *,
        scripted: Mapping[str, DeterministicModel],
        default: str,
        catalog: Catalog,
        environment: Mapping[str, str],
        journal: Journal,
    ) -> None:
        self._scripted = dict(scripted)
        self._names = ModelNames(
            catalog=catalog, environment=environment, scripted=self._scripted, default=default
        )
        self._catalog = catalog
        self._environment = environment
        self._journal = journal
        self._chosen: dict[str, Chosen] = {}
        self._turnstile = Turnstile()
        # Its own: a tool that waits for a human must not take threads that others need.
        self._threads = ThreadPoolExecutor(_PARALLEL_TOOLS, thread_name_prefix="sdd-tool")

    async def run(
        self,
        definition: AgentDefinition,
        task: Task,
        tools: Sequence[Tool],
        limits: Limits,
        on_step: Callable[[Step], None],
    ) -> Outcome:
        """Let the agent work; tool errors are told to the model, endings are returned.

        Raises:
            ModelError: The model is not known, cannot be reached, or its key is missing.
            MissingExtraError: The framework is not installed.
        """
        name = self._names.of(definition, task.model)
        bounded = any(item.usd is not None for item in (limits, *(a.limits for a in task.accounts)))
        chosen = self._choose(name, tools, bounded=bounded)
        from pydantic_ai.exceptions import AgentRunError  # noqa: PLC0415 - slow to import

        from sdd.adapters.pydantic_guard import GuardedModel, Meter, RunEnded, Turn  # noqa: PLC0415
        from sdd.adapters.pydantic_models import explain  # noqa: PLC0415

        accounts = (Account(limits=limits), *task.accounts)
        meter = Meter(accounts=accounts, price=chosen.price, metered=chosen.metered)
        passage = Passage(self._turnstile)
        turn = Turn(
            key=task.key,
            prompt=definition.prompt,
            streamed=chosen.streamed,
            passage=passage,
            on_ask=_announcing(chosen, task, on_step),
            on_progress=lambda text: on_step(Step(key=task.key, text=text)),
        )
        model = GuardedModel(chosen.model, turn, meter, self._journal)
        repetition = Repetition()
        clock = asyncio.timeout(limits.seconds)
        try:
            async with clock, passage.inside():
                framed = [self._framed(tool, turn, repetition) for tool in tools]
                agent = _agent(definition, model, framed)
                return await _converse(agent, definition, task, model, chosen.settings)
        except HumanNeeded as needed:
            return _ended(model, definition, Ending.WAITING, str(needed))
        except RunEnded as ended:
            if ended.ending is Ending.FAILED:
                await self._journal.forget(task.key)  # a resumed run gives it another chance
            return _ended(model, definition, ended.ending, ended.reason)
        except TimeoutError:
            if not clock.expired():
                raise
            reason = f"the limit of {limits.seconds:g} seconds is reached"
            return _ended(model, definition, Ending.LIMIT, reason)
        except AgentRunError as error:
            explained = explain(error, chosen)
            if isinstance(explained, ModelError):
                raise explained from error
            return _ended(model, definition, Ending.FAILED, explained)

    async def close(self) -> None:
        """Close the connections to models, and start no more tools."""
        for chosen in self._chosen.values():
            await chosen.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _framed(self, tool: Tool, turn: Turn, repetition: Repetition) -> pydantic_ai.Tool[object]:
        import jsonschema  # type: ignore[import-untyped] # noqa: PLC0415 - slow to import
        from pydantic_ai import Tool as FrameworkTool  # noqa: PLC0415
        from pydantic_ai.exceptions import ToolFailed  # noqa: PLC0415

        perform = self._once(tool, turn) if tool.outside else partial(self._perform, tool, turn)
        schema = dict(tool.parameters)
        validator = jsonschema.Draft202012Validator(schema)

        async def call(**arguments: Any) -> str:  # noqa: ANN401 - the schema says what they are
            turn.on_progress(_shown(tool, arguments))
            problem = jsonschema.exceptions.best_match(validator.iter_errors(arguments))
            if problem is not None:
                place = f" at {problem.json_path}" if problem.path else ""
                told = f"Invalid arguments for {tool.name}{place}: {problem.message}"
                _require_progress(repetition.count(tool.name, arguments, told))
                raise ToolFailed(told)
            try:
                answer = await perform(arguments)
            except ToolError as error:
                _require_progress(repetition.count(tool.name, arguments, str(error)))
                raise ToolFailed(str(error)) from error
            _require_progress(repetition.count(tool.name, arguments, answer))
            return answer

        return FrameworkTool.from_schema(
            call,
            name=tool.name,
            description=tool.description,
            json_schema=schema,
            sequential=True,  # in the order of the answer: two calls may touch one file
        )

    async def _perform(self, tool: Tool, turn: Turn, arguments: Mapping[str, Any]) -> str:
        loop = asyncio.get_running_loop()
        async with turn.passage.outside():
            begun = await loop.run_in_executor(self._threads, tool.call, arguments)
            return begun if isinstance(begun, str) else await begun

    def _once(self, tool: Tool, turn: Turn) -> Callable[[Mapping[str, Any]], Awaitable[str]]:
        """Return what performs a tool's calls, each once in all lives of the run."""
        before: Counter[str] = Counter()

        async def perform(arguments: Mapping[str, Any]) -> str:
            asked = digest(json.dumps(arguments, sort_keys=True).encode())
            before[asked] += 1

            async def make() -> bytes:
                try:
                    return json.dumps([True, await self._perform(tool, turn, arguments)]).encode()
                except ToolError as error:
                    return json.dumps([False, str(error)]).encode()

            key = f"{turn.key}/{tool.name}/{before[asked]}"
            kept, _ = await self._journal.record(key, asked, make)
            well, text = json.loads(kept)
            if not well:
                raise ToolError(text)
            return str(text)

        return perform

    async def recall(self, key: str, make: Callable[[], Awaitable[str]]) -> str:
        """Return what the journal keeps under a key; what is not there yet is made."""

        async def made() -> bytes:
            return (await make()).encode()

        return (await self._journal.record(key, "", made))[0].decode()

    def _choose(self, name: str, tools: Sequence[Tool], *, bounded: bool) -> Chosen:
        try:
            from sdd.adapters.pydantic_models import choose, scripted  # noqa: PLC0415
        except ImportError as error:
            raise MissingExtraError("agents", "Running agents") from error
        if name in self._scripted:
            return scripted(self._scripted[name], tools)
        if name not in self._chosen:
            self._chosen[name] = choose(name, self._catalog, self._environment)
        chosen = self._chosen[name]
        if bounded and chosen.metered and chosen.price is None:
            raise unpriced(chosen.shown)
        return chosen


@asynccontextmanager
async def open_runner(
    folder: Path | None,
    *,
    scripted: Mapping[str, DeterministicModel],
    default: str = "offline",
    catalog: Catalog | None = None,
    environment: Mapping[str, str] | None = None,
    journal: Journal | None = None,
) -> AsyncIterator[PydanticRunner]:
    """Open a runner that keeps its journal in a run's folder; without one it keeps none.

    A `journal` that is given, such as a replay, is used instead of the folder's.

    Raises:
        MissingExtraError: What the journal needs is not installed.
        WorkspaceError: The journal cannot be opened.
    """

    def make(kept: Journal) -> PydanticRunner:
        return PydanticRunner(
            scripted=scripted,
            default=default,
            catalog=catalog or load_catalog(),
            environment=environment or {},
            journal=kept,
        )

    if folder is None or journal is not None:
        runner = make(journal or NoJournal())
        try:
            yield runner
        finally:
            await runner.close()
        return
    async with open_journal(folder / JOURNAL) as kept:
        runner = make(kept)
        try:
            yield runner
        finally:
            await runner.close()


def _agent(
    definition: AgentDefinition, model: GuardedModel, tools: Sequence[pydantic_ai.Tool[object]]
) -> pydantic_ai.Agent[object, str]:
    import pydantic_ai  # noqa: PLC0415 - slow to import

    pydantic_ai.BANNER_ENABLED = False  # the terminal is ours
    return pydantic_ai.Agent(
        model,
        name=definition.name,
        instructions=definition.prompt or None,
        tools=tools,
        # A model that keeps calling what does not exist is stopped by limits, not by a count.
        retries={"tools": 1_000_000, "output": 3},
    )


async def _converse(
    agent: pydantic_ai.Agent[object, str],
    definition: AgentDefinition,
    task: Task,
    model: GuardedModel,
    settings: Mapping[str, Any],
) -> Outcome:
    from pydantic_ai.settings import ModelSettings  # noqa: PLC0415 - slow to import
    from pydantic_ai.usage import UsageLimits  # noqa: PLC0415

    from sdd.adapters.pydantic_messages import from_history, to_history  # noqa: PLC0415

    result = await agent.run(
        task.prompt,
        message_history=to_history(task.history),
        model_settings=ModelSettings(**settings),  # type: ignore[typeddict-item]
        usage_limits=UsageLimits(request_limit=None),
        infer_name=False,
    )
    return Outcome(
        ending=Ending.SUBMITTED,
        text=result.output,
        messages=from_history(result.all_messages(), definition.prompt),
        usage=model.meter.usage,
    )


def _ended(
    model: GuardedModel, definition: AgentDefinition, ending: Ending, reason: str
) -> Outcome:
    from sdd.adapters.pydantic_messages import from_history  # noqa: PLC0415 - slow to import

    messages = from_history(model.history, definition.prompt)
    answers = (item.text for item in reversed(messages) if isinstance(item, AssistantMessage))
    return Outcome(
        ending=ending,
        text=next(answers, ""),
        messages=messages,
        usage=model.meter.usage,
        reason=reason,
    )


def _require_progress(times: int) -> None:
    """Tell a model that it goes round in circles; end its turn when telling does not help."""
    from pydantic_ai.exceptions import ToolFailed  # noqa: PLC0415 - slow to import

    from sdd.adapters.pydantic_guard import RunEnded  # noqa: PLC0415

    if times >= ENDED:
        raise RunEnded(Ending.FAILED, f"the model made the same call {times} times over")
    if times >= WARNED:
        raise ToolFailed(
            f"You have made this call {times} times, and the answer stays the same. Go on with "
            "something else, or end with a summary."
        )


def _announcing(chosen: Chosen, task: Task, on_step: Callable[[Step], None]) -> Callable[[], None]:
    """Say that a model is asked where that takes time."""
    if not chosen.metered:
        return lambda: None
    return lambda: on_step(Step(key=task.key, text=f"asks {chosen.shown}"))


def _shown(tool: Tool, arguments: Mapping[str, Any]) -> str:
    """Return one safe line: the tool, and its first short text argument."""
    texts = (value for value in arguments.values() if isinstance(value, str))
    first = next((text for text in texts if len(text) < _SHOWN and "\n" not in text), "")
    return _UNSAFE.sub(" ", f"{tool.name} {first}").strip()
