"""Statements that are built before they are executed are broken and rewritten like any other."""

import functools

import pytest
from memory_files import MemoryFiles

from sdd.audit import AuditReport, AuditSettings
from sdd.audit.survey import survey
from sdd.faults import Kind, Mutation, Rewrite, faults, rewrites
from sdd.program import Program, load
from sdd.program.facts import Facts
from sdd.workflow.self_test import Bench, Fate

_MODELS = """\
from sqlmodel import Field, SQLModel


class User(SQLModel, table=True):
    id: str = Field(primary_key=True)


class Boat(SQLModel, table=True):
    id: int = Field(primary_key=True)
    skipper: str = Field(foreign_key="user.id")
    name: str


class Voyage(SQLModel, table=True):
    id: int = Field(primary_key=True)
    boat_id: int = Field(foreign_key="boat.id")
    harbour: str
"""

_QUERIES = """\
from functools import cache

from sqlalchemy import and_, bindparam, delete
from sqlmodel import col, select

from models import Boat, Voyage

OWN = select(Boat).where(
    col(Boat.id) == bindparam("boat_id"), col(Boat.skipper) == bindparam("me")
)
MINE = select(Boat).where(Boat.skipper == bindparam("who"))
BY_NAME = MINE.where(Boat.name == bindparam("name"))
SCRAP = delete(Boat).where(and_(Boat.id == bindparam("key"), Boat.skipper == bindparam("me")))


@cache
def named():
    return select(Boat).where((Boat.name == bindparam("name")) & (bindparam("me") == Boat.skipper))


class Lookups:
    def __init__(self, session):
        self._session = session


class Boats(Lookups):
    _own = select(Boat).where(Boat.id == bindparam("boat_id"), Boat.skipper == bindparam("skipper"))
    _all = select(Boat).filter_by(skipper=bindparam("skipper"))

    def get(self, skipper, boat_id):
        given = {"boat_id": boat_id, "skipper": skipper}
        return self._session.exec(self._own, params=given).first()

    def called(self, skipper, name):
        statement = self._all.where(Boat.name == name).params(skipper=skipper)
        return self._session.exec(statement).all()


class Voyages(Lookups):
    _one = select(Voyage).where(
        Voyage.id == bindparam("voyage_id"), Voyage.boat_id == bindparam("boat_id")
    )

    def get(self, skipper, boat_id, voyage_id):
        if Boats(self._session).get(skipper, boat_id) is None:
            return None
        return self._session.exec(
            self._one, params=dict(voyage_id=voyage_id, boat_id=boat_id)
        ).first()
"""

_MAIN = """\
import os
from typing import Annotated

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import bindparam
from sqlmodel import Session, create_engine, select

import queries
from models import Boat
from queries import BY_NAME, OWN as BOAT, Boats, Voyages, named

SECRET = os.environ["SECRET"]
engine = create_engine(os.environ["DATABASE_URL"])


def get_session():
    with Session(engine) as session:
        yield session


def current_user(credentials: HTTPAuthorizationCredentials = Depends(HTTPBearer())) -> str:
    try:
        return jwt.decode(credentials.credentials, SECRET, algorithms=["HS256"])["sub"]
    except jwt.PyJWTError as error:
        raise HTTPException(401) from error


Caller = Annotated[str, Depends(current_user)]
Db = Annotated[Session, Depends(get_session)]
app = FastAPI()


@app.get("/boats/{boat_id}")
def imported(boat_id: int, user: Caller, session: Db):
    return session.exec(BOAT, params={"boat_id": boat_id, "me": user}).first()


@app.get("/named/{name}")
def extended(name: str, user: Caller, session: Db):
    return session.scalars(BY_NAME, {"who": user, "name": name}).all()


@app.delete("/boats/{boat_id}")
def of_module(boat_id: int, user: Caller, session: Db):
    session.execute(queries.SCRAP, {"key": boat_id, "me": user})
    session.commit()


@app.get("/cached/{name}")
def cached(name: str, user: Caller, session: Db):
    return session.exec(named(), params={"name": name, "me": user}).all()


@app.get("/local/{name}")
def local(name: str, user: Caller, session: Db):
    statement = select(Boat).where(Boat.name == name, Boat.skipper == bindparam("me"))
    return session.exec(statement, params={"me": user}).all()


@app.get("/held/{boat_id}")
def of_class(boat_id: int, user: Caller, session: Db):
    return Boats(session).get(user, boat_id)


@app.get("/held")
def listed(name: str, user: Caller, session: Db):
    return Boats(session).called(user, name)


@app.get("/boats/{boat_id}/voyages/{voyage_id}")
def of_parent(boat_id: int, voyage_id: int, user: Caller, session: Db):
    return Voyages(session).get(user, boat_id, voyage_id)
"""
_FILES = {"main.py": _MAIN, "models.py": _MODELS, "queries.py": _QUERIES}

