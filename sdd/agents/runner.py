"""The port behind which agent frameworks live."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from sdd.agents.conversation import Message, Tool
from sdd.agents.definition import AgentDefinition

if TYPE_CHECKING:
    from sdd.agents.budget import Account

REPLAY = "replay:"  # a model's name that begins so stands for the answers of a recorded run


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Hard bounds of one agent's work; None: unbounded."""

    requests: int | None = None
    tool_calls: int | None = None
    tokens: int | None = None
    usd: Decimal | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What was used; `replayed` counts requests that the journal answered.

    They cost nothing again: their tokens and money are those that the run paid the first time.
    """

    requests: int = 0
    replayed: int = 0
    tool_calls: int = 0
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    usd: Decimal = Decimal(0)

    def __add__(self, other: "Usage") -> "Usage":
        """Add two usages field by field."""
        return Usage(
            requests=self.requests + other.requests,
            replayed=self.replayed + other.replayed,
            tool_calls=self.tool_calls + other.tool_calls,
            input_tokens=self.input_tokens + other.input_tokens,
            cached_tokens=self.cached_tokens + other.cached_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            usd=self.usd + other.usd,
        )


class Ending(StrEnum):
    """How an agent's turn ended."""

    SUBMITTED = "submitted"
    LIMIT = "limit"
    WAITING = "waiting"
    INTERRUPTED = "interrupted"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a turn ended, what was said last, everything that was said, and what it took."""

    ending: Ending
    text: str
    messages: tuple[Message, ...] = ()
    usage: Usage = Usage()
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What an agent is asked.

    Attributes:
        key: Stable name of this turn within the run (order and round); journals file by it.
        prompt: The user message.
        history: What was said before in this conversation; empty at its start.
        model: Overrides the definition's model; None: the definition's own.
        accounts: What the turn's use is charged to, and bounded by, beside its own limits.
    """

    key: str
    prompt: str
    history: tuple[Message, ...] = ()
    model: str | None = None
    accounts: "tuple[Account, ...]" = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something that happened within a turn, for progress: one line, already safe to show."""

    key: str
    text: str


Recall = Callable[[str, Callable[[], Awaitable[str]]], Awaitable[str]]


class AgentRunner(Protocol):
    """Runs one agent for one turn, to its ending."""

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
            ModelError: The model cannot be reached or is not known.
        """
        ...

    async def recall(self, key: str, make: Callable[[], Awaitable[str]]) -> str:
        """Return what the run's journal keeps under a key; what is not there yet is made."""
        ...
