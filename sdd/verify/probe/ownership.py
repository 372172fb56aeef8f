"""Who owns a new row: the caller, whatever the request says."""

from typing import Any

from .atlas import Expectations, Resource
from .database import OWNER_NAMES
from .findings import Findings, exchange
from .identity import Identities
from .operations import Operation
from .replay import Replay
from .world import Row, Twist, World, identifier, objects


class Ownership:
    """Writes another user's id into everything that a client may write."""

    def __init__(
        self,
        world: World,
        who: Identities,
        expected: Expectations,
        replay: Replay,
        findings: Findings,
    ) -> None:
        self._world = world
        self._who = who
        self._expected = expected
        self._replay = replay
        self._findings = findings
        self._operations: list[Operation] = []

    async def run(self, operations: list[Operation]) -> None:
        """Try it on every resource, and on the operations that change its rows."""
        self._operations = operations
        for resource in self._world.atlas.resources:
            if resource.name not in self._expected.shared:
                await self._resource(resource)

    async def _resource(self, resource: Resource) -> None:
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
            self._findings.checks += 1
            row = await self._world.create(attacker, resource, 0, Twist(more=more, query=query))
            if row is not None and await self._is_theirs(row):
                self._taken(resource.create, how, row)
        await self._foreign_key(resource)
        await self._foreign_parents(resource)
        await self._reassign(resource, value)

    def _documented(self, operation: Operation) -> set[str]:
        return set(self._world.atlas.document.resolve(operation.body or {}).get("properties", {}))

    async def _foreign_key(self, resource: Resource) -> None:
        """Create a row under an id that is already somebody's."""
        rows = self._world.of(self._who.victim, resource)
        if rows and "id" in self._documented(resource.create):
            self._findings.checks += 1
            await self._world.create(
                self._who.attacker, resource, 0, Twist(more={"id": rows[0].id})
            )
            await self._replay.untouched(resource.create)

    async def _foreign_parents(self, resource: Resource) -> None:
        """Create a row whose body points to a row of the other user."""
        for name, parent_name in resource.references.items():
            parent = self._world.atlas.resource(parent_name)
            rows = self._world.of(self._who.victim, parent) if parent else []
            if not rows or parent_name in self._expected.shared:
                continue
            self._findings.checks += 1
            value = [rows[0].id] if name.endswith("_ids") else rows[0].id
            row = await self._world.create(
                self._who.attacker, resource, 0, Twist(more={name: value})
            )
            if row is not None:
                theirs = await self._is_theirs(row)
                self._findings.add(
                    "isolation-foreign-parent",
                    resource.create.name,
                    f"Takes another user's {parent_name} as {name}",
                    reason=exchange(f"{resource.create.name} with {name}={value}", row.answer),
                    severity="error" if theirs else "warning",
                )

    async def _reassign(self, resource: Resource, value: Any) -> None:
        """Give a row of the attacker's away by an update, to see whether the owner can be set."""
        rows = self._world.of(self._who.attacker, resource)
        for operation in self._operations:
            slots = self._world.atlas.owned_slots(operation)
            if operation.body is None or not slots or slots[-1][1].name != resource.name:
                continue
            self._findings.checks += 1
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
        self._findings.add(
            "isolation-client-owner",
            operation.name,
            f"Takes the owner from the client ({how})",
            reason=exchange(f"{operation.name} with the owner's id {how}", row.answer),
        )
