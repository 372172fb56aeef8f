"""A model under guard: no request beyond a limit, none that the journal has an answer to."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pydantic_ai.exceptions import ModelConnectionError, UnexpectedModelBehavior
from pydantic_ai.messages import ModelMessage, ModelMessagesTypeAdapter, ModelResponse
from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.models.wrapper import WrapperModel
from pydantic_ai.settings import ModelSettings
from pydantic_ai.usage import RequestUsage
from typing_extensions import override

from sdd.adapters.journal import Journal
from sdd.adapters.pydantic_messages import from_history
from sdd.adapters.pydantic_waiting import Shown, patiently
from sdd.adapters.turnstile import Passage
from sdd.agents.budget import Account, Cost, held
from sdd.agents.catalog import Price
from sdd.agents.conversation import Message
from sdd.agents.runner import Ending, Usage
from sdd.errors import ModelError

ANSWER_TOKENS = 32_000
LONG_ANSWER_TOKENS = 64_000
_LEAST_ANSWER = 256
_ATTEMPTS = 3
# English and code have three to five bytes a token; two are never too few tokens.
_BYTES_PER_TOKEN = 2

_Asked = tuple[list[ModelMessage], ModelSettings | None, ModelRequestParameters]


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
        on_progress: Takes a line on what is being waited for.
        passage: Others work while this turn waits.
    """

    key: str
    prompt: str
    streamed: bool
    on_ask: Callable[[], None]
    on_progress: Callable[[str], None]
    passage: Passage


