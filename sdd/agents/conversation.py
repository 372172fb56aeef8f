"""What is said in a run between a model and its tools, in our own types."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


class ToolError(Exception):
    """A tool could not do what it was asked; the model is told why and goes on."""


class HumanNeeded(Exception):  # noqa: N818 - an ending, not an error
    """A tool needs a human who is not there; the turn waits and goes on when there is an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """Something that an agent may do.

    Attributes:
        parameters: JSON Schema of the arguments, an object.
        call: Does it; returns text for the model, at once or when awaited, or raises ToolError.
        outside: It reaches beyond the run: what it gave is kept in the journal, and a resumed or
            replayed run does not call it again.
    """

    name: str
    description: str
    parameters: Mapping[str, Any]
    call: Callable[[Mapping[str, Any]], str | Awaitable[str]]
    outside: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """A model's request to use a tool; `id` joins it with its result."""

    id: str
    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemMessage:
    """The agent definition's prompt, first in every conversation."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UserMessage:
    """What the run asks: the work order, or diagnostics to answer."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssistantMessage:
    """What the model answered: text, tool calls, or both; without calls its turn is over."""

    text: str = ""
    calls: tuple[ToolCall, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolResult:
    """What a tool gave back; `failed` when it raised ToolError or its arguments were wrong."""

    call_id: str
    name: str
    text: str
    failed: bool = False


Message = SystemMessage | UserMessage | AssistantMessage | ToolResult


class DeterministicModel(Protocol):
    """A model that is a pure function of the messages so far: `offline`, and scripts in tests."""

    @property
    def name(self) -> str:
        """Return what the report calls it."""
        ...

    def respond(self, messages: Sequence[Message], tools: Sequence[Tool]) -> AssistantMessage:
        """Return the next answer; the same messages give the same answer."""
        ...
