"""A model under guard: no request beyond a limit, none that the journal has an answer to."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from pydantic_ai.exceptions import ModelConnectionError
from pydantic_ai.messages import ModelMessage, ModelMessagesTypeAdapter, ModelResponse
from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.models.wrapper import WrapperModel
from pydantic_ai.settings import ModelSettings
from pydantic_ai.usage import RequestUsage
from typing_extensions import override

from sdd.adapters.journal import Journal
from sdd.adapters.pydantic_messages import from_history
from sdd.agents.catalog import Price
from sdd.agents.conversation import Message
from sdd.agents.runner import Ending, Limits, Usage
from sdd.errors import ModelError

ANSWER_TOKENS = 32_000
_LEAST_ANSWER = 256
_ATTEMPTS = 3
# English and code have three to five bytes a token; two are never too few tokens.
_BYTES_PER_TOKEN = 2


class RunEnded(Exception):  # noqa: N818 - an ending, not an error
    """The turn is over before the model said so."""

    def __init__(self, ending: Ending, reason: str) -> None:
        super().__init__(reason)
        self.ending = ending
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One agent's turn, as far as its model has to know.

    Attributes:
        key: Journals file by it.
        prompt: The system prompt, which frameworks keep apart from the messages.
        streamed: Whether answers come in pieces.
        on_ask: Called before each request that really goes out.
    """

    key: str
    prompt: str
    streamed: bool
    on_ask: Callable[[], None]


@dataclass(slots=True, kw_only=True)
class Meter:
    """What one turn may use, and has used so far.

    Attributes:
        price: None: the model is free, or no bound on money was set.
        metered: False for models that count no tokens.
        seen: Messages of the last request, and what it took: the next one repeats them.
    """

    limits: Limits
    price: Price | None = None
    metered: bool = True
    usage: Usage = field(default_factory=Usage)
    seen: tuple[int, int] = (0, 0)

    def before_request(self, messages: Sequence[Message], fixed: int) -> int | None:
        """Return the most tokens that the next answer may have; None: no bound.

        Raises:
            RunEnded: The request would pass a limit, whatever the answer.
        """
        limits, used = self.limits, self.usage
        if limits.requests is not None and used.requests >= limits.requests:
            raise RunEnded(Ending.LIMIT, f"the limit of {limits.requests} requests is reached")
        if not self.metered:
            return None
        prompt = self._estimate(messages, fixed)
        most = ANSWER_TOKENS
        if limits.tokens is not None:
            left = limits.tokens - used.input_tokens - used.output_tokens
            most = min(most, left - prompt)
        if most < _LEAST_ANSWER:
            reason = f"the next request could pass the limit of {limits.tokens} tokens"
            raise RunEnded(Ending.LIMIT, reason)
        if limits.usd is not None and self.price is not None:
            most = min(most, self._affordable(self.price, limits.usd - used.usd, prompt))
        if most < _LEAST_ANSWER:
            reason = f"the next request could pass the budget of {limits.usd} USD"
            raise RunEnded(Ending.LIMIT, reason)
        return most

    def before_tools(self, calls: int) -> None:
        """Count the calls that an answer asks for.

        Raises:
            RunEnded: They are more than may be made.
        """
        most = self.limits.tool_calls
        if most is not None and self.usage.tool_calls + calls > most:
            raise RunEnded(Ending.LIMIT, f"the limit of {most} tool calls is reached")
        self.usage += Usage(tool_calls=calls)

    def after_request(self, messages: int, taken: RequestUsage) -> None:
        """Add what a live request took."""
        if not self.metered:
            self.usage += Usage(requests=1)
            return
        self.usage += Usage(requests=1)
        self._count(messages, taken)

    def after_replay(self, messages: int, taken: RequestUsage, *, paid: bool) -> None:
        """Add what a request took that the journal answered: this run has paid for it before."""
        self.usage += Usage(replayed=1)
        if paid and self.metered:
            self._count(messages, taken)
        else:
            self.seen = (messages, taken.input_tokens + taken.output_tokens)

    def _count(self, messages: int, taken: RequestUsage) -> None:
        self.seen = (messages, taken.input_tokens + taken.output_tokens)
        self.usage += Usage(
            input_tokens=taken.input_tokens,
            cached_tokens=taken.cache_read_tokens,
            output_tokens=taken.output_tokens,
            usd=self._cost(taken),
        )

    def _estimate(self, messages: Sequence[Message], fixed: int) -> int:
        count, tokens = self.seen
        size = sum(len(repr(message).encode()) for message in messages[count:])
        return tokens + (size + (0 if count else fixed)) // _BYTES_PER_TOKEN

    def _cost(self, taken: RequestUsage) -> Decimal:
        if self.price is None:
            return Decimal(0)
        cached, written = taken.cache_read_tokens, taken.cache_write_tokens
        return self.price.cost(
            fresh=max(taken.input_tokens - cached - written, 0),
            cached=cached,
            written=written,
            output=taken.output_tokens,
        )

    @staticmethod
    def _affordable(price: Price, money: Decimal, prompt: int) -> int:
        asked = price.cost(fresh=0, cached=0, written=prompt, output=0)
        each = price.cost(fresh=0, cached=0, written=prompt, output=1) - asked
        return int((money - asked) / each) if each else ANSWER_TOKENS


