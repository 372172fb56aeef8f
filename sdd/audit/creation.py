"""New rows: whom they are made out to, and to what they are attached."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from sdd.audit.cases import Case
from sdd.audit.classes import all_fields
from sdd.audit.logic import YES, Eq, Exists, Formula, parts_of
from sdd.audit.model import Verdict
from sdd.audit.obligations import IMPOSSIBLE, Finding, describe
from sdd.audit.ownership import Situation
from sdd.audit.tenants import member_of
from sdd.audit.term import record
from sdd.audit.tokens import is_client
from sdd.audit.values import (
    NONE,
    Apply,
    ClassInfo,
    Field,
    Instance,
    Lib,
    LibObject,
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
    (column, value), *others = values
    owner = worst(
        _decide_owner(judge, under(obligation, guard, item), [(column, item), *others])
        for guard, item in cases_of(value)
    )
    if owner is not None and owner.verdict is Verdict.PROVED:
        return attachment(_attached(judge, obligation, held)) or owner
    if owner is not None and schema.is_association(entity) and _is_looked_up(judge, value):
        return _admission(judge, obligation, held, owner)
    return owner


def _is_looked_up(judge: "Judge", value: Value) -> bool:
    """Whether a user was found by what the client sent; an id of the client's is no such thing."""
    items = [item for _, item in cases_of(value)]
    parts = [part for item in items for part in parts_of(item)]
    return all(isinstance(item, Field) for item in items) and any(
        (isinstance(part, Row) and judge.schema.is_user(part.entity))
        or (isinstance(part, Apply) and part.name.startswith("."))
        or isinstance(part, LibObject)
        for part in parts
    )


def _admission(
    judge: "Judge", obligation: "Obligation", held: Instance, owner: "Finding"
) -> "Finding":
    """Decide whether whom the caller admits to something is admitted to what is the caller's."""
    attached = _attached(judge, obligation, held)
    if attached is None:
        return owner
    if attached.verdict is Verdict.PROVED:
        because = f"it admits somebody to what is the caller's: {attached.because}"
        return replace(attached, because=because)
    return attached


def attachment(finding: "Finding | None") -> "Finding | None":
    """Return a finding about a row that has an owner: only what is certain counts."""
    if finding is None or finding.verdict is not Verdict.VIOLATED:
        return None
    return replace(finding, gives_away=False, attaches=True)


def cases_of(value: Value) -> tuple[tuple[Formula, Value], ...]:
    """Return the alternatives of a value, each to be decided under its own condition."""
    return value.cases if isinstance(value, Phi) else ((YES, value),)


def under(obligation: "Obligation", guard: Formula, value: Value) -> "Obligation":
    """Return an obligation for the case in which a value is had: its rows are there."""
    sources = (Exists(part) for part in parts_of(value) if isinstance(part, Row))
    return replace(obligation, facts=(*obligation.facts, guard, *sources))


_RANK = {Verdict.VIOLATED: 2, Verdict.UNKNOWN: 1, Verdict.PROVED: 0}


def worst(findings: Iterable["Finding | None"]) -> "Finding | None":
    """Return the worst of several findings."""
    found = [finding for finding in findings if finding is not None]
    return max(found, key=lambda finding: _RANK[finding.verdict], default=None)


def _decide_owner(
    judge: "Judge", obligation: "Obligation", values: list[tuple[str, Value]]
) -> "Finding | None":
    """Decide whether one of the values that an owner column gets is the caller."""
    entity = obligation.entity

    def goal(situation: Situation) -> str | None:
        for column, value in values:
            why = owner_reason(judge, situation, value)
            if why:
                return f"{entity}.{column} = {why}"
        return situation.privileged()

    answer, reason = judge.ask(obligation.facts, goal)
    if answer.holds and reason == IMPOSSIBLE:
        return None
    if answer.holds:
        return Finding(obligation=obligation, verdict=Verdict.PROVED, because=reason)
    column, value = values[0]
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


def source_of(value: Value) -> Value:
    """Return the mapping that a value is any one entry of; a value of its own is itself."""
    match value:
        case Field(base=base, name="*") | Apply(name="[]" | "getattr", args=(base, *_)):
            return base
        case _:
            return value


def may_contain(source: Value, column: str) -> bool:
    """Whether a mapping given as `**source` may set a column."""
    if isinstance(source, Apply) and source.name == "without":
        if Lit(column, "str") in source.args:
            return False
        source = source.args[0]
    if isinstance(source, Sym) and isinstance(source.type, ClassInfo):
        return column in {name for name, _ in all_fields(source.type)}
    return is_client(source)


