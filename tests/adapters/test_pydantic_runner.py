import asyncio
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from fakes import ScriptedModel, call, say

from sdd.adapters.journal import open_replay
from sdd.adapters.pydantic_runner import open_runner
from sdd.agents.conversation import (
    AssistantMessage,
    DeterministicModel,
    Message,
    SystemMessage,
    Tool,
    ToolCall,
    ToolError,
    ToolResult,
    UserMessage,
)
from sdd.agents.definition import AgentDefinition
from sdd.agents.runner import Ending, Limits, Outcome, Step, Task, Usage
from sdd.errors import ExitCode, MissingExtraError, ModelError

_PORTER = AgentDefinition(name="porter", description="Bags.", prompt="You carry.", path="p.md")


def _tool(does: Callable[[Mapping[str, Any]], str], name: str = "carry") -> Tool:
    return Tool(
        name=name,
        description="Carries a bag.",
        parameters={
            "type": "object",
            "properties": {"bag": {"type": "string"}},
            "required": ["bag"],
            "additionalProperties": False,
        },
        call=does,
    )


_UNEXPECTED = "Additional properties are not allowed ('fast' was unexpected)"
_CARRY = _tool(lambda arguments: f"carried {arguments['bag']}")


def _run(
    model: DeterministicModel,
    tools: Sequence[Tool] = (_CARRY,),
    *,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    task: Task = Task(key="order-0", prompt="Carry."),  # noqa: B008 - frozen
    folder: Path | None = None,
    on_step: Callable[[Step], None] = lambda step: None,
) -> Outcome:
    async def run() -> Outcome:
        async with open_runner(folder, scripted={"offline": model}) as runner:
            return await runner.run(_PORTER, task, tools, limits, on_step)

    return asyncio.run(run())


def _results(outcome: Outcome) -> list[tuple[str, bool]]:
    return [(item.text, item.failed) for item in outcome.messages if isinstance(item, ToolResult)]


def test_a_turn_goes_to_its_ending() -> None:
    """Calls are made, results come back, and everything said is in the outcome."""
    model = ScriptedModel(call("carry", bag="red"), say("Done."))

    outcome = _run(model)

    assert outcome.ending is Ending.SUBMITTED
    assert outcome.text == "Done."
    assert outcome.messages == (
        SystemMessage(text="You carry."),
        UserMessage(text="Carry."),
        call("carry", bag="red"),
        ToolResult(call_id="carry", name="carry", text="carried red"),
        say("Done."),
    )
    assert outcome.usage == Usage(requests=2, tool_calls=1)


def test_a_model_sees_what_our_types_say() -> None:
    """The seat of a language model gets exactly the conversation, before and after."""
    model = ScriptedModel(call("carry", bag="red"), say("Done."), say("Again."))

    first = _run(model)
    second = _run(model, task=Task(key="order-1", prompt="More.", history=first.messages))

    assert model.seen[1] == first.messages[:-1]
    assert model.seen[2] == (*first.messages, UserMessage(text="More."))
    assert second.messages == (*model.seen[2], say("Again."))


def test_what_goes_wrong_in_a_tool_is_told_to_the_model() -> None:
    """Tool errors, unknown tools and wrong arguments are failed results, and the turn goes on."""

    def refuse(arguments: Mapping[str, Any]) -> str:
        raise ToolError(f"{arguments['bag']} is too heavy")

    model = ScriptedModel(
        call("carry", bag="red"),
        call("fly", bag="red"),
        call("carry", bag=3),
        call("carry"),
        call("carry", bag="red", fast=True),
        say("I cannot."),
    )

    outcome = _run(model, [_tool(refuse)])

    assert outcome.ending is Ending.SUBMITTED
    assert _results(outcome) == [
        ("red is too heavy", True),
        ("Unknown tool name: 'fly'. Available tools: 'carry'", True),
        ("Invalid arguments for carry at $.bag: 3 is not of type 'string'", True),
        ("Invalid arguments for carry: 'bag' is a required property", True),
        (f"Invalid arguments for carry: {_UNEXPECTED}", True),
    ]


def test_a_model_that_goes_in_circles_is_told_and_then_stopped() -> None:
    """The same call with the same result over and over is no work."""
    outcome = _run(ScriptedModel(*[call("carry", bag="red")] * 20))

    results = _results(outcome)
    assert outcome.ending is Ending.FAILED
    assert outcome.reason == "the model made the same call 12 times over"
    assert [failed for _, failed in results[:4]] == [False, False, False, True]
    assert "the answer stays the same" in results[3][0]


