"""Whether facts imply something: every case that they allow is looked at."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache

from sdd.audit.logic import (
    NO,
    REMEMBERED,
    Always,
    And,
    Eq,
    Exists,
    Formula,
    Not,
    Or,
    Truthy,
    negated,
    parts_of,
)
from sdd.audit.term import named_record
from sdd.audit.values import NONE, Claims, Field, Lit, Row, Tup, Value


class Case:
    """One consistent way in which all facts hold: literals and classes of equal terms."""

    __slots__ = ("_canonical", "_parent", "literals")

    def __init__(self, literals: Mapping[Formula, None]) -> None:
        self.literals = literals
        self._parent: dict[Value, Value] = {}
        self._canonical: dict[Value, Value] = {}
        changed = True
        rounds = 0
        equations = [fact for fact in literals if isinstance(fact, Eq)]
        while changed and rounds < _MOST_ROUNDS:
            changed = False
            rounds += 1
            for equation in equations:
                left, right = self.canonical(equation.left), self.canonical(equation.right)
                if left != right:
                    self._join(left, right)
                    changed = True

    def canonical(self, value: Value) -> Value:
        """Return the representative of a term's class; attributes of equals are equal."""
        found = self._canonical.get(value)
        if found is None:
            self._canonical[value] = value  # in a circle of equations a term stands for itself
            found = self._canonical[value] = self._representative(value)
        return found

    def _representative(self, value: Value) -> Value:
        if isinstance(value, Field):
            value = Field(self.canonical(value.base), value.name)
        elif isinstance(value, Tup):
            value = Tup(tuple(map(self.canonical, value.items)))
        seen = 0
        while value in self._parent and seen < _MOST_ROUNDS:
            value = self._parent[value]
            if isinstance(value, Field):
                value = Field(self.canonical(value.base), value.name)
            seen += 1
        return value

    def same(self, left: Value, right: Value) -> bool:
        """Whether two terms are known to be equal here."""
        return left == right or self.canonical(left) == self.canonical(right)

    def _join(self, left: Value, right: Value) -> None:
        if _rank(left) > _rank(right):
            left, right = right, left
        self._canonical.clear()
        if left not in parts_of(right):
            self._parent[right] = left
        elif right not in parts_of(left):
            self._parent[left] = right

    def impossible(self) -> bool:
        """Whether the literals contradict one another."""
        for fact in self.literals:
            if isinstance(fact, Not):
                atom = fact.atom
                if atom in self.literals:
                    return True
                if isinstance(atom, Eq) and self.same(atom.left, atom.right):
                    return True
                if isinstance(atom, Truthy) and _is_identity(self.canonical(atom.value)):
                    return True
            elif isinstance(fact, Eq) and _clash(self.canonical(fact.left), fact.left, fact.right):
                return True
        return False


_MOST_ROUNDS = 8
_IDENTITY_CLAIMS = frozenset(
    {"sub", "user_id", "userId", "uid", "id", "email", "username", "user", "user_uid"}
)


@lru_cache(maxsize=REMEMBERED)
def _rank(value: Value) -> tuple[int, int]:
    order = 3
    if isinstance(value, Lit):
        order = 0
    elif isinstance(value, Claims):
        order = 1
    elif isinstance(value, Field) and isinstance(value.base, Claims):
        order = 2
    return order, sum(1 for _ in parts_of(value))


def _is_identity(value: Value) -> bool:
    """A claim that says who somebody is: whoever signs tokens puts it there."""
    name = value.name if isinstance(value, Field) else ""
    while isinstance(value, Field):
        value = value.base
    return isinstance(value, Claims) and (not name or name in _IDENTITY_CLAIMS)


def _clash(representative: Value, left: Value, right: Value) -> bool:
    if isinstance(representative, Lit):
        for side in (left, right):
            if isinstance(side, Lit) and side.value != representative.value:
                return True
        return representative == NONE and any(map(_is_identity, (left, right)))
    return False


@named_record
class Answer:
    """Whether the goal holds in every case; otherwise a case in which it does not."""

    holds: bool
    case: Case | None = None
    exhausted: bool = False


