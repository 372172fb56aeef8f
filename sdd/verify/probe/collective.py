"""Writes that name no row: bulk changes, clean-ups, and what each user has only one of."""

from .findings import Findings, exchange
from .identity import Identities
from .messages import Response
from .operations import Operation
from .replay import Replay
from .views import Views, changes, leaks
from .world import World

Readings = dict[str, tuple[Response, Response]]


class Collective:
    """Tries the writes that name no row, first as the owner and then as the other user."""

    def __init__(
        self,
        world: World,
        who: Identities,
        operations: list[Operation],
        views: Views,
        findings: Findings,
    ) -> None:
        self._world = world
        self._who = who
        self._writes = [item for item in operations if item.method != "DELETE"]
        self._deletions = [item for item in operations if item.method == "DELETE"]
        self._views = views
        self._findings = findings

    async def prepare(self) -> None:
        """Let the owner do each once, so that there is something to be harmed."""
        victim = self._who.victim
        for operation in self._writes:
            mark = self._world.mark(victim)
            answer = await self._world.perform(operation, victim, self._world.ids(victim, 1), mark)
            self._findings.account(operation.name, answer, first=True)
        if self._writes:
            await self._world.replenish(victim)

    async def attack(self, replay: Replay) -> None:
        """Let the other user do each: the owner's rows and views stay as they were."""
        victim, attacker = self._who.victim, self._who.attacker
        if not self._writes and not self._deletions:
            return
        seen = await self._read()
        for operation in (*self._writes, *self._deletions):
            self._findings.checks += 1
            chain = self._world.ids(victim)
            mark = self._world.mark(attacker)
            answer = await self._world.perform(operation, attacker, chain, mark)
            leak = leaks(answer, victim)
            if leak and victim.marks(answer.text):
                self._findings.add(
                    "isolation-foreign-read",
                    operation.name,
                    "Shows rows of another user",
                    reason=f"{exchange(operation.name, answer)} ({leak})",
                )
            await replay.untouched(operation)
            await self._compare(operation, seen, mark)

    async def finish(self) -> None:
        """Let the owner do the deletions too: only then does it mean something that none harmed."""
        victim = self._who.victim
        for operation in self._deletions:
            await self._world.replenish(victim)
            mark = self._world.mark(victim)
            answer = await self._world.perform(operation, victim, self._world.ids(victim), mark)
            self._findings.account(operation.name, answer, first=True)

    async def _read(self) -> Readings:
        first = await self._views.base(self._who.victim)
        second = await self._views.base(self._who.victim)
        return {name: (first[name], second[name]) for name in first}

    async def _compare(self, operation: Operation, seen: Readings, mark: str) -> None:
        """Look whether the owner's views show what the other user did."""
        now = await self._views.base(self._who.victim)
        for name, (first, second) in seen.items():
            what = changes(first, second, now[name])
            if mark in now[name].text:
                what = "it holds the other user's text"
            if what:
                self._findings.add(
                    "isolation-foreign-write",
                    operation.name,
                    "Changes what belongs to another user",
                    reason=f"after {operation.name} by another user, {name} differs: {what}",
                )
                seen.update(await self._read())
                return
