import asyncio

import pytest
from pydantic_ai.exceptions import UnexpectedModelBehavior
from pydantic_ai.messages import ModelMessage, ModelRequest, ModelResponse
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.models.function import AgentInfo, FunctionModel

from sdd.adapters.journal import NoJournal
from sdd.adapters.pydantic_guard import GuardedModel, Meter, Turn
from sdd.adapters.turnstile import Passage, Turnstile
from sdd.agents.budget import Account
from sdd.agents.runner import Limits


def _stumbles(_messages: list[ModelMessage], _info: AgentInfo) -> ModelResponse:
    raise TypeError("'NoneType' object is not iterable")


def _guarded(*, metered: bool) -> GuardedModel:
    turn = Turn(
        key="order-0",
        prompt="",
        streamed=False,
        on_ask=lambda: None,
        on_progress=lambda _: None,
        passage=Passage(Turnstile()),
    )
    meter = Meter(accounts=(Account(limits=Limits()),), metered=metered)
    return GuardedModel(FunctionModel(_stumbles), turn, meter, NoJournal())


def _ask(model: GuardedModel) -> ModelResponse:
    asked = [ModelRequest.user_text_prompt("Carry.")]
    return asyncio.run(model.request([*asked], None, ModelRequestParameters()))


def test_a_reply_that_a_providers_client_stumbles_over_is_the_models_misbehaviour() -> None:
    """A server that speaks another dialect is no fault of ours, and one sentence says so."""
    with pytest.raises(UnexpectedModelBehavior, match="client does not understand the reply"):
        _ask(_guarded(metered=True))


def test_a_model_of_ours_that_stumbles_is_our_fault() -> None:
    """It is not laid at a provider's door."""
    with pytest.raises(TypeError):
        _ask(_guarded(metered=False))
