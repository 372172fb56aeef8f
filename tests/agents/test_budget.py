import asyncio
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from sdd.agents.budget import Account, Cost, held, tightest
from sdd.agents.runner import Limits, Usage


@given(
    wanted=st.lists(st.tuples(st.integers(1, 60), st.integers(1, 100)), min_size=1, max_size=12),
    most=st.integers(10, 200),
)
def test_whoever_asks_at_once_no_bound_is_passed(wanted: list[tuple[int, int]], most: int) -> None:
    """Requests side by side take from two accounts; neither ever holds more than it may."""
    run = Account(limits=Limits(tokens=most))
    agent = Account(limits=Limits(tokens=most // 2 + 1), owner="agent a")
    refused: list[str] = []

    async def request(size: int, percent: int) -> None:
        cost = Cost(tokens=size)
        lacking = await held((run, agent), cost)
        if lacking:
            refused.append(lacking)
            return
        await asyncio.sleep(0)
        taken = Usage(requests=1, input_tokens=size * percent // 100)
        for account in (run, agent):
            account.settle(cost, taken)

    async def all_of_them() -> None:
        await asyncio.gather(*(request(size, percent) for size, percent in wanted))

    asyncio.run(all_of_them())

    assert run.usage == agent.usage
    assert run.usage.requests + len(refused) == len(wanted)
    assert agent.usage.input_tokens <= most // 2 + 1


def test_a_request_waits_for_what_is_under_way_instead_of_giving_up() -> None:
    """What others set aside and did not need is there for it."""
    account = Account(limits=Limits(usd=Decimal(1)))
    first, second = Cost(usd=Decimal("0.8")), Cost(usd=Decimal("0.7"))

    async def side_by_side() -> str:
        assert await held([account], first) == ""
        waiting = asyncio.ensure_future(held([account], second))
        await asyncio.sleep(0)
        assert not waiting.done()
        account.settle(first, Usage(usd=Decimal("0.1")))
        return await waiting

    assert asyncio.run(side_by_side()) == ""


def test_the_bound_that_is_reached_is_named_with_its_owner() -> None:
    """The message says what to raise."""
    account = Account(limits=Limits(requests=0), owner="order routes")

    assert account.lacks(Cost()) == "the limit of 0 requests of order routes is reached"


def test_the_tightest_of_several_bounds_is_taken_part_by_part() -> None:
    """None is no bound."""
    bounds = [Limits(requests=3, tokens=10), Limits(requests=2), Limits(seconds=1.0)]

    assert tightest(bounds) == Limits(requests=2, tokens=10, seconds=1.0)
