"""New rows: whom they are made out to, and to what they are attached."""

from typing import TYPE_CHECKING

from sdd.audit.classes import all_fields
from sdd.audit.logic import Case, Eq, parts_of, possible
from sdd.audit.model import Verdict
from sdd.audit.ownership import Situation
from sdd.audit.tokens import is_client
from sdd.audit.values import (
    NONE,
    Apply,
    ClassInfo,
    Field,
    Instance,
    Lit,
    Phi,
    Ref,
    Row,
    Sym,
    Value,
)

if TYPE_CHECKING:
    from sdd.audit.obligations import Finding, Judge, Obligation


def decide_creation(judge: "Judge", obligation: "Obligation") -> "Finding | None":
    """Decide whether a new row is made out to the caller and attached to what is theirs."""
    made = obligation.target
    heap = obligation.heap or {}
    held = heap.get(made.uid) if isinstance(made, Ref) else None
    if not isinstance(held, Instance) or held.info is None:
        return None
    entity = obligation.entity
    schema = judge.schema
    if schema.is_user(entity) or not schema.is_owned(entity):
        return None
    columns = schema.owner_columns(entity)
    values = [
        (column, value)
        for column in columns
        if (value := column_value(judge, held, column)) is not None
    ]
    if not values:
        return _attached(judge, obligation, held)
    return _decide_owner(judge, obligation, values)


def _decide_owner(
    judge: "Judge", obligation: "Obligation", values: list[tuple[str, Value]]
) -> "Finding | None":
    """Decide whether one of the values that an owner column gets is the caller."""
    from sdd.audit.obligations import IMPOSSIBLE, Finding, describe  # noqa: PLC0415 - likewise

    entity = obligation.entity
    heap = obligation.heap or {}

    def goal(situation: Situation) -> str | None:
        for column, value in values:
            why = owner_reason(judge, situation, value, heap)
            if why:
                return f"{entity}.{column} = {why}"
        return situation.privileged()

    answer, reason = judge.ask(obligation.facts, goal)
    if answer.holds and reason == IMPOSSIBLE:
        return None
    if answer.holds:
        return Finding(obligation=obligation, verdict=Verdict.PROVED, because=reason)
    column, value = values[0]
    if answer.case is not None:
        value = _culprit(judge, Situation(answer.case, judge.schema), value, heap)
    if is_client(value) and not _has_unknown(value):
        because = f"{entity}.{column} is what the client sent ({describe(value)})"
        return Finding(
            obligation=obligation, verdict=Verdict.VIOLATED, because=because, case=answer.case
        )
    if isinstance(value, Lit):
        return (
            None
            if value == NONE
            else Finding(
                obligation=obligation,
                verdict=Verdict.VIOLATED,
                because=f"{entity}.{column} is the constant {value.value!r}",
                case=answer.case,
            )
        )
    return Finding(
        obligation=obligation,
        verdict=Verdict.UNKNOWN,
        because=f"it is not known whom {entity}.{column} is set to",
        case=answer.case,
    )


def _culprit(judge: "Judge", situation: Situation, value: Value, heap: object) -> Value:
    """Return the alternative that is not the caller in this case."""
    if not isinstance(value, Phi):
        return value
    open_cases = [
        item
        for guard, item in value.cases
        if possible(situation.case, guard) and owner_reason(judge, situation, item, heap) is None
    ]
    unknown = [item for item in open_cases if _has_unknown(item)]
    return next(iter([*unknown, *open_cases]), value)


def _has_unknown(value: Value) -> bool:
    return any(isinstance(part, Sym) and part.kind == "unknown" for part in parts_of(value))


def column_value(judge: "Judge", held: Instance, column: str) -> Value | None:
    """Return what a new row's column is set to; None when nothing sets it."""
    value = held.get(column)
    if value is not None:
        return value
    entity = judge.schema.entity(held.info.entity or "") if held.info else None
    if entity is None:
        return None
    for name, relation in entity.relations.items():
        link = judge.schema.link(entity.key, name)
        related = held.get(name)
        if related is not None and link is not None and link[0] == column and not relation.many:
            return Field(related, link[1]) if isinstance(related, (Row, Ref)) else related
    for source in held.rest:
        if may_contain(source, column):
            return Field(source, column)
    return None


