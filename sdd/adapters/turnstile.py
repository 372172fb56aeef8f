"""Agents taking turns at the one thread that they share, so that the first request leaves early."""

import asyncio
import heapq
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Turnstile:
    """Lets one agent at a time do its own work, the one whose answer came first before others.

    Left to the event loop, all agents of a wave come to the end of each step together: the first
    request leaves when the last is made. In turn each leaves as soon as it is made, and a model
    thinks about it meanwhile.
    """

    def __init__(self) -> None:
        self._busy = False
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()

    def number(self) -> int:
        """Return the next place in the queue."""
        return next(self._numbers)

    async def enter(self, number: int) -> None:
        """Wait until nobody is inside, and nobody waits who came earlier."""
        if not self._busy:
            self._busy = True
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (number, turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.leave()  # it was let in at the very moment that it was called off
            raise

    def leave(self) -> None:
        """Let the next one in."""
        while self._waiting:
            _, turn = heapq.heappop(self._waiting)
            if not turn.done():
                turn.set_result(None)
                return
        self._busy = False


class Passage:
    """One agent's way through a turnstile."""

    def __init__(self, turnstile: Turnstile) -> None:
        self._turnstile = turnstile
        self._number = turnstile.number()
        self._inside = False

    @asynccontextmanager
    async def inside(self) -> AsyncIterator[None]:
        """Work with nobody else at work, save while `outside`."""
        await self._enter()
        try:
            yield
        finally:
            if self._inside:  # called off on its way back in, it is not
                self._leave()

    @asynccontextmanager
    async def outside(self, *, anew: bool = False) -> AsyncIterator[None]:
        """Let others work while this agent waits; `anew`, it queues up again behind all."""
        self._leave()
        try:
            yield
        finally:
            if anew:
                self._number = self._turnstile.number()
            await self._enter()

    async def _enter(self) -> None:
        await self._turnstile.enter(self._number)
        self._inside = True

    def _leave(self) -> None:
        self._inside = False
        self._turnstile.leave()
