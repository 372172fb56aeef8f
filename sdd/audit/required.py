"""What must be shown for a request: of rows that leave it, and of every write."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from sdd.audit.attributes import schema
from sdd.audit.contents import holders
from sdd.audit.effects import ATTACHES, DELEGATES, Effect
from sdd.audit.engine import Engine
from sdd.audit.flows import carried_by
from sdd.audit.logic import YES, Exists, Formula, Or, both, operands
from sdd.audit.obligations import Obligation
from sdd.audit.oracles import Oracles
from sdd.audit.requests import End, Run
from sdd.audit.state import Place, State
from sdd.audit.strangers import is_stranger, stranger
from sdd.audit.values import Instance, ListObject, Ref, Row, Sym, Tup, Value

_CUT = stranger("an answer that is too large to look through")
_WRITES = frozenset({"create", "update", "delete", DELEGATES})


def obligations(engine: Engine, run: Run) -> tuple[Obligation, ...]:
    """Return what must be shown: rows that reach the client, and every write."""
    required = _Required(engine, run)
    found: dict[Obligation, None] = {}
    for end in (*run.ends, *run.handed_out):
        found.update(dict.fromkeys(required.of_answer(end)))
    found.update(dict.fromkeys(required.of_branches()))
    for effect in run.effects:
        if is_stranger(effect.target):
            found[_of_stranger(effect)] = None
        elif effect.operation in _WRITES:
            if effect.column != ATTACHES:
                found[_of_write(effect)] = None
            found.update(dict.fromkeys(required.of_attachments(effect)))
            found.update(dict.fromkeys(required.of_children(effect)))
            found.update(dict.fromkeys(required.of_copies(effect)))
    return tuple(found)


class _Required:
    """The obligations to read rows that one run has."""

    def __init__(self, engine: Engine, run: Run) -> None:
        self.engine = engine
        self.run = run
        self.related = {row for key, row in engine.rows.items() if "relation" in key[1:2]}
        self.oracles = Oracles(engine, schema(engine))
        self.reads: Mapping[Row, Effect] = {
            effect.target: effect
            for effect in run.effects
            if effect.operation == "read" and isinstance(effect.target, Row)
        }

    def of_answer(self, end: End) -> Iterator[Obligation]:
        """Yield one for each row that an answer holds, or that decides what is in it."""
        answer = Tup((end.value, *holders(end.state, "Response")))
        carried = carried_by(self.engine, answer, end.state)
        for row, guard in carried.rows.items():
            yield self._read(row, end.place, (*end.facts, guard))
        for formula, guard in carried.conditions.items():
            for row in self.oracles.deciding([formula]):
                yield self._read(row, end.place, (*end.facts, guard))
        ways: dict[Row, list[Formula]] = {}
        for branch in carried.branches:
            for row in dict.fromkeys(self.oracles.branching([branch])):
                ways.setdefault(row, []).append(branch)
        for row, found in ways.items():
            yield self._read(row, end.place, (*end.facts, _one_way(found)))
        if carried.is_cut:
            yield _too_large(_CUT, end.place, end.facts)

    def of_branches(self) -> Iterator[Obligation]:
        """Yield one for each row whose content decides which of several answers is given."""
        ends = self.run.ends
        if len({end.value for end in ends}) < 2:  # noqa: PLR2004 - one answer tells nothing
            return
        shared = set(ends[0].facts).intersection(*(end.facts for end in ends[1:]))
        common = tuple(fact for fact in ends[0].facts if fact in shared)
        ways: dict[Row, list[Formula]] = {}
        for end in ends:
            own = [fact for fact in end.facts if fact not in shared]
            for row in dict.fromkeys(self.oracles.branching(own)):
                ways.setdefault(row, []).append(both(own))
        for row, found in ways.items():
            yield self._read(row, ends[0].place, (*common, _one_way(found)))

    def of_copies(self, effect: Effect) -> Iterator[Obligation]:
        """Yield one for each row whose content is written into another."""
        for item, guard in self.oracles.copied(effect):
            if isinstance(item, Row):
                yield self._read(item, effect.place, (*effect.facts, guard))
            else:
                yield _too_large(item, effect.place, effect.facts)

    def of_attachments(self, effect: Effect) -> Iterator[Obligation]:
        """Yield one for each row that a write puts beside another, over a relationship."""
        write = _of_write(effect)
        pairs = _written(effect)
        relations = schema(self.engine).entity(write.entity).relations
        for name, value in pairs:
            if name != ATTACHES and not (name in relations and relations[name].many):
                continue
            state = State({}, {}, effect.heap)
            for row, guard in carried_by(self.engine, value, state).rows.items():
                if row in self.related:
                    continue  # it stands beside a row already
                yield replace(
                    write,
                    operation="update",
                    target=row,
                    column=ATTACHES,
                    value=None,
                    facts=(*effect.facts, guard, Exists(row)),
                )

    def of_children(self, effect: Effect) -> Iterator[Obligation]:
        """Yield one for each row that is saved because its parent is."""
        write = _of_write(effect)
        if not write.entity:
            return
        relations = schema(self.engine).entity(write.entity).relations
        stack = [value for name, value in _written(effect) if name in {*relations, ATTACHES}]
        seen = {effect.target}
        while stack:
            item = stack.pop()
            stack.extend(operands(item))
            held = effect.heap.get(item.uid) if isinstance(item, Ref) else None
            if item in seen or held is None:
                continue
            seen.add(item)
            if isinstance(held, ListObject):
                stack.extend((*(one for _, one in held.items), *held.more))
            elif isinstance(held, Instance) and held.info is not None and held.info.entity:
                made = replace(effect, operation="create", target=item, column=None, value=None)
                yield _of_write(made)
                yield from self.of_children(made)

    def _read(self, row: Row, place: Place, facts: tuple[Formula, ...]) -> Obligation:
        effect = self.reads.get(row)
        return Obligation(
            operation="read",
            entity=row.entity,
            target=row,
            place=effect.place if effect else self.engine.row_places.get(row, place),
            facts=(*(fact for fact in facts if fact != YES), Exists(row)),
            chain=effect.chain if effect else (),
        )


def _one_way(ways: list[Formula]) -> Formula:
    """One of these holds; what holds without any of them need not be asked for each."""
    return ways[0] if len(ways) == 1 else Or(tuple(dict.fromkeys(ways)))


def _written(effect: Effect) -> list[tuple[str, Value]]:
    """Return the columns and relationships that a write sets."""
    held = effect.heap.get(effect.target.uid) if isinstance(effect.target, Ref) else None
    pairs = list(held.fields) if isinstance(held, Instance) else []
    if effect.column is not None and effect.value is not None:
        pairs.append((effect.column, effect.value))
    return pairs


def _too_large(what: Sym, place: Place, facts: tuple[Formula, ...]) -> Obligation:
    return Obligation(operation="read", entity=what.name, target=what, place=place, facts=facts)


def _of_stranger(effect: Effect) -> Obligation:
    return Obligation(
        operation=effect.operation,
        entity=effect.target.name if isinstance(effect.target, Sym) else "",
        target=effect.target,
        place=effect.place,
        facts=effect.facts,
        chain=effect.chain,
    )


def _of_write(effect: Effect) -> Obligation:
    entity = "tool call" if effect.operation == DELEGATES else ""
    facts = effect.facts
    if isinstance(effect.target, Row):
        entity = effect.target.entity
        facts = (*facts, Exists(effect.target))
    elif isinstance(effect.target, Ref):
        held = effect.heap.get(effect.target.uid)
        if isinstance(held, Instance) and held.info is not None:
            entity = held.info.entity or ""
    return Obligation(
        operation=effect.operation,
        entity=entity,
        target=effect.target,
        place=effect.place,
        facts=facts,
        chain=effect.chain,
        column=effect.column,
        value=effect.value,
        heap=effect.heap,
    )
