import asyncio

import pytest

from sdd.adapters.turnstile import Passage, Turnstile


async def _work(log: list[str], name: str, passage: Passage, *waits: asyncio.Event) -> None:
    async with passage.inside():
        log.append(f"{name} begins")
        await asyncio.sleep(0)
        log.append(f"{name} pauses")
        for wait in waits:
            async with passage.outside():
                await wait.wait()
            log.append(f"{name} goes on")


def test_one_works_at_a_time_in_the_order_of_coming() -> None:
    """What begins is brought to its pause before another begins."""
    log: list[str] = []

    async def run() -> None:
        turnstile = Turnstile()
        await asyncio.gather(*(_work(log, name, Passage(turnstile)) for name in "abc"))

    asyncio.run(run())

    assert log == [f"{name} {what}" for name in "abc" for what in ("begins", "pauses")]


def test_others_work_while_one_is_outside() -> None:
    """Who waits outside keeps nobody, and is back before those who came after it."""
    log: list[str] = []

    async def run() -> None:
        turnstile, came = Turnstile(), asyncio.Event()

        async def call(passage: Passage) -> None:
            async with passage.inside():
                log.append("b calls")
                came.set()
                for _ in range(5):
                    await asyncio.sleep(0)

        first = _work(log, "a", Passage(turnstile), came)
        second = call(Passage(turnstile))
        await asyncio.gather(first, second, _work(log, "c", Passage(turnstile)))

    asyncio.run(run())

    assert log == ["a begins", "a pauses", "b calls", "a goes on", "c begins", "c pauses"]


def test_anew_is_behind_those_who_wait_already() -> None:
    """An answer that comes now is looked at after those that came before it."""
    log: list[str] = []

    async def run() -> None:
        turnstile, answered = Turnstile(), asyncio.Event()
        asking = Passage(turnstile)

        async def ask() -> None:
            async with asking.inside():
                async with asking.outside(anew=True):
                    await answered.wait()
                log.append("asking")

        async def hold() -> None:
            async with Passage(turnstile).inside():
                answered.set()
                for _ in range(5):
                    await asyncio.sleep(0)

        asked = asyncio.create_task(ask())
        await asyncio.sleep(0)
        await asyncio.gather(hold(), _work(log, "before", Passage(turnstile)), asked)

    asyncio.run(run())

    assert log == ["before begins", "before pauses", "asking"]


@pytest.mark.parametrize("moment", ["waiting", "let in", "outside"])
def test_who_is_called_off_keeps_nobody_out(moment: str) -> None:
    """Called off in the queue, in being let in, or outside: the next one works."""
    log: list[str] = []

    async def run() -> None:
        turnstile, never = Turnstile(), asyncio.Event()
        holder = Passage(turnstile)
        async with holder.inside():
            waits = (never,) if moment == "outside" else ()
            waiting = asyncio.create_task(_work([], "x", Passage(turnstile), *waits))
            await asyncio.sleep(0)
            if moment == "outside":
                async with holder.outside():
                    for _ in range(5):
                        await asyncio.sleep(0)
            if moment != "let in":
                waiting.cancel()
        waiting.cancel()
        await asyncio.wait([waiting])
        await asyncio.wait_for(_work(log, "next", Passage(turnstile)), 10)
        assert waiting.cancelled()

    asyncio.run(run())

    assert log == ["next begins", "next pauses"]