# The conditions that tie a row to the caller, as they are written.
_CONDITIONS = (
    'col(Boat.skipper) == bindparam("me")',
    'Boat.skipper == bindparam("who")',
    'Boat.skipper == bindparam("me")',
    'bindparam("me") == Boat.skipper',
    'Boat.skipper == bindparam("skipper")',
)
_TOGETHER = tuple(one for one in _CONDITIONS if "who" not in one)
_FILLED = ('"me": user', '"who": user', '"skipper": skipper', "skipper=skipper")


@functools.cache
def program() -> Program:
    return load(MemoryFiles(_FILES))


@functools.cache
def surveyed() -> tuple[AuditReport, Facts]:
    return survey(program())


def is_of_a_place(mutation: Mutation) -> bool:
    """Whether a mutation stands where a statement is built, or where its places are filled."""
    line = _FILES[mutation.span.path].splitlines()[mutation.span.line - 1]
    return mutation.span.path == "queries.py" or any(one in line for one in _FILLED)


@functools.cache
def seeded() -> tuple[Mutation, ...]:
    return tuple(filter(is_of_a_place, faults(program(), surveyed()[1])))


@functools.cache
def rewritten() -> tuple[Mutation, ...]:
    return tuple(filter(is_of_a_place, rewrites(program(), surveyed()[1])))


def titles(kind: Kind | Rewrite) -> list[str]:
    return [item.title for item in (*seeded(), *rewritten()) if item.kind is kind]


def fate(mutation: Mutation) -> tuple[Fate, str]:
    bench = Bench(program=program(), settings=AuditSettings(), before=surveyed()[0])
    trial = bench.trial(mutation)
    return trial.fate, trial.told


def test_the_backend_is_proved_before_anything_is_seeded() -> None:
    """Otherwise nothing could be broken."""
    summary = surveyed()[0].summary

    assert summary.routes == summary.proved == _MAIN.count("@app.")


@pytest.mark.parametrize(
    ("kind", "conditions"),
    [
        (Kind.DROPPED_CONJUNCT, _CONDITIONS),
        (Kind.NEGATED_COMPARISON, _CONDITIONS),
        (Kind.SELF_COMPARISON, _CONDITIONS),
        (Kind.WEAKENED_CONJUNCT, _TOGETHER),
        (Kind.UNBOUND_CHILD, ('Voyage.boat_id == bindparam("boat_id")',)),
        (Rewrite.SWAPPED_OPERANDS, _CONDITIONS),
    ],
)
def test_every_condition_of_a_statement_built_before_is_seeded(
    kind: Kind | Rewrite, conditions: tuple[str, ...]
) -> None:
    """Of a module, of a class, of a function that is cached, imported, extended."""
    for condition in conditions:
        assert any(title.startswith(f"{condition}:") for title in titles(kind)), condition


def test_every_place_of_the_caller_is_filled_with_a_value_of_the_client() -> None:
    """In the mapping beside the statement, in one with a name, and in `.params(…)`."""
    filled = {
        (item.span.path, item.span.line)
        for item in seeded()
        if item.kind is Kind.CLIENT_IDENTITY and "is the client's" in item.title
    }

    assert filled == {
        (path, number)
        for path, code in _FILES.items()
        for number, line in enumerate(code.splitlines(), start=1)
        if any(one in line for one in _FILLED)
    }


def test_every_fault_is_violated() -> None:
    """None is proved, and none is merely unknown."""
    assert len(seeded()) > len(_CONDITIONS)
    for mutation in seeded():
        assert fate(mutation)[0] is Fate.CAUGHT, (mutation.title, fate(mutation))


def test_every_rewrite_keeps_the_verdicts() -> None:
    """What means the same is judged the same."""
    for mutation in rewritten():
        assert fate(mutation) == (Fate.MISSED, "every verdict is as before"), mutation.title
    assert {item.kind for item in rewritten()} >= {
        Rewrite.SWAPPED_OPERANDS,
        Rewrite.CHAINED_PREDICATES,
        Rewrite.MERGED_PREDICATES,
        Rewrite.KEYWORD_PREDICATE,
    }
