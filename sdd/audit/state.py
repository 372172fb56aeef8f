"""What is known at one point of a run: names, heap, facts and writes not yet committed."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from sdd.audit.logic import NO, YES, And, Formula, Or, both, either, negated
from sdd.audit.term import record
from sdd.audit.values import HeapObject, Value
from sdd.audit.watch import Watch
from sdd.program import Module


@record
class Place:
    """A line of a file, and the function that stands around it."""

    path: str
    line: int
    column: int = 0
    function: str = ""


@record
class Write:
    """A change that the next commit makes lasting.

    Attributes:
        operation: create, update or delete.
        target: The row, the new instance, or the query that changes rows.
        column: The column that is set, for updates of a row.
    """

    operation: str
    target: Value
    place: Place
    column: str | None = None
    value: Value | None = None
    facts: tuple[Formula, ...] = ()


@dataclass(slots=True)
class Frame:
    """One activation of a function, with all the ways in which it ends."""

    module: Module
    label: str
    scope: Mapping[str, Value] | None = None
    owner: Value | None = None
    receiver: Value | None = None
    returns: list[tuple["State", Value]] = field(default_factory=list)
    raises: list[tuple["State", Value]] = field(default_factory=list)
    breaks: list[list["State"]] = field(default_factory=list)
    continues: list[list["State"]] = field(default_factory=list)
    globals_declared: set[str] = field(default_factory=set)
    is_module: bool = False
    is_class: bool = False
    generator: bool = False


class State:
    """The knowledge on one path; forked at branches, merged after them."""

    __slots__ = ("_owns_facts", "_owns_heap", "alive", "env", "facts", "heap", "pending", "watch")

    def __init__(
        self,
        env: dict[str, Value],
        facts: Mapping[Formula, None],
        heap: Mapping[object, HeapObject],
        pending: tuple[Write, ...] = (),
    ) -> None:
        self.env = env
        self.facts = facts
        self.heap = heap
        self.pending = pending
        self.alive = True
        self._owns_facts = False
        self._owns_heap = False
        self.watch: Watch | None = None

    def fork(self) -> "State":
        """Return an independent copy; facts and heap are copied when one of the two changes."""
        return self.within(dict(self.env))

    def within(self, env: dict[str, Value]) -> "State":
        """Return an independent copy that has other names."""
        inner = State(env, self.shared_facts(), self.shared_heap(), self.pending)
        inner.watch = self.watch
        return inner

    def become(self, other: "State") -> None:
        """Take over everything from another state."""
        self.env = other.env
        self.alive = other.alive
        self.take(other)

    def take(self, other: "State") -> None:
        """Take over what another state knows, but not its names."""
        self._owns_facts = False
        self.facts = other.shared_facts()
        self.take_data(other)

    def take_data(self, other: "State") -> None:
        """Take over another state's heap and pending writes."""
        self._owns_heap = False
        self.heap = other.shared_heap()
        self.pending = other.pending

    def shared_facts(self) -> Mapping[Formula, None]:
        """Return the facts as they are now; they are copied before this state gets another."""
        self._owns_facts = False
        return self.facts

    def shared_heap(self) -> Mapping[object, HeapObject]:
        """Return the heap as it is now; it is copied before this state changes it."""
        self._owns_heap = False
        return self.heap

    def put(self, key: object, item: HeapObject) -> None:
        """Place an object on the heap."""
        if self.watch is not None:
            self.watch.written.add(key)
        if not self._owns_heap:
            self.heap = dict(self.heap)
            self._owns_heap = True
        self.heap[key] = item  # type: ignore[index]

    def forget(self, base: int) -> None:
        """Drop all facts but the first ones."""
        if len(self.facts) > base:
            kept = dict(self.facts)
            while len(kept) > base:
                kept.popitem()
            self.facts, self._owns_facts = kept, True

    def assume(self, formula: Formula) -> None:
        """Add a fact; a contradiction ends the path."""
        formula = self.simplify(formula)
        if formula == YES:
            return
        if formula == NO:
            self.alive = False
        elif isinstance(formula, And):
            self.add(formula.parts)
        else:
            self.add((formula,))

    def add(self, formulas: Iterable[Formula]) -> None:
        """Add facts as they are."""
        if self.watch is not None:
            self.watch.asked.update(formulas)
        if not self._owns_facts:
            self.facts = dict(self.facts)
            self._owns_facts = True
        self.facts.update(dict.fromkeys(formulas))  # type: ignore[attr-defined]

    def every_fact(self) -> Iterable[Formula]:
        """Return all facts for reading; what depends on all of them cannot be repeated."""
        return _EveryFact(self)

    def simplify(self, formula: Formula) -> Formula:
        """Replace by true or false what the facts decide."""
        if self.watch is not None:
            self.watch.asked |= deciding(formula)
        return self._simplified(formula)

    def _simplified(self, formula: Formula) -> Formula:
        if self.facts.keys().isdisjoint(deciding(formula)):
            return _normal(formula)
        match formula:
            case And(parts=parts):
                return both([self._simplified(part) for part in parts])
            case Or(parts=parts):
                return either([self._simplified(part) for part in parts])
            case _:
                return YES if formula in self.facts else NO


class _EveryFact:
    """The facts of a state, noted as read when somebody looks."""

    __slots__ = ("_state",)

    def __init__(self, state: State) -> None:
        self._state = state

    def __iter__(self) -> Iterator[Formula]:
        if self._state.watch is not None:
            self._state.watch.disturb()
        return iter(self._state.facts)


@lru_cache(maxsize=1 << 15)
def deciding(formula: Formula) -> frozenset[Formula]:
    """Return the facts that decide a part of a formula: its atoms and their contraries."""
    match formula:
        case And(parts=parts) | Or(parts=parts):
            return frozenset().union(*map(deciding, parts))
        case _:
            return frozenset((formula, negated(formula)))


@lru_cache(maxsize=1 << 15)
def _normal(formula: Formula) -> Formula:
    match formula:
        case And(parts=parts):
            return both(map(_normal, parts))
        case Or(parts=parts):
            return either(map(_normal, parts))
        case _:
            return formula


def node_place(module: Module, node: ast.AST, function: str) -> Place:
    """Return the place of a node."""
    return Place(
        module.path, getattr(node, "lineno", 1), getattr(node, "col_offset", 0) + 1, function
    )