def implies(
    facts: Iterable[Formula],
    goal: Callable[[Case], bool],
    definitions: Mapping[Row, Formula],
    most_cases: int = 400,
) -> Answer:
    """Ask whether `goal` holds in every case that the facts allow."""
    search = _Search(goal, definitions, most_cases)
    found = search.run({}, list(facts))
    if found is not None:
        return Answer(holds=False, case=found, exhausted=search.exhausted)
    return Answer(holds=True)


class _Search:
    def __init__(
        self, goal: Callable[[Case], bool], definitions: Mapping[Row, Formula], most: int
    ) -> None:
        self.goal = goal
        self.definitions = definitions
        self.left = most
        self.exhausted = False

    def run(self, literals: dict[Formula, None], todo: list[Formula]) -> Case | None:
        """Return a case without the goal, or None when there is none."""
        options = self._settle(literals, todo)
        if options is None:
            return None
        self.left -= 1
        case = Case(literals)
        if case.impossible() or self.goal(case):
            return None
        if self.left <= 0:
            self.exhausted = True
            return case
        if not options:
            return case
        chosen = min(options, key=lambda option: len(option.parts))
        rest = [option for option in options if option is not chosen]
        for part in chosen.parts:
            found = self.run(dict(literals), [part, *rest])
            if found is not None:
                return found
        return None

    def _settle(self, literals: dict[Formula, None], todo: list[Formula]) -> list[Or] | None:
        """Take conjunctions apart and simplify disjunctions; None on a contradiction."""
        waiting = list(todo)
        options: list[Or] = []
        while waiting:
            item = waiting.pop()
            match item:
                case Always(holds=holds):
                    if not holds:
                        return None
                case And(parts=parts):
                    waiting.extend(parts)
                case Or():
                    options.append(item)
                case _ if item not in literals:
                    if negated(item) in literals:
                        return None
                    literals[item] = None
                    if isinstance(item, Exists) and item.row in self.definitions:
                        waiting.append(self.definitions[item.row])
                    waiting.extend(_there(item))
                case _:
                    pass
            if not waiting and options:
                options, waiting = _simplified(options, literals)
        return options


def _there(fact: Formula) -> Iterator[Formula]:
    """What has a column that is true, or equal to a constant, is there."""
    match fact:
        case Truthy(value=Field(base=Row() as row)):
            yield Exists(row)
        case Eq(left=Field(base=Row() as row), right=Lit() as constant) if constant != NONE:
            yield Exists(row)
        case Eq(left=Lit() as constant, right=Field(base=Row() as row)) if constant != NONE:
            yield Exists(row)
        case _:
            pass


def _simplified(
    options: list[Or], literals: Mapping[Formula, None]
) -> tuple[list[Or], list[Formula]]:
    """Drop what the literals decide; what is left over alone must hold."""
    kept: list[Or] = []
    units: list[Formula] = []
    for option in options:
        parts = [part for part in option.parts if not refuted(part, literals)]
        if any(affirmed(part, literals) for part in parts):
            continue
        if len(parts) > 1:
            kept.append(option if len(parts) == len(option.parts) else Or(tuple(parts)))
        else:
            units.append(parts[0] if parts else NO)
    return kept, units


def affirmed(formula: Formula, literals: Mapping[Formula, None]) -> bool:
    """Whether the literals contain all that the formula needs."""
    match formula:
        case Always(holds=holds):
            return holds
        case And(parts=parts):
            return all(affirmed(part, literals) for part in parts)
        case Or(parts=parts):
            return any(affirmed(part, literals) for part in parts)
        case _:
            return formula in literals


def refuted(formula: Formula, literals: Mapping[Formula, None]) -> bool:
    """Whether the literals contain the contrary."""
    match formula:
        case Always(holds=holds):
            return not holds
        case And(parts=parts):
            return any(refuted(part, literals) for part in parts)
        case Or(parts=parts):
            return all(refuted(part, literals) for part in parts)
        case _:
            return negated(formula) in literals
