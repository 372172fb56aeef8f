"""One user tries everything on the rows of another, row by row."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .atlas import Expectations
from .findings import Findings, exchange
from .identity import Identities
from .messages import Response
from .operations import Operation
from .world import Row, Twist, World, absent

_WORDS = {"GET": "read", "DELETE": "delete"}
_VERBS = {"GET": "Shows", "DELETE": "Deletes"}
_VOLATILE = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    r"|\d{4}-\d\d-\d\d[T ][\d:.]+(?:Z|[+-]\d\d:?\d\d)?"
    r"|\d+"
)


@dataclass(frozen=True)
class Variant:
    """A way to name a row that is not the attacker's.

    Attributes:
        absent: The same with ids that no row has, for comparison; None when there is nothing
            to compare with.
    """

    how: str
    chain: Mapping[str, Any]
    absent: Mapping[str, Any] | None
    crossed: bool = False


class Replay:
    """Replays every operation on a row against the rows of another user."""

    def __init__(
        self, world: World, who: Identities, expected: Expectations, findings: Findings
    ) -> None:
        self._world = world
        self._who = who
        self._expected = expected
        self._findings = findings
        self._seen: dict[str, Any] = {}

    async def control(self, operation: Operation) -> None:
        """Let the owner do it on a row kept for that: only then does a refusal mean anything."""
        owner = self._who.victim
        rows = self._rows(operation, owner.letter)
        if rows is None:
            self._findings.unprobed[operation.name] = self._why_no_rows(operation)
            return
        row = rows[min(1, len(rows) - 1)]
        mark = self._world.mark(owner)
        answer = await self._world.perform(operation, owner, row.chain, mark)
        if answer.good:
            self._findings.probed.add(operation.name)
            self._look_for_strays(operation, row, answer)
        elif answer.status == 403:
            self._findings.guarded.add(operation.name)
        else:
            self._findings.unprobed[operation.name] = (
                f"its owner's own request was refused: {answer.excerpt()}"
            )

    def _look_for_strays(self, operation: Operation, row: Row, answer: Response) -> None:
        """Below one row of a user, rows that belong below another of theirs are wrong."""
        named = {resource.name for _, resource in self._world.atlas.owned_slots(operation)}
        for other in self._world.all_of(self._who.victim):
            elsewhere = any(
                other.chain.get(name, row.chain[name]) != row.chain[name] for name in named
            )
            if other.resource.name not in named and elsewhere and other.mark in answer.text:
                self._findings.add(
                    "isolation-unbound-child",
                    operation.name,
                    f"Shows a {other.resource.name} of another {row.resource.name}",
                    reason=exchange(operation.name, answer),
                )

    async def attack(self, operation: Operation) -> None:
        """Let the other user do it, in every way to name the row."""
        for variant in self._variants(operation):
            self._findings.checks += 1
            mark = self._world.mark(self._who.attacker)
            answer = await self._world.perform(operation, self._who.attacker, variant.chain, mark)
            await self._judge(operation, variant, answer)
        if self._world.atlas.has_user_slot(operation):
            await self.path_user(operation)

    async def path_user(self, operation: Operation) -> None:
        """Let the other user put the owner's id into the path."""
        self._findings.checks += 1
        victim, attacker = self._who.victim, self._who.attacker
        rows = self._rows(operation, victim.letter)
        chain = rows[0].chain if rows else {}
        mark = self._world.mark(attacker)
        answer = await self._world.perform(
            operation, attacker, chain, mark, Twist(path_user=victim.id)
        )
        writes = operation.method != "GET"
        changed = writes and await self._reached(operation, rows, mark)
        leak = None if writes else await self._seen_below(operation, answer, chain)
        line = f"{operation.name} as the other user, with the owner's id in the path"
        if changed or leak or (answer.good and self._expected.path_firm):
            self._findings.add(
                "isolation-path-user",
                operation.name,
                f"Serves another user's id in the path ({answer.status})",
                reason=exchange(line, answer) + (f" ({leak})" if leak else ""),
            )
        elif self._expected.stated and answer.status not in self._expected.path_user:
            firm = self._expected.path_firm
            self._findings.add(
                "isolation-foreign-status",
                operation.name,
                f"Answers {answer.status} for another user's id in the path, not "
                + " or ".join(map(str, self._expected.path_user)),
                reason=exchange(line, answer),
                severity="error" if firm else "warning",
            )

    async def _seen_below(
        self, operation: Operation, answer: Response, chain: Mapping[str, Any]
    ) -> str | None:
        """Say what an answer below another user's id holds of theirs; the id itself is no news."""
        victim, attacker = self._who.victim, self._who.attacker
        if not answer.good:
            return None
        if victim.marks(answer.text):
            return "the text of the other user"
        theirs = await self._world.perform(operation, victim, chain, "zq")
        mine = await self._world.perform(operation, attacker, chain, "zq")
        same = theirs.good and answer.value == theirs.value != mine.value
        return "it is what the other user gets" if same else None

    async def _reached(self, operation: Operation, rows: list[Row] | None, mark: str) -> bool:
        """Tell whether a write changed a row of the owner's, or put one among them."""
        if rows and await self._changed(rows[0], mark):
            return True
        for resource in self._world.atlas.resources:
            theirs = self._world.of(self._who.victim, resource)
            if resource.create == operation and resource.listing is not None and theirs:
                answer = await self._world.perform(
                    resource.listing, self._who.victim, theirs[0].chain, "zq"
                )
                return answer.good and mark in answer.text
        return False

    async def watch(self) -> None:
        """Remember how the owner's rows look before anybody touches them."""
        for row in self._victims():
            first = await self._world.snapshot(row)
            second = await self._world.snapshot(row)
            self._seen[_key(row)] = _steady(first, second)

    async def untouched(self, operation: Operation) -> None:
        """Check all the owner's rows after an operation that names none."""
        for row in self._victims():
            if await self._changed(row, "\0"):
                self._findings.add(
                    "isolation-foreign-write",
                    operation.name,
                    f"Changes or deletes another user's {row.resource.name}",
                    reason=f"{operation.name} was called by a user who owns no such row",
                )
                await self._renew(row)

    def _victims(self) -> list[Row]:
        letter = self._who.victim.letter
        return [rows[0] for (owner, _), rows in self._world.rows.items() if owner == letter]

    def _rows(self, operation: Operation, letter: str) -> list[Row] | None:
        """Return a user's rows that the operation addresses; None when a part of it is missing."""
        atlas = self._world.atlas
        if atlas.unknown_slots(operation):
            return None
        slots = atlas.owned_slots(operation)
        if not slots:
            return []
        actor = self._who.victim if letter == self._who.victim.letter else self._who.attacker
        rows = self._world.of(actor, slots[-1][1])
        wanted = {resource.name for _, resource in slots}
        complete = [row for row in rows if wanted <= set(row.chain)]
        return complete or None

    def _why_no_rows(self, operation: Operation) -> str:
        atlas = self._world.atlas
        unknown = atlas.unknown_slots(operation)
        if unknown:
            return f"no operation creates what {{{unknown[0]}}} names"
        for _, resource in atlas.owned_slots(operation):
            refused = self._world.refused.get(resource.create.name)
            if refused:
                return f"{resource.create.name} was refused: {refused}"
        return "no row could be created for it"

    def _variants(self, operation: Operation) -> Iterator[Variant]:
        theirs = self._rows(operation, self._who.victim.letter)
        if not theirs:
            return
        slots = [resource.name for _, resource in self._world.atlas.owned_slots(operation)]
        last = slots[-1]
        chain = theirs[0].chain
        missing = {**chain, **{name: absent(chain[name]) for name in slots}}
        yield Variant("another user's row", chain, missing)
        own = self._rows(operation, self._who.attacker.letter)
        if len(slots) > 1 and own:
            mixed = {**own[0].chain, last: chain[last]}
            gone = {**own[0].chain, last: absent(chain[last])}
            yield Variant(f"another user's {last} below the caller's own row", mixed, gone)
            crossed = {**chain, last: own[0].chain[last]}
            yield Variant(
                f"the caller's {last} below another user's row", crossed, None, crossed=True
            )

    async def _judge(self, operation: Operation, variant: Variant, answer: Response) -> None:
        row = (self._rows(operation, self._who.victim.letter) or [])[0]
        changed = operation.method != "GET" and await self._changed(row, "\0")
        alike = None
        if variant.absent is not None:
            mark = self._world.mark(self._who.attacker)
            alike = await self._world.perform(operation, self._who.attacker, variant.absent, mark)
        line = f"{operation.name} on {variant.how}"
        if changed or (answer.good and not self._harmless(operation, answer, alike)):
            self._broken(operation, variant, answer, line)
            if changed:
                await self._renew(row)
        elif answer.status not in self._expected.foreign and answer.status < 500:
            if self._expected.stated:
                firm = self._expected.foreign_firm
                self._wrong_status(operation, answer, self._expected.foreign, line, firm=firm)
        elif alike is not None:
            self._compare(operation, answer, alike)

    def _harmless(self, operation: Operation, answer: Response, alike: Response | None) -> bool:
        """Tell whether a success means nothing: a deletion that answers alike for any id."""
        return (
            operation.method == "DELETE"
            and not self._expected.foreign_firm
            and alike is not None
            and alike.status == answer.status
        )

    def _broken(self, operation: Operation, variant: Variant, answer: Response, line: str) -> None:
        if variant.crossed:
            rule, message = "isolation-unbound-child", f"Serves {variant.how}"
        else:
            rule = f"isolation-foreign-{_WORDS.get(operation.method, 'write')}"
            message = f"{_VERBS.get(operation.method, 'Changes')} {variant.how}"
        self._findings.add(
            rule, operation.name, f"{message} ({answer.status})", reason=exchange(line, answer)
        )

    def _wrong_status(
        self,
        operation: Operation,
        answer: Response,
        wanted: tuple[int, ...],
        line: str,
        *,
        firm: bool,
    ) -> None:
        said = " or ".join(map(str, wanted))
        self._findings.add(
            "isolation-foreign-status",
            operation.name,
            f"Answers {answer.status} for another user's row, not {said}",
            reason=exchange(line, answer),
            severity="error" if firm else "warning",
        )

    def _compare(self, operation: Operation, answer: Response, alike: Response) -> None:
        """A foreign row and none at all must look the same where foreign rows are 404."""
        if self._expected.foreign_firm and self._expected.foreign != (404,):
            return
        same_status = answer.status == alike.status
        if same_status and _steady_text(answer) == _steady_text(alike):
            return
        # Without a spec, 403 for what exists is a choice that many make; we only say so.
        chosen = not self._expected.foreign_firm and answer.status == 403
        self._findings.add(
            "isolation-existence-oracle",
            operation.name,
            "Tells another user's row from one that does not exist",
            reason=f"another user's: {answer.excerpt()}; absent: {alike.excerpt()}",
            severity="note" if chosen else "error",
        )

    async def _changed(self, row: Row, mark: str) -> bool:
        """Tell whether a row of the owner looks different, or bears the attacker's mark."""
        if not self._world.readable(row):
            return False
        before = self._seen.get(_key(row))
        now = await self._world.snapshot(row)
        if before is None:
            return False
        return now is None or mark in str(now) or _steady(now, now, like=before) != before

    async def _renew(self, row: Row) -> None:
        """Give the owner a fresh row in place of the one that was harmed."""
        owner = self._who.victim
        rows = self._world.of(owner, row.resource)
        fresh = await self._world.create(owner, row.resource, 0)
        if fresh is not None:
            rows.remove(fresh)
            rows[0] = fresh
        self._seen.pop(_key(row), None)
        current = rows[0]
        snapshot = await self._world.snapshot(current)
        self._seen[_key(current)] = _steady(snapshot, snapshot)


def _key(row: Row) -> str:
    return f"{row.resource.name}:{row.id}"


def _steady(first: Any, second: Any, *, like: Any = None) -> Any:
    """Keep the fields of a row that two reads agree on (or that `like` has)."""
    if not isinstance(first, dict) or not isinstance(second, dict):
        return first
    names = like if isinstance(like, dict) else first
    return {
        name: first.get(name)
        for name in names
        if first.get(name) == second.get(name) or isinstance(like, dict)
    }


def _steady_text(answer: Response) -> str:
    return _VOLATILE.sub("#", answer.text)
