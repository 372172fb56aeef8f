"""Bounds of a run, of each agent and of each order, and the accounts that keep to them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sdd.agents.budget import Account, tightest
from sdd.agents.definition import AgentDefinition
from sdd.agents.runner import Limits

EACH = "*"
# More than an order takes that gets anywhere; a model that goes on and on is stopped by it.
MOST_REQUESTS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Bounds by name of agent and id of order; `*` stands for each that is not named.

    Attributes:
        rounds: Rounds of repair, by order.
    """

    agents: Mapping[str, Limits] = field(default_factory=dict)
    orders: Mapping[str, Limits] = field(default_factory=dict)
    rounds: Mapping[str, int] = field(default_factory=dict)

    def of_agent(self, name: str) -> Limits:
        """Return what one agent may use in all its orders together."""
        return self.agents.get(name) or self.agents.get(EACH) or Limits()

    def of_order(self, order_id: str) -> Limits:
        """Return what one order may use in all its rounds together."""
        found = self.orders.get(order_id) or self.orders.get(EACH) or Limits()
        return found if found.requests else tightest([found, Limits(requests=MOST_REQUESTS)])

    def rounds_of(self, order_id: str) -> int | None:
        """Return how often an order may be sent back; None: as often as the run."""
        return self.rounds.get(order_id, self.rounds.get(EACH))


class Treasury:
    """The accounts of one run; who works is charged to all that are concerned."""

    def __init__(self, budget: Limits, bounds: Bounds) -> None:
        self._bounds = bounds
        self._run = Account(limits=budget)
        self._agents: dict[str, Account] = {}
        self._orders: dict[str, Account] = {}

    def accounts(self, agent: str, order_id: str) -> tuple[Account, ...]:
        """Return the accounts of an order, of its agent and of the run."""
        order = self._orders.setdefault(
            order_id, Account(limits=self._bounds.of_order(order_id), owner=f"order {order_id}")
        )
        worker = self._agents.setdefault(
            agent, Account(limits=self._bounds.of_agent(agent), owner=f"agent {agent}")
        )
        return order, worker, self._run


def turn_limits(
    definition: AgentDefinition, accounts: tuple[Account, ...], seconds: float
) -> Limits:
    """Return the bounds of one turn: what is left of all accounts, and the agent's own.

    Args:
        definition: Its `maxTurns` bounds the requests of a turn.
        accounts: Whose rest bounds it, the order's first.
        seconds: What the order has taken before.
    """
    rests = [account.left for account in accounts]
    allowed = rests[0].seconds
    own = Limits(
        requests=_whole(definition.extra.get("maxTurns")),
        seconds=None if allowed is None else max(allowed - seconds, 0.0),
    )
    return tightest([own, *map(_without_seconds, rests)])


def _without_seconds(limits: Limits) -> Limits:
    """Leave out time, which is not shared: orders work side by side."""
    return Limits(
        requests=limits.requests,
        tool_calls=limits.tool_calls,
        tokens=limits.tokens,
        usd=limits.usd,
    )


def _whole(value: object) -> int | None:
    try:
        number = int(str(value))
    except ValueError:
        return None
    return number if number > 0 else None
