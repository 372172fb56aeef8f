"""Two users against each other on every operation."""

from typing import Any

from .asgi import Client, Response
from .atlas import Atlas, Expectations, Resource
from .database import OWNER_NAMES
from .findings import Findings, exchange
from .identity import Actor, Identities
from .operations import Operation
from .replay import Replay
from .views import Key, Views, changes, leaks
from .world import Row, Twist, World, identifier, objects

_BAD_TOKEN = (("authorization", "Bearer not.a.token"),)
_FORBIDDEN = 403


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
        victim, attacker = self._who.victim, self._who.attacker
        views = Views(self._world, self._subjects("view"))
        early = await views.collect(attacker, victim)
        before = await views.collect(attacker, victim)
        await self._world.populate(victim, 3)
        after = await views.collect(attacker, victim)
        own = await views.collect(victim, attacker)
        self._judge_views(early, before, after, own)
        await self._world.populate(attacker, 2)
        self._account_creations()
        await self._replay.watch()
        await self._anonymous()
        await self._rows()
        for resource in self._atlas.resources:
            if resource.name not in self._expected.shared:
                await self._ownership(resource)
        await self._collective()
        self._judge_pollution(await views.collect(victim, attacker))
        await self._deletions()
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
            asked = f"{name} as a user without rows" + (f", {dict(query)}" if query else "")
            known = any(value == victim.id for _, value in query)
            leak = None if known and not victim.marks(answer.text) else leaks(answer, victim)
            if leak:
                self.findings.add(
                    "isolation-foreign-list",
                    name,
                    "Lists rows of another user",
                    reason=f"{exchange(asked, answer)} ({leak})",
                )
                continue
            change = changes(early[name, query], before[name, query], answer)
            if change:
                self.findings.add(
                    "isolation-foreign-count",
                    name,
                    "Counts rows of another user",
                    reason=f"{asked}: when another user created rows, {change}",
                )
        for (name, query), answer in own.items():
            self._account_view(name, answer, first=not query)

    def _account_view(self, name: str, answer: Response, *, first: bool) -> None:
        if answer.good:
            self.findings.probed.add(name)
            self.findings.unprobed.pop(name, None)
        elif answer.status == _FORBIDDEN:
            self.findings.guarded.add(name)
        elif name not in self.findings.probed and (first or name not in self.findings.unprobed):
            self.findings.unprobed[name] = f"the user's own request was refused: {answer.excerpt()}"

    def _judge_pollution(self, own: dict[Key, Response]) -> None:
        for (name, _), answer in own.items():
            leak = leaks(answer, self._who.attacker)
            if leak:
                self.findings.add(
                    "isolation-foreign-list",
                    name,
                    "Lists rows of another user",
                    reason=f"{exchange(f'{name} as the owner', answer)} ({leak})",
                )

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
        if answer.good and (
            certain or operation.method != "GET" or leaks(answer, self._who.victim)
        ):
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

    async def _ownership(self, resource: Resource) -> None:
        """Let the attacker write the owner's id into everything that a client may write."""
        victim, attacker = self._who.victim, self._who.attacker
        if not self._world.of(attacker, resource):
            return
        value: Any = int(victim.id) if victim.id.isdigit() else victim.id
        documented = self._documented(resource.create)
        attempts: list[tuple[str, dict[str, Any], tuple[tuple[str, str], ...]]] = [
            ("in the body", dict.fromkeys(sorted(OWNER_NAMES), value), ()),
            ("in the body", dict.fromkeys(sorted(OWNER_NAMES & documented), value), ()),
            ("in the query", {}, (("user_id", victim.id), ("owner_id", victim.id))),
        ]
        for how, more, query in attempts:
            if not more and not query:
                continue
            self.findings.checks += 1
            row = await self._world.create(attacker, resource, 0, Twist(more=more, query=query))
            if row is not None and await self._is_theirs(row):
                self._taken(resource.create, how, row)
        await self._foreign_key(resource)
        await self._foreign_parents(resource)
        await self._reassign(resource, value)

    def _documented(self, operation: Operation) -> set[str]:
        return set(self._atlas.document.resolve(operation.body or {}).get("properties", {}))

    async def _foreign_key(self, resource: Resource) -> None:
        """Create a row under an id that is already somebody's."""
        rows = self._world.of(self._who.victim, resource)
        if rows and "id" in self._documented(resource.create):
            self.findings.checks += 1
            await self._world.create(
                self._who.attacker, resource, 0, Twist(more={"id": rows[0].id})
            )
            await self._replay.untouched(resource.create)

    async def _foreign_parents(self, resource: Resource) -> None:
        """Create a row whose body points to a row of the other user."""
        for name, parent_name in resource.references.items():
            parent = self._atlas.resource(parent_name)
            rows = self._world.of(self._who.victim, parent) if parent else []
            if not rows or parent_name in self._expected.shared:
                continue
            self.findings.checks += 1
            value = [rows[0].id] if name.endswith("_ids") else rows[0].id
            row = await self._world.create(
                self._who.attacker, resource, 0, Twist(more={name: value})
            )
            if row is not None:
                theirs = await self._is_theirs(row)
                self.findings.add(
                    "isolation-foreign-parent",
                    resource.create.name,
                    f"Takes another user's {parent_name} as {name}",
                    reason=exchange(f"{resource.create.name} with {name}={value}", row.answer),
                    severity="error" if theirs else "warning",
                )

    async def _reassign(self, resource: Resource, value: Any) -> None:
        """Give a row of the attacker's away by an update, to see whether the owner can be set."""
        rows = self._world.of(self._who.attacker, resource)
        for operation in self._subjects("row"):
            slots = self._atlas.owned_slots(operation)
            if operation.body is None or not slots or slots[-1][1].name != resource.name:
                continue
            self.findings.checks += 1
            row = rows[-1]
            mark = self._world.mark(self._who.attacker)
            more = dict.fromkeys(sorted(OWNER_NAMES), value)
            answer = await self._world.perform(
                operation, self._who.attacker, row.chain, mark, Twist(more=more)
            )
            if answer.good and await self._is_theirs(
                Row(resource, row.actor, row.id, row.chain, answer, mark)
            ):
                self._taken(operation, "in the body", row)

    async def _is_theirs(self, row: Row) -> bool:
        """Tell whether a row that the attacker made counts as the victim's."""
        victim = self._who.victim
        owners = [item.get(name) for item in objects(row.answer.value) for name in OWNER_NAMES]
        if victim.id in {str(owner) for owner in owners if owner is not None}:
            return True
        theirs = self._world.of(victim, row.resource)
        if row.resource.read is not None:
            chain = {**row.chain, **self._above(row, theirs)}
            answer = await self._world.perform(row.resource.read, victim, chain, "zq")
            if answer.good and identifier(answer.value, row.resource) == row.id:
                return True
        if row.resource.listing is not None and theirs:
            answer = await self._world.perform(row.resource.listing, victim, theirs[0].chain, "zq")
            return bool(answer.good and row.mark in answer.text)
        return False

    @staticmethod
    def _above(row: Row, theirs: list[Row]) -> dict[str, Any]:
        """Return the victim's own ids for what stands above the row."""
        chain = dict(theirs[0].chain) if theirs else {}
        chain.pop(row.resource.name, None)
        return chain

    def _taken(self, operation: Operation, how: str, row: Row) -> None:
        self.findings.add(
            "isolation-client-owner",
            operation.name,
            f"Takes the owner from the client ({how})",
            reason=exchange(f"{operation.name} with the owner's id {how}", row.answer),
        )

    async def _collective(self) -> None:
        """Writes that name no row must still spare the rows of others."""
        victim, attacker = self._who.victim, self._who.attacker
        chain = self._all_ids(victim)
        operations = self._subjects("collective")
        for operation in sorted(operations, key=lambda item: item.method == "DELETE"):
            self.findings.checks += 1
            mark = self._world.mark(attacker)
            answer = await self._world.perform(operation, attacker, chain, mark)
            leak = leaks(answer, victim)
            if leak and victim.marks(answer.text):
                self.findings.add(
                    "isolation-foreign-read",
                    operation.name,
                    "Shows rows of another user",
                    reason=f"{exchange(operation.name, answer)} ({leak})",
                )
            await self._replay.untouched(operation)
        for operation in sorted(operations, key=lambda item: item.method == "DELETE"):
            answer = await self._world.perform(
                operation, victim, self._all_ids(victim, 1), self._world.mark(victim)
            )
            self._account_view(operation.name, answer, first=True)

    def _all_ids(self, actor: Actor, number: int = 0) -> dict[str, Any]:
        chain: dict[str, Any] = {}
        for resource in self._atlas.resources:
            rows = self._world.of(actor, resource)
            if rows:
                chain.update(rows[min(number, len(rows) - 1)].chain)
        return chain
