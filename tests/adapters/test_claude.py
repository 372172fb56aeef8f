import asyncio
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from messages_api import MessagesApi, Reply, Request, messages_api

from sdd.adapters.pydantic_runner import open_runner
from sdd.agents.catalog import load_catalog
from sdd.agents.conversation import Tool, ToolResult
from sdd.agents.definition import AgentDefinition
from sdd.agents.repetition import ENDED
from sdd.agents.runner import Ending, Limits, Outcome, Step, Task
from sdd.errors import ModelError

_PORTER = AgentDefinition(
    name="porter", description="Bags.", prompt="You carry.", path="p.md", model="sonnet"
)
_CARRY = Tool(
    name="carry",
    description="Carries a bag.",
    parameters={
        "type": "object",
        "properties": {"bag": {"type": "string"}},
        "required": ["bag"],
    },
    call=lambda arguments: f"carried {arguments['bag']}",
)
_CALL = Reply(calls=[("carry", {"bag": "red"})])


def _on_and_on(request: Request) -> Reply:
    """Carry another bag, whatever was said."""
    return Reply(calls=[("carry", {"bag": str(len(request["messages"]))})])


def _ask(
    api: MessagesApi,
    *,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    model: str | None = None,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    prices: Mapping[str, Any] | None = None,
    on_step: Callable[[Step], None] = lambda step: None,
) -> Outcome:
    given = {"ANTHROPIC_API_KEY": "key", "ANTHROPIC_BASE_URL": api.url, **(environment or {})}

    async def run() -> Outcome:
        runner = open_runner(
            folder,
            scripted={},
            default="haiku",
            environment=given,
            catalog=load_catalog({"prices": prices} if prices else None),
        )
        async with runner as opened:
            task = Task(key="order-0", prompt="Carry.", model=model)
            return await opened.run(_PORTER, task, [_CARRY], limits, on_step)

    return asyncio.run(run())


def test_claude_carries_out_a_turn() -> None:
    """Prompt, tools and results are on the wire as they are here; the usage is priced."""
    usage = {"cache_read_input_tokens": 1000, "cache_creation_input_tokens": 200}
    with messages_api(_CALL, Reply(text="Done.", usage=usage)) as api:
        outcome = _ask(api)

    first, second = api.requests
    assert first["model"] == "claude-sonnet-5-5"
    assert first["system"][0]["text"] == "You carry."
    assert [tool["name"] for tool in first["tools"]] == ["carry"]
    assert first["tools"][0]["input_schema"]["required"] == ["bag"]
    assert second["messages"][-1]["content"][0]["type"] == "tool_result"
    sent = api.headers[0]
    assert "key" in {sent.get("x-api-key"), sent.get("authorization", "").removeprefix("Bearer ")}
    assert (outcome.ending, outcome.text) == (Ending.SUBMITTED, "Done.")
    assert outcome.usage.input_tokens == 100 + 100 + 1000 + 200
    assert outcome.usage.cached_tokens == 1000
    assert outcome.usage.output_tokens == 20
    # Two dollars a million fresh, 0.1 cached, 2.5 newly cached, 10 for what is answered.
    assert outcome.usage.usd == Decimal("0.0012")


def test_the_stable_prefix_is_marked_for_the_cache() -> None:
    """Instructions and tool definitions are paid in full once."""
    with messages_api() as api:
        _ask(api)

    assert "cache_control" in api.requests[0]["system"][-1]
    assert "cache_control" in api.requests[0]["tools"][-1]


def test_requests_carry_an_idempotency_key() -> None:
    """It is the hash of the request, so a repeated call has the same one."""
    with messages_api() as api:
        _ask(api)
        _ask(api)

    keys = [headers["idempotency-key"] for headers in api.headers]
    assert keys[0] == keys[1]
    assert len(keys[0]) == 64


@pytest.mark.parametrize(
    ("model", "asked"),
    [
        (None, "claude-sonnet-5-5"),
        ("inherit", "claude-sonnet-5-5"),
        ("opus", "claude-opus-5-5"),
        ("claude-3-5-haiku-latest", "claude-haiku-5-5"),
        ("anthropic:claude-opus-4-8", "claude-opus-4-8"),
    ],
)
def test_names_mean_models(model: str | None, asked: str) -> None:
    """Aliases, retired ids and full ids reach the wire as current ids."""
    with messages_api() as api:
        _ask(api, model=model)

    assert api.requests[0]["model"] == asked


