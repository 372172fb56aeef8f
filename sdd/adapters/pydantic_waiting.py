"""Waiting for a model: passing trouble is waited out, and what happens meanwhile is shown."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from pydantic_ai.exceptions import (
    ModelAPIError,
    ModelConnectionError,
    ModelQuotaExceededError,
    ModelRateLimitError,
    ModelServerError,
    ModelUnavailableError,
)
from pydantic_ai.messages import ModelResponse, PartDeltaEvent, PartStartEvent, ToolCallPart

RETRIES = 5
_FIRST_WAIT = 0.5
_LONGEST_WAIT = 30.0
_LONGEST_ASKED = 600.0
_SHOWN_EVERY = 2_000

Say = Callable[[str], None]


async def patiently(ask: Callable[[], Awaitable[ModelResponse]], say: Say) -> ModelResponse:
    """Ask, and ask again after trouble that passes, as long as the server says or a while.

    Raises:
        ModelAPIError: The trouble lasts, or is of another kind.
    """
    for attempt in range(RETRIES):
        try:
            return await ask()
        except ModelAPIError as error:
            trouble = _trouble(error)
            wait = _wait(error, attempt)
            if trouble is None or wait > _LONGEST_ASKED or attempt == RETRIES - 1:
                raise
            say(f"{trouble}; asking again in {wait:.1f} s")
            await asyncio.sleep(wait)
    raise AssertionError("the last attempt returns or raises")


def _trouble(error: ModelAPIError) -> str | None:
    """Return what passes by itself in words; None for what does not."""
    if isinstance(error, ModelQuotaExceededError):
        return None
    if isinstance(error, ModelRateLimitError):
        return "asked too often"
    if isinstance(error, ModelUnavailableError):
        return "overloaded"
    if isinstance(error, ModelServerError):
        return "trouble on the server"
    if isinstance(error, ModelConnectionError):
        return "no connection"
    return None


def _wait(error: ModelAPIError, attempt: int) -> float:
    """Return the seconds that the server asks for, else twice as many each time."""
    if error.retry_after is not None:
        return max(error.retry_after, 0.0)
    longest: float = min(_FIRST_WAIT * 2.0**attempt, _LONGEST_WAIT)
    return longest * random.uniform(0.75, 1.0)  # noqa: S311 - apart from others, no secret


@dataclass(slots=True)
class Shown:
    """Says while an answer comes in what it is about, every few thousand characters."""

    say: Say
    _what: str = "answers"
    _length: int = 0
    _told: int = 0

    def take(self, event: Any) -> None:  # noqa: ANN401 - providers send events of many kinds
        """Take one event of the stream."""
        if isinstance(event, PartStartEvent):
            part = event.part
            self._what = f"calls {part.tool_name}" if isinstance(part, ToolCallPart) else "answers"
            self._length = self._told = 0
        elif isinstance(event, PartDeltaEvent):
            piece = getattr(event.delta, "content_delta", None) or getattr(
                event.delta, "args_delta", None
            )
            self._length += len(piece) if isinstance(piece, str) else 0
            if self._length - self._told >= _SHOWN_EVERY:
                self._told = self._length
                self.say(f"{self._what}: {self._length:,} characters so far")
