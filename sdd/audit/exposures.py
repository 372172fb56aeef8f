"""What somebody unknown reaches, and what has to be open so that people can sign in."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from sdd.audit.contents import holders
from sdd.audit.effects import CONSULTS, FILLS, ISSUES, REMOVES, SHOWS, TOUCHES, Effect
from sdd.audit.engine import Engine
from sdd.audit.logic import YES, Eq, Formula, Not, atoms, parts_of, values_in
from sdd.audit.model import Verdict
from sdd.audit.obligations import Judge, Obligation
from sdd.audit.requests import End, Run
from sdd.audit.routes import handler_place
from sdd.audit.tokens import is_client
from sdd.audit.touches import terms
from sdd.audit.values import Field, Instance, LibObject, Lit, Ref, Row, Value

# Rows that exist so that somebody can sign in, written before anybody has.
_DOOR = re.compile(r"token|otp|verif|reset|attempt|challenge", re.IGNORECASE)
# Handlers and paths of what cannot ask for a token.
_DOOR_NAME = re.compile(
    r"sign_?-?(up|in|out)|log_?-?(in|out)|register|token|oauth|callback|webhook|forgot|reset|verify"
    r"|refresh|session|auth",
    re.IGNORECASE,
)
# What makes somebody more than a user, as a flag's name or as the value of a role.
_POWER = re.compile(r"admin|super_?user|staff|root|moderator", re.IGNORECASE)
_HAS_ROLE = re.compile(r"role|type|level|permission|group|scope", re.IGNORECASE)
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


def exposures(judge: Judge, run: Run, pending: Iterable[Obligation]) -> Iterator[Obligation]:
    """Yield what somebody unknown reaches that should not be open to everybody."""
    signs_up = any(one.operation == "create" and _makes_user(judge, one) for one in run.effects)
    yield from (item for item in pending if _is_exposed(judge, item, signs_up=signs_up))
    if _is_door_route(judge, run):
        return
    for effect in run.effects:
        if effect.operation in TOUCHES and _matters(judge, run, effect):
            yield Obligation(
                operation=effect.operation,
                entity=str(effect.value.value) if isinstance(effect.value, Lit) else "",
                target=effect.target,
                place=effect.place,
                facts=effect.facts,
                chain=effect.chain,
            )


def words_for(item: Obligation) -> str:
    """Say what an exposed obligation does."""
    thing = item.entity.partition("@")[0]
    return thing if item.operation in TOUCHES else f"{item.operation}s {thing}"


def _matters(judge: Judge, run: Run, effect: Effect) -> bool:
    if effect.operation in {FILLS, CONSULTS} and is_door_by_name(run):
        return False
    if effect.operation == FILLS and run.mount.method in _READING:
        return False
    answer, _ = judge.authenticated(effect.facts)
    return not answer.holds


def is_door_by_name(run: Run) -> bool:
    """Whether path or handler says that people sign in, up or out by it."""
    last = [part for part in run.mount.path.split("/") if part and not part.startswith("{")][-1:]
    name = handler_place(run.mount).function
    return any(_DOOR_NAME.search(text) for text in (*last, name))


def _is_door_route(judge: Judge, run: Run) -> bool:
    """Whether a route signs people up or in: it issues a token, or looks users up."""
    return any(
        effect.operation == ISSUES
        or (isinstance(effect.target, Row) and judge.schema.is_user(effect.target.entity))
        or (effect.operation == "create" and _makes_user(judge, effect))
        for effect in run.effects
    )


def _makes_user(judge: Judge, effect: Effect) -> bool:
    held = effect.heap.get(effect.target.uid) if isinstance(effect.target, Ref) else None
    info = getattr(held, "info", None)
    return info is not None and bool(info.entity) and judge.schema.is_user(info.entity)


def stores(runs: Iterable[Run]) -> frozenset[int]:
    """Return the collections of the process that requests fill with what clients send."""
    return frozenset(
        effect.target.uid
        for run in runs
        for effect in run.effects
        if effect.operation == FILLS
        and run.mount.method not in _READING
        and isinstance(effect.target, Ref)
        and not is_door_by_name(run)
    )


def with_consulted(engine: Engine, run: Run, filled: Collection[int]) -> Run:
    """Return a run in which reading of such a collection counts as an effect."""
    found = [effect for uid, effect in run.consulted.items() if uid in filled]
    if filled:
        found += [
            replace(effect, operation=FILLS)
            for effect in run.effects
            if effect.operation == REMOVES
            and isinstance(effect.target, Ref)
            and effect.target.uid in filled
        ]
        found += [
            Effect(CONSULTS, part, end.place, end.facts, value=SHOWS)
            for end in run.ends
            for part in _sent_terms(engine, end)
            if isinstance(part, Ref) and part.uid in filled
        ]
    return replace(run, effects=(*run.effects, *found)) if found else run


def _sent_terms(engine: Engine, end: End) -> Iterator[Value]:
    """Yield the terms in an answer, with those of the files that were written for it."""
    for part in terms(engine, [end.value], end.state):
        yield part
        if isinstance(part, LibObject) and part.name.endswith("FileResponse"):
            yield from terms(engine, holders(end.state, "open"), end.state)


def _makes_privileged(judge: Judge, item: Obligation) -> bool:
    """Whether a new user gets, by the code itself, a power that others do not have."""
    held = (item.heap or {}).get(item.target.uid) if isinstance(item.target, Ref) else None
    if not isinstance(held, Instance) or _is_first(judge, item.facts):
        return False
    return any(
        isinstance(value, Lit)
        and bool(
            _POWER.search(name)
            if value.value is True
            else _HAS_ROLE.search(name) and _POWER.search(str(value.value))
        )
        for name, value in held.fields
    )


def _is_first(judge: Judge, facts: Iterable[Formula]) -> bool:
    """Whether it was made sure that no user, or none of that power, is there yet."""
    missing = [
        part
        for fact in facts
        if isinstance(fact, Not)
        for value in values_in(fact)
        for part in parts_of(value)
        if isinstance(part, Row) and judge.schema.is_user(part.entity)
    ]
    conditions = (judge.engine.row_definitions.get(row, YES) for row in missing)
    return any(
        not any(is_client(value) for atom in atoms([one]) for value in values_in(atom))
        for one in conditions
    )


def _is_exposed(judge: Judge, item: Obligation, *, signs_up: bool) -> bool:
    """Whether somebody unknown reaches data by it that should not be open to everybody."""
    answer, _ = judge.authenticated(item.facts)
    if answer.holds:
        return False
    if item.operation == "read":
        finding = judge.decide(item)
        return finding is not None and finding.verdict is not Verdict.PROVED
    return not _is_door(judge, item, signs_up=signs_up)


def is_door_keeping(item: Obligation) -> bool:
    """Whether it writes what signing in needs: codes, reset tokens, counted attempts."""
    return item.operation != "read" and bool(_DOOR.search(item.entity))


def _names_owner(judge: Judge, item: Obligation) -> bool:
    """Whether the client says whose rows these are: to know an id is not to be somebody."""
    row = item.target
    if not isinstance(row, Row):
        return False
    owners = judge.schema.owner_columns(row.entity)
    return any(
        isinstance(one, Field) and one.base == row and one.name in owners and is_client(other)
        for atom in atoms([judge.engine.row_definitions.get(row, YES), *item.facts])
        if isinstance(atom, Eq)
        for one, other in ((atom.left, atom.right), (atom.right, atom.left))
    )


def _is_door(judge: Judge, item: Obligation, *, signs_up: bool) -> bool:
    """Signing up, signing in, resetting a password: what cannot ask for a token."""
    schema = judge.schema
    if is_door_keeping(item):
        return not _names_owner(judge, item)
    if isinstance(item.target, Ref):
        if schema.is_user(item.entity):
            return not _makes_privileged(judge, item)
        finding = judge.decide(item)
        verdict = finding.verdict if finding is not None else Verdict.NONE
        # Whoever signs up brings along what is theirs: a profile, settings, a firm of their own.
        return verdict is Verdict.PROVED or (signs_up and verdict is not Verdict.VIOLATED)
    if isinstance(item.target, Row):
        row = item.target
        if item.operation == "create" and schema.is_user(row.entity):
            return True
        answer, _ = judge.ask(item.facts, lambda situation: situation.owned(row))
        return answer.holds
    return False