def test_malformed_arguments_are_told_to_the_model() -> None:
    """Tool input that is no JSON object is a failed result; the turn goes on."""
    with messages_api(Reply(calls=[("carry", '{"bag": ')]), Reply(text="Done.")) as api:
        outcome = _ask(api)

    (result,) = [item for item in outcome.messages if isinstance(item, ToolResult)]
    assert result.failed
    assert outcome.ending is Ending.SUBMITTED
    assert api.requests[1]["messages"][-1]["content"][0]["is_error"] is True


def test_a_budget_is_kept_before_the_call() -> None:
    """The next answer may be only as long as what is left can pay; then the turn ends."""
    with messages_api(brain=_on_and_on) as api:
        outcome = _ask(api, limits=Limits(usd=Decimal("0.05")))

    assert outcome.ending is Ending.LIMIT
    assert outcome.reason == "the next request could pass the budget of 0.05 USD"
    assert Decimal("0.03") < outcome.usage.usd <= Decimal("0.05")
    allowed = [request["max_tokens"] for request in api.requests]
    assert allowed == sorted(allowed, reverse=True)
    assert allowed[0] < 5000


def test_a_limit_of_tokens_is_kept_before_the_call() -> None:
    """Neither prompt nor the longest possible answer may pass it."""
    with messages_api(brain=_on_and_on) as api:
        outcome = _ask(api, limits=Limits(tokens=2000))

    used = outcome.usage.input_tokens + outcome.usage.output_tokens
    assert outcome.ending is Ending.LIMIT
    assert used <= 2000
    assert outcome.reason == "the next request could pass the limit of 2000 tokens"


def test_a_budget_needs_a_price() -> None:
    """What cannot be counted is not begun."""
    with messages_api() as api:
        with pytest.raises(ModelError, match="No price is known for claude-new-9"):
            _ask(api, model="claude-new-9", limits=Limits(usd=Decimal(1)))

        known = {"claude-new-9": {"input": "1", "output": "1"}}
        outcome = _ask(api, model="claude-new-9", limits=Limits(usd=Decimal(1)), prices=known)

    assert outcome.ending is Ending.SUBMITTED
    assert len(api.requests) == 1


def test_a_pause_is_gone_on_from() -> None:
    """A turn that the server suspends is continued, not taken for the end."""
    paused = Reply(text="Let me see.", stop_reason="pause_turn")
    with messages_api(paused, Reply(text="Done.")) as api:
        outcome = _ask(api)

    assert outcome.text.endswith("Done.")
    assert outcome.usage.requests == len(api.requests) == 2


def test_waiting_for_an_answer_is_shown() -> None:
    """The terminal can say whom it waits for."""
    steps: list[str] = []
    with messages_api(_CALL, Reply(text="Done.")) as api:
        _ask(api, on_step=lambda step: steps.append(step.text))

    assert steps == ["asks claude-sonnet-5-5", "carry red", "asks claude-sonnet-5-5"]


def test_what_is_waited_for_is_shown() -> None:
    """A long answer as it grows, and how long a server wants to be left alone."""
    steps: list[str] = []
    busy = Reply(status=429, headers={"retry-after-ms": "20"})
    with messages_api(busy, Reply(text="word " * 1000)) as api:
        _ask(api, on_step=lambda step: steps.append(step.text))

    assert "asked too often; asking again in 0.0 s" in steps
    assert "answers: 2,000 characters so far" in steps
    assert len(api.requests) == 2


def test_a_refusal_is_an_ending_and_not_recorded(tmp_path: Path) -> None:
    """The model's no is no error of ours; a resumed run keeps what was done, and asks again."""
    refusal = Reply(text="I will not.", stop_reason="refusal")
    with messages_api(_CALL, refusal, Reply(text="Done.")) as api:
        first = _ask(api, folder=tmp_path)
        second = _ask(api, folder=tmp_path)

    assert first.ending is Ending.REFUSED
    assert (second.text, second.usage.replayed, second.usage.requests) == ("Done.", 1, 1)


