"""Accounts that bound what is used: hard, before the call, whoever spends from them at once."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from sdd.agents.runner import Limits, Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a request may take at the most."""

    requests: int = 1
    tokens: int = 0
    usd: Decimal = Decimal(0)


@dataclass(slots=True, kw_only=True)
class Account:
    """What a run, an agent or an order may use, and has used so far.

    Attributes:
        owner: Whose it is, for messages: `agent endpoint-subagent`; empty for a whole run.
    """

    limits: Limits
    owner: str = ""
    usage: Usage = field(default_factory=Usage)
    _held: list[Cost] = field(default_factory=list)
    _waiting: list[asyncio.Future[None]] = field(default_factory=list)

    @property
    def left(self) -> Limits:
        """What may still be used, if nothing that is under way takes any of it."""
        limits, used = self.limits, self.usage
        spent = used.input_tokens + used.output_tokens
        return Limits(
            requests=_rest(limits.requests, used.requests),
            tool_calls=_rest(limits.tool_calls, used.tool_calls),
            tokens=_rest(limits.tokens, spent),
            usd=None if limits.usd is None else max(limits.usd - used.usd, Decimal(0)),
            seconds=limits.seconds,
        )

    def lacks(self, cost: Cost) -> str:
        """Say which bound a request could pass, even if it were the only one; empty: none."""
        left, limits = self.left, self.limits
        if left.requests is not None and cost.requests > left.requests:
            return f"the limit of {limits.requests} requests{self._of} is reached"
        if left.tokens is not None and cost.tokens > left.tokens:
            return f"the next request could pass the limit of {limits.tokens} tokens{self._of}"
        if left.usd is not None and cost.usd > left.usd:
            return f"the next request could pass the budget of {limits.usd} USD{self._of}"
        return ""

    def has_room(self, cost: Cost) -> bool:
        """Tell whether a request fits beside those that are under way."""
        held = Cost(
            requests=sum(item.requests for item in self._held) + cost.requests,
            tokens=sum(item.tokens for item in self._held) + cost.tokens,
            usd=sum((item.usd for item in self._held), cost.usd),
        )
        return not self.lacks(held)

    def hold(self, cost: Cost) -> None:
        """Set aside what a request may take."""
        self._held.append(cost)

    def settle(self, cost: Cost, taken: Usage) -> None:
        """Replace what was set aside by what it took, and let others look again."""
        self._held.remove(cost)
        self.usage += taken
        for future in self._waiting:
            if not future.done():
                future.get_loop().call_soon_threadsafe(_wake, future)
        self._waiting.clear()

    async def change(self) -> None:
        """Wait until something that is under way is settled."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        await future

    @property
    def _of(self) -> str:
        return f" of {self.owner}" if self.owner else ""


async def held(accounts: Sequence[Account], cost: Cost) -> str:
    """Set a request's cost aside in all accounts, once each has room; else say what it lacks."""
    while True:
        lacking = next(filter(None, (account.lacks(cost) for account in accounts)), "")
        if lacking:
            return lacking
        full = next((account for account in accounts if not account.has_room(cost)), None)
        if full is None:
            for account in accounts:
                account.hold(cost)
            return ""
        await full.change()


def tightest(limits: Sequence[Limits]) -> Limits:
    """Return the narrowest of several bounds, each of its parts by itself."""
    return Limits(
        requests=min((item.requests for item in limits if item.requests is not None), default=None),
        tool_calls=min(
            (item.tool_calls for item in limits if item.tool_calls is not None), default=None
        ),
        tokens=min((item.tokens for item in limits if item.tokens is not None), default=None),
        usd=min((item.usd for item in limits if item.usd is not None), default=None),
        seconds=min((item.seconds for item in limits if item.seconds is not None), default=None),
    )


def _wake(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


def _rest(most: int | None, used: int) -> int | None:
    return None if most is None else max(most - used, 0)