def test_a_bug_in_a_tool_is_no_tool_error() -> None:
    """What is our fault is not told to a model, it comes out."""

    def broken(arguments: Mapping[str, Any]) -> str:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        _run(ScriptedModel(call("carry", bag="red")), [_tool(broken)])


def test_tools_run_in_the_order_of_the_answer() -> None:
    """Two calls of one answer do not overtake each other."""
    order: list[str] = []

    def carry(arguments: Mapping[str, Any]) -> str:
        time.sleep(0.05 if arguments["bag"] == "slow" else 0)
        order.append(arguments["bag"])
        return ""

    calls = tuple(
        ToolCall(id=bag, name="carry", arguments={"bag": bag}) for bag in ("slow", "quick")
    )

    _run(ScriptedModel(AssistantMessage(calls=calls)), [_tool(carry)])

    assert order == ["slow", "quick"]


def test_steps_are_one_safe_line_each() -> None:
    """Control characters of a model never reach the terminal, long texts are left out."""
    steps: list[Step] = []
    model = ScriptedModel(call("carry", bag="red\x1b[2J\n"), call("carry", bag="x" * 500))

    _run(model, on_step=steps.append)

    assert steps[0] == Step(key="order-0", text="carry")
    assert steps[1] == Step(key="order-0", text="carry")
    _run(ScriptedModel(call("carry", bag="a\x1b[2Jb")), on_step=steps.append)
    assert steps[2].text == "carry a [2Jb"


def test_the_limit_of_requests_ends_a_turn_before_the_call() -> None:
    """Exactly so many answers are asked for; the conversation can go on later."""
    model = ScriptedModel(*[call("carry", bag="red")] * 5)

    outcome = _run(model, limits=Limits(requests=2))

    assert outcome.ending is Ending.LIMIT
    assert outcome.reason == "the limit of 2 requests is reached"
    assert len(model.seen) == 2
    assert outcome.usage.requests == 2
    assert isinstance(outcome.messages[-1], ToolResult)


def test_the_limit_of_tool_calls_ends_a_turn_before_the_calls() -> None:
    """An answer that asks for more than is left does nothing at all."""
    calls = tuple(ToolCall(id=bag, name="carry", arguments={"bag": bag}) for bag in "ab")
    carried: list[str] = []

    def carry(arguments: Mapping[str, Any]) -> str:
        carried.append(arguments["bag"])
        return ""

    model = ScriptedModel(call("carry", bag="first"), AssistantMessage(calls=calls))

    outcome = _run(model, [_tool(carry)], limits=Limits(tool_calls=2))

    assert (outcome.ending, carried) == (Ending.LIMIT, ["first"])
    assert outcome.usage.tool_calls == 1


def test_time_ends_a_turn() -> None:
    """A slow tool or model does not hold a turn beyond its seconds."""

    def slow(messages: Sequence[Message], tools: Sequence[Tool]) -> AssistantMessage:
        time.sleep(0.4)
        return call("carry", bag="red")

    started = time.monotonic()
    outcome = _run(ScriptedModel(*[slow] * 20), limits=Limits(seconds=0.6))

    assert outcome.ending is Ending.LIMIT
    assert outcome.reason == "the limit of 0.6 seconds is reached"
    assert time.monotonic() - started < 5


def test_an_interruption_comes_out() -> None:
    """A cancelled turn is cancelled, not ended in some way of its own."""

    async def interrupt() -> None:
        def slow(messages: Sequence[Message], tools: Sequence[Tool]) -> AssistantMessage:
            time.sleep(0.2)
            return call("carry", bag="red")

        model = ScriptedModel(*[slow] * 20)
        async with open_runner(None, scripted={"offline": model}) as runner:
            task = Task(key="order-0", prompt="Carry.")
            turn = asyncio.ensure_future(
                runner.run(_PORTER, task, [_CARRY], Limits(), lambda step: None)
            )
            await asyncio.sleep(0.3)
            turn.cancel()
            await turn

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(interrupt())


def test_a_silent_model_is_not_asked_again() -> None:
    """An answer without text and calls ends the turn, as one with text does."""
    model = ScriptedModel(AssistantMessage())

    outcome = _run(model)

    assert (outcome.ending, len(model.seen)) == (Ending.SUBMITTED, 1)


