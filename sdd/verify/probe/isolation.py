"""Two users against each other on every operation."""

from typing import Any

from .atlas import Atlas, Expectations
from .collective import Collective
from .findings import Findings, exchange
from .identity import Identities
from .messages import Client, Response
from .operations import Operation
from .ownership import Ownership
from .replay import Replay
from .roles import without_roles
from .views import Key, Views, changes, leaks
from .world import Twist, World

_BAD_TOKEN = (("authorization", "Bearer not.a.token"),)
_IDENTITY_HEADERS = ("x-user-id", "x-user", "x-owner-id", "x-authenticated-user")
# One row to attack, one for its owner to try each operation on, one for callers without a token.
_ROWS = 3


class Isolation:
    """The isolation probe: populates, peeks, attacks, and checks that all of it could be tried."""

    def __init__(
        self, client: Client, world: World, who: Identities, expected: Expectations
    ) -> None:
        self._client = client
        self._world = world
        self._who = who
        self._expected = expected
        self._atlas: Atlas = world.atlas
        self.findings = Findings()
        self._replay = Replay(world, who, expected, self.findings)

    async def run(self) -> dict[str, Any]:
        """Try everything; return the findings."""
        who = self._who
        victim, attacker = who.victim, who.attacker
        views = Views(self._world, self._subjects("view"))
        collective = Collective(
            self._world, who, self._subjects("collective"), views, self.findings
        )
        early = await views.collect(attacker, victim)
        before = await views.collect(attacker, victim)
        await self._world.populate(victim, _ROWS)
        await collective.prepare()
        after = await views.collect(attacker, victim)
        own = await views.collect(victim, attacker)
        self._judge_views(early, before, after, own)
        await self._world.populate(attacker, 2)
        self._account_creations()
        await self._replay.watch()
        await self._anonymous()
        await without_roles(self._world, who, self._expected, self.findings)
        await self._rows()
        await self._impersonation(views)
        await Ownership(self._world, who, self._expected, self._replay, self.findings).run(
            self._subjects("row")
        )
        await collective.attack(self._replay)
        await self._look_again(views)
        await self._deletions()
        await collective.finish()
        self.findings.add_server_errors("isolation-server-error", self._client.server_errors)
        shared = [item.name for item in self._subjects("shared")]
        return {**self.findings.facts(), "of_shared": shared}

    def _kind(self, operation: Operation) -> str:
        if self._atlas.is_shared(operation):
            return "shared"
        if self._atlas.owned_slots(operation) or self._atlas.unknown_slots(operation):
            return "row"
        if any(item.create == operation for item in self._atlas.resources):
            return "create"
        return "view" if operation.method == "GET" else "collective"

    def _subjects(self, *kinds: str) -> list[Operation]:
        return [item for item in self._atlas.operations if self._kind(item) in kinds]

    def _judge_views(
        self,
        early: dict[Key, Response],
        before: dict[Key, Response],
        after: dict[Key, Response],
        own: dict[Key, Response],
    ) -> None:
        victim = self._who.victim
        for (name, query), answer in after.items():
            self.findings.checks += 1
            known = any(value == victim.id for _, value in query)
            ids = self._world.text_ids(victim)
            leak = None if known and not victim.marks(answer.text) else leaks(answer, victim, ids)
            if leak:
                self._listed(name, query, answer, leak)
                continue
            change = changes(early[name, query], before[name, query], answer)
            if change:
                self.findings.add(
                    "isolation-foreign-count",
                    name,
                    "Counts rows of another user",
                    reason=f"{name} {dict(query) or ''}: when another user created rows, {change}",
                )
        for (name, query), answer in own.items():
            self.findings.account(name, answer, first=not query)

    def _account_creations(self) -> None:
        for resource in self._atlas.resources:
            name = resource.create.name
            if self._world.of(self._who.victim, resource):
                self.findings.probed.add(name)
            elif name in self._world.refused and resource.name not in self._expected.shared:
                self.findings.unprobed[name] = f"it was refused: {self._world.refused[name]}"

    async def _anonymous(self) -> None:
        """Call every operation without a token, and with one that is none."""
        victim = self._who.victim
        for operation in self._atlas.operations:
            slots = [found for _, found in self._atlas.slots(operation) if found is not None]
            rows = self._world.of(victim, slots[-1]) if slots else []
            chain = rows[-1].chain if rows else {}
            for how, headers in (("no token", ()), ("a bad token", _BAD_TOKEN)):
                self.findings.checks += 1
                answer = await self._world.perform(
                    operation, None, chain, "zq", Twist(path_user=victim.id, headers=headers)
                )
                self._judge_anonymous(operation, how, answer)

    def _judge_anonymous(self, operation: Operation, how: str, answer: Response) -> None:
        if answer.status in self._expected.anonymous or answer.status >= 500:
            return
        certain = self._expected.needs_user(operation) is True
        line = f"{operation.name} with {how}"
        private = leaks(answer, self._who.victim) and not self._atlas.is_shared(operation)
        if answer.good and (certain or operation.method != "GET" or private):
            self.findings.add(
                "isolation-open-operation",
                operation.name,
                f"Answers {answer.status} to {how}",
                reason=exchange(line, answer),
            )
        elif not answer.good and certain:
            self.findings.add(
                "isolation-anonymous-status",
                operation.name,
                f"Answers {answer.status} to {how}, not 401",
                reason=exchange(line, answer),
                severity="error" if self._expected.stated else "warning",
            )

    async def _impersonation(self, views: Views) -> None:
        """Name the other user beside a good token: in headers, in the query, by their rows."""
        victim, attacker = self._who.victim, self._who.attacker
        headers = (*attacker.header(), *((name, victim.id) for name in _IDENTITY_HEADERS))
        twist = Twist(headers=headers, query=(("user_id", victim.id),))
        readings = [item for item in self._subjects("row") if item.method == "GET"]
        for operation in [*self._subjects("view"), *readings]:
            self.findings.checks += 1
            chain = self._world.ids(victim)
            answer = await self._world.perform(operation, attacker, chain, "zq", twist)
            known = self.findings.tells_of(operation.name)
            if answer.good and victim.marks(answer.text) and not known:
                self.findings.add(
                    "isolation-client-identity",
                    operation.name,
                    "Believes a user's id in a header or in the query",
                    reason=exchange(
                        f"{operation.name} with the other's id beside the token", answer
                    ),
                )
        for view in await views.by_reference(attacker, victim):
            self._listed(view.operation.name, view.query, view.answer, view.what)

    async def _look_again(self, views: Views) -> None:
        """Look once more when rows are in every state, as each of the two."""
        victim, attacker = self._who.victim, self._who.attacker
        for looking, other in ((attacker, victim), (victim, attacker)):
            for (name, query), answer in (await views.collect(looking, other)).items():
                if other.marks(answer.text):
                    self._listed(name, query, answer, "the text of the other user")
        for view in await views.aimed(attacker, victim):
            self._listed(view.operation.name, view.query, view.answer, view.what)

    def _listed(
        self, name: str, query: tuple[tuple[str, str], ...], answer: Response, what: str
    ) -> None:
        asked = f"{name}, {dict(query)}" if query else name
        self.findings.add(
            "isolation-foreign-list",
            name,
            "Lists rows of another user",
            reason=f"{exchange(asked, answer)} ({what})",
        )

    async def _rows(self) -> None:
        """Every operation on a row: first its owner, then the other user; deletions last."""
        operations = self._subjects("row")
        changing = [item for item in operations if item.method != "DELETE"]
        for operation in changing:
            await self._replay.control(operation)
        for operation in changing + self._by_depth(operations):
            await self._replay.attack(operation)
        for operation in self._subjects("view", "create", "collective"):
            if self._atlas.has_user_slot(operation):
                await self._replay.path_user(operation)

    def _by_depth(self, operations: list[Operation]) -> list[Operation]:
        """Return the deletions, deepest rows first, so that none takes another's row away."""
        deletions = [item for item in operations if item.method == "DELETE"]
        return sorted(deletions, key=lambda item: -len(self._atlas.owned_slots(item)))

    async def _deletions(self) -> None:
        for operation in self._by_depth(self._subjects("row")):
            await self._replay.control(operation)