def test_the_same_wrong_arguments_over_and_over_end_the_turn(tmp_path: Path) -> None:
    """A model that does not listen is stopped before its budget is; resumed, it begins anew."""
    with messages_api(Reply(calls=[("carry", {"bag": 7})])) as api:
        outcome = _ask(api, folder=tmp_path)
    with messages_api(Reply(text="Done.")) as well:
        resumed = _ask(well, folder=tmp_path)

    assert outcome.ending is Ending.FAILED
    assert len(api.requests) == ENDED
    assert (resumed.text, resumed.usage.replayed) == ("Done.", 0)


def test_what_is_set_aside_for_a_request_counts_the_answers_before_it() -> None:
    """A provider that understates an answer does not make the next request pass the budget."""
    long = Reply(text="x" * 3_000_000, calls=_CALL.calls, usage={"output_tokens": 1})
    with messages_api(long, Reply(text="Done.")) as api:
        outcome = _ask(api, limits=Limits(usd=Decimal(1)))

    assert outcome.ending is Ending.LIMIT
    assert len(api.requests) == 1


def test_an_answer_that_is_cut_off_is_a_limit_and_not_recorded(tmp_path: Path) -> None:
    """It is asked for once more with twice the room; resumed, the call is made again."""
    cut = Reply(text="And so", stop_reason="max_tokens")
    with messages_api(cut, cut, Reply(text="Done.")) as api:
        first = _ask(api, folder=tmp_path)
        second = _ask(api, folder=tmp_path)

    assert first.ending is Ending.LIMIT
    assert first.reason.startswith("an answer was cut off")
    assert first.usage.requests == 2
    assert [request["max_tokens"] for request in api.requests] == [32_000, 64_000, 32_000]
    assert (second.text, second.usage.replayed) == ("Done.", 0)


@pytest.mark.parametrize("status", [429, 500, 529])
def test_passing_trouble_is_tried_again(status: int) -> None:
    """Rate limits and overload are waited out, as long as the server says."""
    trouble = Reply(status=status, headers={"retry-after-ms": "10"})
    with messages_api(trouble, trouble, Reply(text="Done.")) as api:
        outcome = _ask(api)

    assert outcome.text == "Done."
    assert len(api.requests) == 3
    assert outcome.usage.requests == 1


@pytest.mark.parametrize("cut", ["clean", "broken"])
def test_an_answer_that_breaks_off_is_asked_for_again(cut: str) -> None:
    """Half an answer is never taken for a whole one; what it cost is counted."""
    with messages_api(Reply(text="half", cut=cut), Reply(text="Done.")) as api:
        outcome = _ask(api)

    assert outcome.text == "Done."
    assert len(api.requests) == outcome.usage.requests == 2
    assert outcome.usage.input_tokens == 200


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (Reply(status=401, error="authentication_error"), "refused the key"),
        (Reply(status=404, error="not_found_error"), "is not offered by its provider"),
        (Reply(status=429, headers={"retry-after-ms": "1"}), "is asked too often"),
        (Reply(status=529, headers={"retry-after-ms": "1"}), "is overloaded"),
        (Reply(status=500, headers={"retry-after-ms": "1"}), "has trouble on its side"),
        (Reply(status=400, error="invalid_request_error"), "refused the request"),
        (Reply(text="half", cut="clean"), "broke off in the middle of an answer"),
        (Reply(text="half", cut="broken"), "broke off in the middle of an answer"),
    ],
)
def test_lasting_trouble_is_one_sentence(reply: Reply, message: str) -> None:
    """Each fault of the API has its own words and a hint."""
    with messages_api(reply) as api, pytest.raises(ModelError) as caught:
        _ask(api)

    assert caught.value.message.startswith(f"claude-sonnet-5-5 {message}")


def test_finished_calls_survive_trouble(tmp_path: Path) -> None:
    """After an error the resumed turn asks only for what is missing."""
    broken = Reply(status=400, error="invalid_request_error")
    with messages_api(_CALL, broken, Reply(text="Done.")) as api:
        with pytest.raises(ModelError):
            _ask(api, folder=tmp_path)
        outcome = _ask(api, folder=tmp_path)

    assert outcome.text == "Done."
    assert (outcome.usage.requests, outcome.usage.replayed) == (1, 1)
    assert len(api.requests) == 3


def test_nobody_there_is_one_sentence() -> None:
    """A server that does not listen is a matter of the network."""
    with messages_api() as api:
        pass

    with pytest.raises(ModelError, match="cannot be reached"):
        _ask(api)