@pytest.mark.parametrize(
    ("model", "message", "hint"),
    [
        ("sonet", "There is no model sonet.", "Did you mean sonnet?"),
        ("sonnet", "claude-sonnet-5-5 needs a key, and ANTHROPIC_API_KEY is not set.", "offline"),
        ("anthropic:claude-opus-5-5", "claude-opus-5-5 needs a key", "ANTHROPIC_API_KEY"),
        ("nobody:model-1", "nobody:model-1 cannot be used: Unknown model", "PROVIDER:ID"),
    ],
)
def test_a_model_that_cannot_be_used_is_one_sentence(model: str, message: str, hint: str) -> None:
    """Before any work, what is missing is named; it is wrong usage, not a failed gate."""
    with pytest.raises(ModelError) as caught:
        _run(ScriptedModel(), task=Task(key="o", prompt="", model=model))

    assert caught.value.message.startswith(message)
    assert hint in (caught.value.hint or "")
    assert caught.value.exit_code is ExitCode.USAGE


def test_a_missing_extra_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the framework the error says what to install."""
    for name in list(sys.modules):
        if name.startswith(("pydantic_ai", "sdd.adapters.pydantic_m", "sdd.adapters.pydantic_g")):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pydantic_ai", None)

    with pytest.raises(MissingExtraError) as caught:
        _run(ScriptedModel())

    assert caught.value.hint == 'Install it with: pip install "sdd-cli[agents]"'


def test_a_resumed_turn_asks_nothing_twice_and_acts_again(tmp_path: Path) -> None:
    """Answers come from the journal at no cost; tools work anew in the new overlay."""
    carried: list[str] = []

    def carry(arguments: Mapping[str, Any]) -> str:
        carried.append(arguments["bag"])
        return "carried"

    answers = (call("carry", bag="red"), call("carry", bag="blue"))
    first = ScriptedModel(*answers)
    outcome = _run(first, [_tool(carry)], limits=Limits(requests=2), folder=tmp_path)
    second = ScriptedModel(*answers, say("Done."))

    resumed = _run(second, [_tool(carry)], limits=Limits(requests=2), folder=tmp_path)

    assert outcome.ending is Ending.LIMIT
    assert resumed.ending is Ending.SUBMITTED
    assert resumed.usage == Usage(requests=1, replayed=2)
    assert (len(first.seen), len(second.seen)) == (2, 1)
    assert carried == ["red", "blue", "red", "blue"]


def test_another_request_is_asked_anew(tmp_path: Path) -> None:
    """The journal answers only what was asked word for word."""
    _run(ScriptedModel(say("One.")), folder=tmp_path)

    outcome = _run(
        ScriptedModel(say("Two.")), folder=tmp_path, task=Task(key="order-0", prompt="Else.")
    )

    assert (outcome.text, outcome.usage.replayed) == ("Two.", 0)


def test_a_finished_run_is_replayed_without_a_model(tmp_path: Path) -> None:
    """`replay:RUN` needs no key; a request that the run never made is an error."""
    model = ScriptedModel(call("carry", bag="red"), say("Done."))
    recorded = _run(model, folder=tmp_path)

    async def replay(prompt: str) -> Outcome:
        journal = open_replay(tmp_path / "journal.db", "r1")
        async with open_runner(None, scripted={}, journal=journal) as runner:
            task = Task(key="order-0", prompt=prompt, model="replay:r1")
            return await runner.run(_PORTER, task, [_CARRY], Limits(), lambda step: None)

    replayed = asyncio.run(replay("Carry."))

    assert replayed.messages == recorded.messages
    assert replayed.usage == Usage(replayed=2)
    with pytest.raises(ModelError, match="Run r1 has no answer to what order-0/1 asks now"):
        asyncio.run(replay("Something else."))


def test_agents_work_side_by_side_on_one_journal(tmp_path: Path) -> None:
    """Eight turns that wait half a second each take about half a second together."""

    def slow(messages: Sequence[Message], tools: Sequence[Tool]) -> AssistantMessage:
        time.sleep(0.5)
        return say("Done.")

    async def all_of_them() -> tuple[float, list[Outcome]]:
        models = {f"m{number}": ScriptedModel(slow) for number in range(8)}
        async with open_runner(tmp_path, scripted=models) as runner:
            started = time.monotonic()
            outcomes = await asyncio.gather(
                *(
                    runner.run(
                        _PORTER,
                        Task(key=name, prompt=name, model=name),
                        [_CARRY],
                        Limits(),
                        lambda step: None,
                    )
                    for name in models
                )
            )
            return time.monotonic() - started, outcomes

    _run(ScriptedModel())  # imports are no part of the measure
    seconds, outcomes = asyncio.run(all_of_them())

    assert {outcome.text for outcome in outcomes} == {"Done."}
    assert seconds < 3.5
