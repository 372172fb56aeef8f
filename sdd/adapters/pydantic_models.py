"""Models by name: our own deterministic ones, Claude, and any other that pydantic-ai knows."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from ssl import SSLContext
from typing import Any

from pydantic_ai.exceptions import (
    AgentRunError,
    ContentFilterError,
    ModelAPIError,
    ModelAuthenticationError,
    ModelConnectionError,
    ModelContextWindowExceededError,
    ModelNotFoundError,
    ModelOverloadedError,
    ModelQuotaExceededError,
    ModelRateLimitError,
    ModelServerError,
    ModelTimeoutError,
    UnexpectedModelBehavior,
)
from pydantic_ai.messages import ModelMessage, ModelResponse
from pydantic_ai.models import Model
from pydantic_ai.models.function import AgentInfo, FunctionModel

from sdd.adapters.model_names import CLAUDE, KEYS, known, require_key
from sdd.adapters.other_models import first_line, other_model
from sdd.adapters.pydantic_messages import from_history, to_response
from sdd.agents.catalog import Catalog, Price
from sdd.agents.conversation import DeterministicModel, Tool
from sdd.agents.runner import REPLAY
from sdd.errors import MissingExtraError, ModelError

_SECONDS = 600.0


async def _nothing() -> None:
    await asyncio.sleep(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A model that is ready to be asked.

    Attributes:
        shown: What messages call it.
        settings: What goes along with every request.
        metered: Whether it counts tokens that cost money.
        streamed: Whether its answers come in pieces.
    """

    model: Model
    shown: str
    price: Price | None = None
    metered: bool = True
    streamed: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)
    close: Callable[[], Awaitable[None]] = _nothing


def scripted(model: DeterministicModel, tools: Sequence[Tool]) -> Chosen:
    """Put a deterministic model where a language model would sit."""

    def respond(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        said = from_history(messages, info.instructions or "")
        return to_response(model.respond(said, tools))

    return Chosen(
        model=FunctionModel(respond, model_name=model.name), shown=model.name, metered=False
    )


def choose(name: str, catalog: Catalog, environment: Mapping[str, str]) -> Chosen:
    """Find a model by alias, Claude id, `provider:id`, or `replay:run`.

    Raises:
        ModelError: There is no such model, or its key is missing.
        MissingExtraError: Its client is not installed.
    """
    if name.startswith(REPLAY):
        return Chosen(model=FunctionModel(_unasked, model_name=name), shown=name, metered=False)
    model_id = known(name, catalog.models)
    provider, _, bare = model_id.rpartition(":")
    price = catalog.models.price(model_id)
    if provider in CLAUDE:
        return _claude(bare, price, environment)
    return Chosen(model=other_model(model_id), shown=model_id, price=price)


def explain(error: AgentRunError, chosen: Chosen) -> ModelError | str:
    """Say what went wrong: an error when the model cannot be asked, a reason when it misbehaved."""
    if isinstance(error, ContentFilterError):
        return "the model declined to answer"
    if isinstance(error, UnexpectedModelBehavior):
        return f"the model did not answer in a usable way: {first_line(error)}"
    for kind, what, hint in _EXPLANATIONS:
        if isinstance(error, kind):
            return ModelError(f"{chosen.shown} {what}.", hint=hint)
    if isinstance(error, ModelAPIError):
        return ModelError(f"{chosen.shown} refused the request: {_said(error)}.")
    return ModelError(f"{chosen.shown} could not be asked: {first_line(error)}.")


_AGAIN = "Resume the run later: finished calls are kept."
# The narrower kinds first: some of them are subclasses of later ones.
_EXPLANATIONS: tuple[tuple[type[AgentRunError], str, str], ...] = (
    (ModelAuthenticationError, "refused the key", f"Check {' or '.join(KEYS)}."),
    (ModelContextWindowExceededError, "got more text than it can read", "Split the spec."),
    (ModelNotFoundError, "is not offered by its provider", "Choose another with --model."),
    (ModelQuotaExceededError, "has no credit left", "Add credit, then resume the run."),
    (ModelRateLimitError, "is asked too often", _AGAIN),
    (ModelOverloadedError, "is overloaded", _AGAIN),
    (ModelServerError, "has trouble on its side", _AGAIN),
    (ModelTimeoutError, "did not answer in time", _AGAIN),
    (ModelConnectionError, "cannot be reached", "Check the network, then resume the run."),
)


def _unasked(_messages: list[ModelMessage], _info: AgentInfo) -> ModelResponse:
    raise ModelError("A replayed run asks no model.")


def _claude(model_id: str, price: Price | None, environment: Mapping[str, str]) -> Chosen:
    require_key(model_id, environment)
    key, token = (environment.get(name) for name in KEYS)
    try:
        # Slow, and only Claude needs them.
        from anthropic import AsyncAnthropic, DefaultAsyncHttpxClient  # noqa: PLC0415
        from pydantic_ai.models.anthropic import AnthropicModel  # noqa: PLC0415
        from pydantic_ai.providers.anthropic import AnthropicProvider  # noqa: PLC0415
    except ImportError as error:
        raise MissingExtraError("agents", "Asking Claude") from error
    client = AsyncAnthropic(
        api_key=key or None,
        auth_token=None if key else token,
        base_url=environment.get("ANTHROPIC_BASE_URL") or None,
        http_client=DefaultAsyncHttpxClient(verify=_certificates()),
        max_retries=0,  # the guard waits: it shows so, and minds the budget
        timeout=_SECONDS,
    )
    return Chosen(
        model=AnthropicModel(model_id, provider=AnthropicProvider(anthropic_client=client)),
        shown=model_id,
        price=price,
        streamed=True,
        settings={
            "anthropic_cache": True,
            "anthropic_cache_instructions": True,
            "anthropic_cache_tool_definitions": True,
        },
        close=client.close,
    )


@cache
def _certificates() -> SSLContext:
    """Return whom the machine trusts: read once, not again for each model of a run."""
    from httpx2 import create_ssl_context  # noqa: PLC0415 - slow, and only Claude needs it

    return create_ssl_context()


def _said(error: ModelAPIError) -> str:
    """Return what the provider said, without what the library puts around it."""
    body = getattr(error, "body", None)
    inner = body.get("error") if isinstance(body, Mapping) else None
    said = inner.get("message") if isinstance(inner, Mapping) else None
    return first_line(ValueError(said)) if isinstance(said, str) else first_line(error)