@dataclass(slots=True, kw_only=True)
class Meter:
    """What one turn may use, and has used so far.

    Attributes:
        accounts: Bounds of the turn itself, first, and of the order, agent and run it is part of.
        price: None: the model is free, or no bound on money was set.
        metered: False for models that count no tokens.
        seen: Messages of the last request, and what they took: the next one repeats them. The
            answer itself is measured, whatever the provider says of it.
    """

    accounts: tuple[Account, ...]
    price: Price | None = None
    metered: bool = True
    seen: tuple[int, int] = (0, 0)

    @property
    def usage(self) -> Usage:
        """What the turn has used."""
        return self.accounts[0].usage

    async def before_request(
        self, messages: Sequence[Message], fixed: int, most: int
    ) -> tuple[Cost, int]:
        """Set aside what a request may take; returns that, and how long its answer may be.

        Raises:
            RunEnded: The request would pass a limit, whatever the answer.
        """
        prompt = self._estimate(messages, fixed) if self.metered else 0
        answer = self._longest(prompt, most)
        cost = Cost(tokens=prompt + answer, usd=self._worst(prompt, answer))
        lacking = await held(self.accounts, cost if self.metered else Cost())
        if lacking:
            raise RunEnded(Ending.LIMIT, lacking)
        return cost if self.metered else Cost(), answer

    def before_tools(self, calls: int) -> None:
        """Count the calls that an answer asks for.

        Raises:
            RunEnded: They are more than may be made.
        """
        for account in self.accounts:
            left = account.left.tool_calls
            if left is not None and calls > left:
                of = f" of {account.owner}" if account.owner else ""
                reason = f"the limit of {account.limits.tool_calls} tool calls{of} is reached"
                raise RunEnded(Ending.LIMIT, reason)
        for account in self.accounts:
            account.usage += Usage(tool_calls=calls)

    def after_request(self, cost: Cost, taken: Usage) -> None:
        """Replace what was set aside by what a request took; nothing when it failed."""
        for account in self.accounts:
            account.settle(cost, taken)

    def taken(self, messages: int, usage: RequestUsage) -> Usage:
        """Return what an answered request took."""
        if not self.metered:
            return Usage(requests=1)
        return Usage(requests=1) + self._counted(messages, usage)

    def after_replay(self, messages: int, usage: RequestUsage, *, paid: bool) -> None:
        """Add what a request took that the journal answered: this run has paid for it before."""
        counted = self._counted(messages, usage)
        taken = Usage(replayed=1) + (counted if paid and self.metered else Usage())
        for account in self.accounts:
            account.usage += taken

    def _counted(self, messages: int, usage: RequestUsage) -> Usage:
        self.seen = (messages, usage.input_tokens)
        return Usage(
            input_tokens=usage.input_tokens,
            cached_tokens=usage.cache_read_tokens,
            output_tokens=usage.output_tokens,
            usd=self.cost(usage),
        )

    def _longest(self, prompt: int, most: int) -> int:
        """Return how long an answer all accounts can pay for; at least what is of any use."""
        for account in self.accounts:
            left = account.left
            if left.tokens is not None:
                most = min(most, left.tokens - prompt)
            if left.usd is not None and self.price is not None:
                most = min(most, self._affordable(self.price, left.usd, prompt))
        return max(most, _LEAST_ANSWER)

    def _estimate(self, messages: Sequence[Message], fixed: int) -> int:
        count, tokens = self.seen
        size = sum(len(repr(message).encode()) for message in messages[count:])
        return tokens + (size + (0 if count else fixed)) // _BYTES_PER_TOKEN

    def _worst(self, prompt: int, answer: int) -> Decimal:
        if self.price is None:
            return Decimal(0)
        return self.price.cost(fresh=0, cached=0, written=prompt, output=answer)

    def cost(self, taken: RequestUsage) -> Decimal:
        """Return what an answer costs by our prices; nothing where there is none."""
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
            most = ANSWER_TOKENS
            for attempt in range(_ATTEMPTS):
                asked = (messages, model_settings, model_request_parameters)
                async with self._turn.passage.outside(anew=True):
                    response, allowed = await self._paid(said, request, name, most, asked)
                if self._turn.streamed and _broke_off(response):
                    self._turn.on_progress("the answer broke off; asking again")
                    continue
                if response.finish_reason == "content_filter":
                    details = response.provider_details or {}
                    reason = str(details.get("refusal") or "the model declined to answer")
                    raise RunEnded(Ending.REFUSED, reason)
                if response.finish_reason != "length":
                    return ModelMessagesTypeAdapter.dump_json([response])
                if allowed < most or attempt:
                    raise RunEnded(Ending.LIMIT, f"an answer was cut off at {allowed} tokens")
                most = LONG_ANSWER_TOKENS
                self._turn.on_progress("the answer was too long; asking again with more room")
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
        # Known here, by our own prices: the framework would look for its own in a long table.
        response.usage.cost = self.meter.cost(response.usage)
        if replayed:
            self.meter.after_replay(len(said), response.usage, paid=self._journal.is_own)
        if not replayed:
            self.meter.before_tools(len(response.tool_calls))
        return response

    async def _paid(
        self, said: Sequence[Message], request: str, name: str, most: int, asked: _Asked
    ) -> tuple[ModelResponse, int]:
        """Ask within the bounds; returns the answer and how long it was allowed to be."""
        messages, model_settings, parameters = asked
        cost, allowed = await self.meter.before_request(said, len(request.encode()), most)
        settings = ModelSettings(**(model_settings or {}))
        if self.meter.metered:
            settings["max_tokens"] = allowed
            settings["extra_headers"] = {"Idempotency-Key": name}
        taken = Usage()
        try:
            response = await patiently(
                lambda: self._ask(messages, settings, parameters), self._turn.on_progress
            )
            taken = self.meter.taken(len(said), response.usage)
        finally:
            self.meter.after_request(cost, taken)
        return response, allowed

    async def _ask(
        self,
        messages: list[ModelMessage],
        settings: ModelSettings,
        parameters: ModelRequestParameters,
    ) -> ModelResponse:
        self._turn.on_ask()
        if not self._turn.streamed:
            try:
                return await self.wrapped.request(messages, settings, parameters)
            except (TypeError, AttributeError, LookupError) as error:
                if not self.meter.metered:
                    raise  # a model of ours
                # Clients of other providers take a reply of another form for their own.
                raise UnexpectedModelBehavior(
                    f"its provider's client does not understand the reply ({error})"
                ) from error
        shown = Shown(self._turn.on_progress)
        async with self.wrapped.request_stream(messages, settings, parameters) as stream:
            begun = False
            try:
                async for event in stream:
                    begun = True
                    shown.take(event)
            except ModelConnectionError:
                if not begun:
                    raise
            return stream.get()


def _broke_off(response: ModelResponse) -> bool:
    """Tell an answer that ended from a stream that stopped: the latter gives no reason."""
    return response.finish_reason is None and response.state != "suspended"