@dataclass(init=False)
class GuardedModel(WrapperModel):
    """Asks the model behind it, when the meter allows and the journal does not know."""

    def __init__(self, wrapped: Model, turn: Turn, meter: Meter, journal: Journal) -> None:
        super().__init__(wrapped)
        self.meter = meter
        self.history: list[ModelMessage] = []
        self._turn = turn
        self._journal = journal
        self._requests = 0

    @override
    async def request(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
    ) -> ModelResponse:
        self.history = list(messages)
        self._requests += 1
        said = from_history(messages, self._turn.prompt)
        tools = [
            [tool.name, tool.description, tool.parameters_json_schema]
            for tool in model_request_parameters.function_tools
        ]
        request = repr((said, tools))
        name = hashlib.sha256(request.encode()).hexdigest()

        async def make() -> bytes:
            for _ in range(_ATTEMPTS):
                most = self.meter.before_request(said, len(request.encode()))
                settings = ModelSettings(**(model_settings or {}))
                if most is not None:
                    settings["max_tokens"] = most
                    settings["extra_headers"] = {"Idempotency-Key": name}
                self._turn.on_ask()
                response = await self._ask(messages, settings, model_request_parameters)
                self.meter.after_request(len(said) + 1, response.usage)
                if self._turn.streamed and _broke_off(response):
                    continue
                if response.finish_reason == "length":
                    raise RunEnded(Ending.LIMIT, f"an answer was cut off at {most} tokens")
                return ModelMessagesTypeAdapter.dump_json([response])
            raise ModelError(
                f"{self.model_name} broke off in the middle of an answer.",
                hint="Resume the run later: finished calls are kept.",
            )

        data, replayed = await self._journal.record(
            f"{self._turn.key}/{self._requests}", name[:32], make
        )
        (response,) = ModelMessagesTypeAdapter.validate_json(data)
        if not isinstance(response, ModelResponse):
            raise TypeError(f"the journal holds no answer but {type(response).__name__}")
        if replayed:
            self.meter.after_replay(len(said) + 1, response.usage, paid=self._journal.is_own)
        if response.finish_reason == "content_filter":
            details = response.provider_details or {}
            reason = str(details.get("refusal") or "the model declined to answer")
            raise RunEnded(Ending.REFUSED, reason)
        if not replayed:
            self.meter.before_tools(len(response.tool_calls))
        return response

    async def _ask(
        self,
        messages: list[ModelMessage],
        settings: ModelSettings,
        parameters: ModelRequestParameters,
    ) -> ModelResponse:
        if not self._turn.streamed:
            return await self.wrapped.request(messages, settings, parameters)
        async with self.wrapped.request_stream(messages, settings, parameters) as stream:
            begun = False
            try:
                async for _ in stream:
                    begun = True
            except ModelConnectionError:
                if not begun:
                    raise
            return stream.get()


def _broke_off(response: ModelResponse) -> bool:
    """Tell an answer that ended from a stream that stopped: the latter gives no reason."""
    return response.finish_reason is None and response.state != "suspended"