def may_replace(source: Value, key: str) -> bool:
    """Whether a mapping merged over an entry may have the same key."""
    if isinstance(source, Apply) and source.name == "without":
        return Lit(key, "str") not in source.args and may_replace(source.args[0], key)
    if isinstance(source, Sym) and isinstance(source.type, ClassInfo):
        return key in {name for name, _ in all_fields(source.type)}
    return True


def owner_reason(judge: "Judge", situation: Situation, value: Value) -> str | None:
    """Return why a new row's owner is the caller, or somebody made in this very request."""
    why = situation.principal(value)
    if why:
        return why
    root = value.base if isinstance(value, Field) else value
    if isinstance(root, Row) and judge.schema.is_user(root.entity) and situation.owned(root):
        return "the signed-in user"
    if isinstance(root, Ref) or situation.made_here(value):
        return "a user made in this request"
    return None


def _attached(judge: "Judge", obligation: "Obligation", held: Instance) -> "Finding | None":
    """A row without an owner of its own belongs to whoever owns its parent."""
    schema = judge.schema
    found: list[Finding | None] = []
    for column, parent, key in schema.parents(obligation.entity):
        value = column_value(judge, held, column)
        if value is None or value == NONE or not schema.is_owned(parent):
            continue
        link = _Link(column, parent, key)
        found += [
            _decide_parent(judge, under(obligation, guard, item), link, item)
            for guard, item in cases_of(value)
        ]
    return worst(found)


def decide_move(judge: "Judge", obligation: "Obligation") -> "Finding | None":
    """Decide whether a changed foreign key takes a row to a parent that is the caller's."""
    found: list[Finding | None] = []
    for column, parent, key in judge.schema.parents(obligation.entity):
        value = obligation.value
        if obligation.column == "*" and value is not None:
            source = source_of(value)
            typed = isinstance(source, Sym) and isinstance(source.type, ClassInfo)
            value = Field(source, column) if typed and may_contain(source, column) else None
        elif obligation.column != column:
            continue
        if value is None or not judge.schema.is_owned(parent):
            continue
        link = _Link(column, parent, key)
        found += [
            _decide_parent(judge, under(obligation, guard, item), link, item)
            for guard, item in cases_of(value)
        ]
    finding = worst(found)
    return replace(finding, gives_away=True) if finding is not None else None


# What a request that leaves a field out has there; `model_dump` passes over the markers.
_NOTHING = (
    NONE,
    Lib("pydantic.MISSING"),
    Lib("pydantic.experimental.missing_sentinel.MISSING"),
    Lib("pydantic_core.MISSING"),
)


@record
class _Link:
    column: str
    parent: str
    key: str


def _decide_parent(
    judge: "Judge", obligation: "Obligation", link: _Link, value: Value
) -> "Finding | None":
    """Decide whether the parent that a foreign key is set to is the caller's."""
    if value == NONE:
        return None

    def goal(situation: Situation) -> str | None:
        reason = parent_reason(situation, value, link.parent, link.key)
        return reason or situation.privileged()

    answer, reason = judge.ask(obligation.facts, goal)
    if answer.holds and reason == IMPOSSIBLE:
        return None
    if answer.holds:
        return Finding(obligation=obligation, verdict=Verdict.PROVED, because=reason)
    several = {value, value.base} if isinstance(value, Field) and value.name == "*" else ()
    counted = answer.case is not None and judge.counted(answer.case, frozenset(several))
    verdict = Verdict.VIOLATED if is_client(value) and not counted else Verdict.UNKNOWN
    because = (
        f"{obligation.entity}.{link.column} is {describe(value)}, and nothing says that this"
        f" {link.parent} is the caller's"
    )
    return Finding(obligation=obligation, verdict=verdict, because=because, case=answer.case)


def parent_reason(situation: Situation, value: Value, parent: str, key: str) -> str | None:
    """Return why the parent that a foreign key names is the caller's."""
    why = situation.principal(value)
    if why:
        return why
    if any(situation.case.same(value, nothing) for nothing in _NOTHING):
        return f"no {parent} is named"
    root = value.base if isinstance(value, Field) else value
    if isinstance(root, Ref) or situation.made_here(value):
        return f"the {parent} was made in this request"
    for row in rows_of(situation.case):
        if row.entity == parent and situation.case.same(Field(row, key), value):
            reason = situation.owned(row)
            if reason:
                return f"its {parent}: {reason}"
    return member_of(situation, parent, key, value)


def rows_of(case: Case) -> list[Row]:
    """Return the rows that a case speaks of."""
    return [literal.row for literal in case.literals if isinstance(literal, Exists)]


__all__ = ["Eq", "decide_creation", "parts_of"]