def may_contain(source: Value, column: str) -> bool:
    """Whether a mapping given as `**source` may set a column."""
    if isinstance(source, Apply) and source.name == "without":
        if Lit(column, "str") in source.args:
            return False
        source = source.args[0]
    if isinstance(source, Sym) and isinstance(source.type, ClassInfo):
        return column in {name for name, _ in all_fields(source.type)}
    return is_client(source)


def owner_reason(judge: "Judge", situation: Situation, value: Value, heap: object) -> str | None:
    """Return why a new row's owner is the caller, or somebody made in this very request."""
    if isinstance(value, Phi):
        return _every_case(judge, situation, value, heap)
    why = situation.principal(value)
    if why:
        return why
    root = value.base if isinstance(value, Field) else value
    if isinstance(root, Row) and judge.schema.is_user(root.entity) and situation.owned(root):
        return "the signed-in user"
    if isinstance(root, Ref) or situation.made_here(value):
        return "a user made in this request"
    return None


def _every_case(judge: "Judge", situation: Situation, value: Phi, heap: object) -> str | None:
    """In one case of the facts an alternative holds only where its guard does."""
    reasons = [
        owner_reason(judge, situation, item, heap)
        for guard, item in value.cases
        if possible(situation.case, guard)
    ]
    return reasons[0] if reasons and all(reasons) else None


def _attached(judge: "Judge", obligation: "Obligation", held: Instance) -> "Finding | None":
    """A row without an owner of its own belongs to whoever owns its parent."""
    from sdd.audit.obligations import IMPOSSIBLE, Finding, describe  # noqa: PLC0415

    schema = judge.schema
    for column, parent, key in schema.parents(obligation.entity):
        value = column_value(judge, held, column)
        if value is None or value == NONE or not schema.is_owned(parent):
            continue

        def goal(
            situation: Situation, value: Value = value, parent: str = parent, key: str = key
        ) -> str | None:
            return parent_reason(situation, value, parent, key) or situation.privileged()

        answer, reason = judge.ask(obligation.facts, goal)
        if answer.holds and reason == IMPOSSIBLE:
            return None
        if answer.holds:
            return Finding(obligation=obligation, verdict=Verdict.PROVED, because=reason)
        verdict = Verdict.VIOLATED if is_client(value) else Verdict.UNKNOWN
        because = (
            f"{obligation.entity}.{column} is {describe(value)}, and nothing says that this"
            f" {parent} is the caller's"
        )
        return Finding(obligation=obligation, verdict=verdict, because=because, case=answer.case)
    return None


def parent_reason(situation: Situation, value: Value, parent: str, key: str) -> str | None:
    """Return why the parent that a foreign key names is the caller's."""
    if isinstance(value, Phi):
        reasons = [
            parent_reason(situation, item, parent, key)
            for guard, item in value.cases
            if possible(situation.case, guard)
        ]
        return reasons[0] if reasons and all(reasons) else None
    why = situation.principal(value)
    if why:
        return why
    root = value.base if isinstance(value, Field) else value
    if isinstance(root, Ref) or situation.made_here(value):
        return f"the {parent} was made in this request"
    for row in rows_of(situation.case):
        if row.entity == parent and situation.case.same(Field(row, key), value):
            reason = situation.owned(row)
            if reason:
                return f"its {parent}: {reason}"
    return None


def rows_of(case: Case) -> list[Row]:
    """Return the rows that a case speaks of."""
    from sdd.audit.logic import Exists  # noqa: PLC0415

    return [literal.row for literal in case.literals if isinstance(literal, Exists)]


__all__ = ["Eq", "decide_creation", "parts_of"]
