"""Every effect of a request must concern the caller's own rows: proved, broken, or not known."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import field, replace

from sdd.audit.cases import Answer, Case, implies
from sdd.audit.doubts import COUNTED, chosen_among, doubt, held_against
from sdd.audit.effects import ATTACHES, DELEGATES
from sdd.audit.engine import Engine
from sdd.audit.logic import (
    YES,
    Eq,
    Exists,
    Formula,
    parts_of,
)
from sdd.audit.model import Verdict
from sdd.audit.ownership import Situation
from sdd.audit.schema import Schema
from sdd.audit.state import Place
from sdd.audit.strangers import is_stranger, not_known
from sdd.audit.switches import delivered, turned
from sdd.audit.tenants import in_common
from sdd.audit.term import named_record
from sdd.audit.tokens import is_client
from sdd.audit.values import Field, Phi, Ref, Row, Sym, Value

IMPOSSIBLE = "no request can get here"


@named_record
class Obligation:
    """One thing that must be shown: at this place, with these facts, about this target."""

    operation: str
    entity: str
    target: Value
    place: Place
    facts: tuple[Formula, ...]
    chain: tuple[Place, ...] = ()
    column: str | None = None
    value: Value | None = None
    heap: Mapping[object, object] | None = field(default=None, compare=False)


@named_record
class Finding:
    """How an obligation was decided.

    Attributes:
        case: The counter-example.
        gives_away: The row is the caller's, but its owner is set to what the client sent.
        attaches: The row is the caller's, and stays so, but is put under somebody else's row.
    """

    obligation: Obligation
    verdict: Verdict
    because: str
    case: Case | None = None
    gives_away: bool = False
    attaches: bool = False


class Judge:
    """Decides obligations of one program."""

    def __init__(self, engine: Engine, schema: Schema) -> None:
        self.engine = engine
        self.schema = schema
        self._authenticated: dict[tuple[Formula, ...], tuple[Answer, str]] = {}
        self._possible: dict[tuple[Formula, ...], bool] = {}

    def ask(
        self, facts: Iterable[Formula], goal: Callable[[Situation], str | None]
    ) -> tuple[Answer, str]:
        """Ask whether a goal holds in every case; also return the reason of the last case."""
        reasons: list[str] = []

        def check(case: Case) -> bool:
            reason = goal(Situation(case, self.schema))
            if reason:
                reasons.append(reason)
            return bool(reason)

        facts = tuple(facts)
        answer = implies(facts, check, self.engine.row_definitions)
        switches = turned(answer.case) if answer.case is not None else []
        if switches and answer.case is not None:
            del reasons[:]
            settled = delivered((*facts, *answer.case.literals))
            as_delivered = implies((*facts, *settled), check, self.engine.row_definitions)
            if as_delivered.holds and reasons:
                self.engine.switched_off.update(dict.fromkeys(switches))
                answer = as_delivered
        return answer, reasons[0] if reasons else IMPOSSIBLE

    def authenticated(self, facts: tuple[Formula, ...]) -> tuple[Answer, str]:
        """Ask whether the caller is known in every case."""
        if facts not in self._authenticated:
            self._authenticated[facts] = self.ask(facts, Situation.authenticated)
        return self._authenticated[facts]

    def is_possible(self, facts: tuple[Formula, ...]) -> bool:
        """Whether any case satisfies these facts."""
        if facts not in self._possible:
            self._possible[facts] = not self.ask(facts, lambda _: None)[0].holds
        return self._possible[facts]

    def decide(self, obligation: Obligation) -> Finding | None:
        """Decide one obligation; None when it concerns nobody's data."""
        if is_stranger(obligation.target):
            return self._decide_stranger(obligation)
        if obligation.operation == "create" and not isinstance(obligation.target, Row):
            return self._decide_creation(obligation)
        if obligation.operation == DELEGATES:
            return self._decide_delegation(obligation)
        return self._decide_access(obligation)

    def _decide_access(self, obligation: Obligation) -> Finding | None:
        row = obligation.target
        if not isinstance(row, Row) or not self.schema.is_owned(row.entity):
            return None
        attaches = obligation.column == ATTACHES
        if attaches and self.schema.is_user(row.entity):
            return None

        # A tenant's rows are shown to its members; to change another member's takes more.
        alone = (
            obligation.operation != "read" and not attaches and self.schema.names_owner(row.entity)
        )

        def goal(situation: Situation) -> str | None:
            reason = situation.owned(row, alone=alone) or situation.privileged()
            if reason is None and (obligation.operation == "read" or attaches):
                reason = "it is marked public" if situation.public(row) else None
                reason = reason or situation.nobodys(row)
                reason = reason or self._seen_through(situation, row)
            return reason

        answer, reason = self.ask(obligation.facts, goal)
        if answer.holds and reason == IMPOSSIBLE:
            return None
        if answer.holds:
            return self._given_away(obligation, row) or Finding(
                obligation=obligation, verdict=Verdict.PROVED, because=reason
            )
        finding = self._not_proved(obligation, row, answer)
        if not attaches:
            return finding
        return replace(finding, attaches=True) if finding.verdict is Verdict.VIOLATED else None

    def _given_away(self, obligation: Obligation, row: Row) -> Finding | None:
        """An update must not let the client set the owner."""
        from sdd.audit.creation import (  # noqa: PLC0415 - it needs the judge
            attachment,
            cases_of,
            decide_move,
            may_contain,
            source_of,
        )

        columns = self.schema.owner_columns(row.entity)
        value = obligation.value
        if obligation.operation != "update" or value is None:
            return None
        if not columns:
            moved = decide_move(self, obligation)
            harmless = moved is None or moved.verdict is Verdict.PROVED
            return None if harmless else moved
        if obligation.column == "*":
            sources = [source_of(item) for _, item in cases_of(value)]
            sets_owner = any(is_client(one) and may_contain(one, columns[0]) for one in sources)
        else:
            sets_owner = obligation.column in columns and is_client(value)
        if not sets_owner:
            return attachment(decide_move(self, obligation))
        answer, _ = self.ask(
            obligation.facts, lambda case: case.privileged() or case.principal(value)
        )
        if answer.holds:
            return None
        return Finding(
            obligation=obligation,
            verdict=Verdict.VIOLATED,
            because=f"the client can set {row.entity}.{columns[0]} ({describe(value)})",
            case=answer.case,
            gives_away=True,
        )

    def _seen_through(self, situation: Situation, row: Row) -> str | None:
        """A row may be shown as the parent of one that the caller may see."""
        for other in tuple(situation.case.literals):
            if not isinstance(other, Exists) or other.row == row:
                continue
            child = other.row
            allowed = not self.schema.is_owned(child.entity) or situation.owned(child)
            column = self._refers(situation.case, child, row) if allowed else None
            if column:
                return f"its id comes from {child.entity}.{column}"
        return None

    def _refers(self, case: Case, child: Row, row: Row) -> str | None:
        """Return the column of one row that holds another row's key."""
        key = Field(row, self.schema.entity(row.entity).key_column)
        entity = self.schema.entity(child.entity)
        return next(
            (
                column
                for column in entity.columns
                if column != entity.key_column and case.same(Field(child, column), key)
            ),
            None,
        )

    def _not_proved(self, obligation: Obligation, row: Row, answer: Answer) -> Finding:
        case = answer.case
        reason = doubt(self.schema, case, row) if case is not None else None
        if reason is None and case is not None:
            reason = in_common(Situation(case, self.schema), row)
            reason = reason or (COUNTED if self._is_counted(case, row) else None)
        if answer.exhausted:
            reason = "there are too many cases to look at"
        if reason:
            return Finding(
                obligation=obligation, verdict=Verdict.UNKNOWN, because=reason, case=case
            )
        return Finding(
            obligation=obligation,
            verdict=Verdict.VIOLATED,
            because=self._missing(case, row),
            case=case,
        )

    def _is_counted(self, case: Case, row: Row) -> bool:
        chosen = frozenset(chosen_among(self.schema, case, row))
        return self.counted(case, chosen, but=row)

    def counted(self, case: Case, chosen: frozenset[Value], but: Row | None = None) -> bool:
        """Whether what the client sent was held, as a whole, against rows of the caller's own."""
        for other in held_against(case, chosen):
            if isinstance(other, Ref):
                return True
            if other == but:
                continue

            def goal(situation: Situation, other: Row = other) -> str | None:
                return situation.owned(other) or situation.nobodys(other)

            if self.ask((*case.literals, Exists(other)), goal)[0].holds:
                return True
        return False

    def _missing(self, case: Case | None, row: Row) -> str:
        """Say what would have to be compared and is not."""
        if row in self.engine.injected:
            return "the client's words are part of the SQL text, so no condition in it is certain"
        columns = self.schema.owner_columns(row.entity)
        if case is not None:
            for column in columns:
                for literal in case.literals:
                    if isinstance(literal, Eq):
                        for mine, theirs in (
                            (literal.left, literal.right),
                            (literal.right, literal.left),
                        ):
                            if mine == Field(row, column) and is_client(theirs):
                                return (
                                    f"{row.entity}.{column} is compared with what the client"
                                    f" sent ({describe(theirs)}), never with the token"
                                )
        if columns:
            return f"nothing compares {row.entity}.{columns[0]} with the signed-in user"
        if self.schema.is_user(row.entity):
            return f"nothing says that this {row.entity} is the signed-in user"
        parents = [parent for _, parent, _ in self.schema.parents(row.entity)]
        through = f" through {parents[0]}" if parents else ""
        return f"nothing binds this {row.entity} to the signed-in user{through}"

    def _decide_delegation(self, obligation: Obligation) -> Finding:
        """Whoever a tool server is told to act for must be the caller, not the model's choice."""
        named = obligation.target
        reasons = []
        for guard, value in named.cases if isinstance(named, Phi) else ((YES, named),):

            def goal(situation: Situation, value: Value = value) -> str | None:
                return situation.principal(value)

            answer, reason = self.ask((*obligation.facts, guard), goal)
            if not answer.holds:
                return Finding(
                    obligation=obligation,
                    verdict=Verdict.VIOLATED if is_client(value) else Verdict.UNKNOWN,
                    because="the language model chooses whom the tool acts for",
                    case=answer.case,
                )
            reasons.append(reason)
        return Finding(
            obligation=obligation,
            verdict=Verdict.PROVED,
            because=f"the tool acts for {reasons[0]}",
        )

    def _decide_stranger(self, obligation: Obligation) -> Finding | None:
        """Of what is no known table nobody knows whose it is; whoever may do all may do this."""
        answer, reason = self.ask(obligation.facts, Situation.privileged)
        if answer.holds and reason == IMPOSSIBLE:
            return None
        verdict = Verdict.PROVED if answer.holds else Verdict.UNKNOWN
        because = reason if answer.holds else not_known(obligation.entity)
        return Finding(obligation=obligation, verdict=verdict, because=because)

    # ------------------------------------------------------------ creation

    def _decide_creation(self, obligation: Obligation) -> Finding | None:
        from sdd.audit.creation import decide_creation  # noqa: PLC0415 - it needs the judge

        return decide_creation(self, obligation)


def describe(value: Value) -> str:
    """Return words for a value, for messages."""
    for part in parts_of(value):
        if isinstance(part, Sym) and part.kind == "client":
            where = f"{part.note} " if part.note else ""
            field = f".{value.name}" if isinstance(value, Field) and value.base == part else ""
            return f"{where}{part.name}{field}"
    if isinstance(value, Field):
        return value.name
    return type(value).__name__.lower()
