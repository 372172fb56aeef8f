"""Statements that are built before and bound when they are executed, and what only looks bound."""

from functools import cache, lru_cache

import sqlalchemy as sa
from fastapi import FastAPI, HTTPException, Request
from settings import defaults
from sqlalchemy import and_, bindparam, delete, exists, insert, or_, text, update
from sqlmodel import select

from base import Attachment, Note, SessionDep, UserId

app = FastAPI()

NOTE = select(Note).where(Note.id == bindparam("note_id"), Note.owner_id == bindparam("me"))
NOTES = select(Note).where(Note.owner_id == bindparam("me")).order_by(Note.id)
ANY_NOTE = select(Note).where(Note.id == bindparam("note_id"))
EITHER = select(Note).where(or_(Note.id == bindparam("note_id"), Note.owner_id == bindparam("me")))
BOTH = select(Note).where(and_(bindparam("me") == Note.owner_id, Note.id == bindparam("note_id")))
KEYWORDS = sa.select(Note).where(Note.owner_id == sa.bindparam(key="me", type_=sa.Integer()))
OPTIONAL = select(Note).where(or_(bindparam("me").is_(None), Note.owner_id == bindparam("me")))
SOME = select(Note).where(
    Note.id.in_(bindparam("ids", expanding=True)), Note.owner_id == bindparam("me")
)
OF_SOME = select(Note).where(Note.owner_id.in_(bindparam("owners", expanding=True)))
CHILDREN = select(Attachment).where(
    Attachment.note_id.in_(select(Note.id).where(Note.owner_id == bindparam("me")))
)
EXISTING = select(Attachment).where(
    exists().where(Note.id == Attachment.note_id, Note.owner_id == bindparam("me"))
)
JOINED = select(Attachment).join(Note).where(Note.owner_id == bindparam("me"))
RENAME = (
    update(Note)
    .where(Note.id == bindparam("note_id"), Note.owner_id == bindparam("me"))
    .values(text=bindparam("words"))
)
GIVE = (
    update(Note)
    .where(Note.id == bindparam("note_id"), Note.owner_id == bindparam("me"))
    .values(owner_id=bindparam("heir"))
)
REMOVE = delete(Note).where(Note.id == bindparam("note_id"), Note.owner_id == bindparam("me"))
REMOVE_ANY = delete(Note).where(Note.id == bindparam("note_id"))
MADE = insert(Note)
WORDS = text("SELECT * FROM note WHERE owner_id = :me AND id = :note_id")
DEFAULT = select(Note).where(Note.owner_id == bindparam("me", value=0))


class Statements:
    """Statements as attributes of a class."""

    note = select(Note).where(Note.id == bindparam("note_id"), Note.owner_id == bindparam("me"))
    notes = select(Note).where(Note.owner_id == bindparam("me"))


class Repository:
    """A repository that binds what it is given."""

    _all = select(Note).where(Note.owner_id == bindparam("owner"))

    def __init__(self, session):
        self.session = session

    def of(self, owner):
        return self.session.exec(self._all, params={"owner": owner}).all()


@cache
def note_statement():
    return select(Note).where(Note.id == bindparam("note_id"), Note.owner_id == bindparam("me"))


@lru_cache(maxsize=1)
def loose_statement():
    return select(Note).where(Note.id == bindparam("note_id"))


@app.get("/api/proved/exec/{note_id}")
def by_exec(note_id: int, session: SessionDep, me: UserId):
    found = session.exec(NOTE, params={"note_id": note_id, "me": me}).first()
    if found is None:
        raise HTTPException(404)
    return found


@app.get("/api/proved/execute/{note_id}")
def by_execute(note_id: int, session: SessionDep, me: UserId):
    return session.execute(NOTE, {"me": me, "note_id": note_id}).scalar_one_or_none()


@app.get("/api/proved/scalars")
def by_scalars(session: SessionDep, me: UserId):
    return session.scalars(NOTES, {"me": me}).all()


@app.get("/api/proved/scalar/{note_id}")
def by_scalar(note_id: int, session: SessionDep, me: UserId):
    return session.scalar(NOTE, params={"me": me, "note_id": note_id})


@app.get("/api/proved/async")
async def by_async(session: SessionDep, me: UserId):
    return (await session.exec(NOTES, params={"me": me})).all()


@app.get("/api/proved/stream")
async def by_stream(session: SessionDep, me: UserId):
    return [note async for note in await session.stream_scalars(NOTES, {"me": me})]


@app.get("/api/proved/connection")
def by_connection(session: SessionDep, me: UserId):
    return session.connection().execute(NOTES, parameters={"me": me}).all()


@app.get("/api/proved/params")
def by_params(session: SessionDep, me: UserId):
    return session.exec(NOTES.params(me=me)).all()


@app.get("/api/proved/params_mapping")
def by_params_mapping(session: SessionDep, me: UserId):
    return session.exec(NOTES.params({"me": me})).all()


@app.get("/api/proved/query")
def by_query(session: SessionDep, me: UserId):
    return session.query(Note).filter(Note.owner_id == bindparam("me")).params(me=me).all()


@app.get("/api/proved/variable/{note_id}")
def by_variable(note_id: int, session: SessionDep, me: UserId):
    params = {"me": me}
    params["note_id"] = note_id
    return session.exec(NOTE, params=params).first()


@app.get("/api/proved/spread/{note_id}")
def by_spread(note_id: int, session: SessionDep, me: UserId):
    mine = {"me": me}
    return session.exec(NOTE, params={**mine, "note_id": note_id}).first()


@app.get("/api/proved/dict/{note_id}")
def by_dict(note_id: int, session: SessionDep, me: UserId):
    return session.exec(NOTE, params=dict(me=me, note_id=note_id)).first()


@app.get("/api/proved/merged/{note_id}")
def by_merged(note_id: int, session: SessionDep, me: UserId):
    return session.exec(NOTE, params={"note_id": note_id} | {"me": me}).first()


@app.get("/api/proved/class_attribute/{note_id}")
def by_class_attribute(note_id: int, session: SessionDep, me: UserId):
    return session.exec(Statements.note, params={"me": me, "note_id": note_id}).first()


@app.get("/api/proved/repository")
def by_repository(session: SessionDep, me: UserId):
    return Repository(session).of(me)


@app.get("/api/proved/cached/{note_id}")
def by_cached(note_id: int, session: SessionDep, me: UserId):
    return session.exec(note_statement(), params={"me": me, "note_id": note_id}).first()


@app.get("/api/proved/reversed/{note_id}")
def by_reversed(note_id: int, session: SessionDep, me: UserId):
    return session.exec(BOTH, params={"me": me, "note_id": note_id}).first()


@app.get("/api/proved/keywords")
def by_keywords(session: SessionDep, me: UserId):
    return session.exec(KEYWORDS, params={"me": me}).all()


@app.get("/api/proved/default_value")
def by_default_value(session: SessionDep, me: UserId):
    return session.exec(DEFAULT, params={"me": me}).all()


@app.get("/api/proved/value")
def by_value(session: SessionDep, me: UserId):
    return session.exec(select(Note).where(Note.owner_id == bindparam("me", me))).all()


@app.get("/api/proved/value_alone")
def by_value_alone(session: SessionDep, me: UserId):
    return session.exec(select(Note).where(Note.owner_id == bindparam(None, value=me))).all()


@app.get("/api/proved/overridden")
def by_overridden(other: int, session: SessionDep, me: UserId):
    return session.exec(NOTES.params(me=other), params={"me": me}).all()


@app.get("/api/proved/expanding")
def by_expanding(ids: str, session: SessionDep, me: UserId):
    return session.exec(SOME, params={"ids": ids.split(","), "me": me}).all()


@app.get("/api/proved/expanding_own")
def by_expanding_own(session: SessionDep, me: UserId):
    return session.exec(OF_SOME, params={"owners": [me]}).all()


@app.get("/api/proved/subquery")
def by_subquery(session: SessionDep, me: UserId):
    return session.exec(CHILDREN, params={"me": me}).all()


@app.get("/api/proved/exists")
def by_exists(session: SessionDep, me: UserId):
    return session.exec(EXISTING, params={"me": me}).all()


@app.get("/api/proved/joined")
def by_join(session: SessionDep, me: UserId):
    return session.exec(JOINED, params={"me": me}).all()


@app.get("/api/proved/extended/{note_id}")
def by_extended(note_id: int, session: SessionDep, me: UserId):
    return session.exec(NOTES.where(Note.id == note_id), params={"me": me}).first()


@app.get("/api/proved/fetched_then_checked/{note_id}")
def by_check(note_id: int, session: SessionDep, me: UserId):
    note = session.exec(ANY_NOTE, params={"note_id": note_id}).first()
    if note is None or note.owner_id != me:
        raise HTTPException(404)
    return note


@app.patch("/api/proved/update/{note_id}")
def by_update(note_id: int, words: str, session: SessionDep, me: UserId):
    session.execute(RENAME, {"note_id": note_id, "me": me, "words": words})
    session.commit()


@app.delete("/api/proved/delete/{note_id}")
def by_delete(note_id: int, session: SessionDep, me: UserId):
    session.execute(REMOVE, {"note_id": note_id, "me": me})
    session.commit()


@app.post("/api/proved/delete_several")
def by_several(ids: list[int], session: SessionDep, me: UserId):
    session.execute(REMOVE, [{"note_id": one, "me": me} for one in ids])
    session.commit()


@app.post("/api/proved/insert")
def by_insert(words: str, session: SessionDep, me: UserId):
    session.execute(MADE, {"text": words, "owner_id": me})
    session.commit()


@app.get("/api/proved/text/{note_id}")
def by_text(note_id: int, session: SessionDep, me: UserId):
    return session.execute(WORDS, {"me": me, "note_id": note_id}).first()


@app.get("/api/proved/text_bound/{note_id}")
def by_bound_text(note_id: int, session: SessionDep, me: UserId):
    return session.execute(WORDS.bindparams(me=me, note_id=note_id)).first()


@app.get("/api/violated/client/{note_id}")
def of_client(note_id: int, user_id: int, session: SessionDep, me: UserId):
    return session.exec(NOTE, params={"note_id": note_id, "me": user_id}).first()


@app.get("/api/violated/swapped/{note_id}")
def of_swapped(note_id: int, session: SessionDep, me: UserId):
    return session.exec(NOTE, params={"note_id": me, "me": note_id}).first()


@app.get("/api/violated/dropped/{note_id}")
def of_dropped(note_id: int, session: SessionDep, me: UserId):
    return session.exec(ANY_NOTE, params={"note_id": note_id, "me": me}).first()


@app.get("/api/violated/or/{note_id}")
def of_either(note_id: int, session: SessionDep, me: UserId):
    return session.exec(EITHER, params={"note_id": note_id, "me": me}).first()


@app.get("/api/violated/cached/{note_id}")
def of_cached(note_id: int, session: SessionDep, me: UserId):
    return session.exec(loose_statement(), params={"note_id": note_id, "me": me}).first()


@app.get("/api/violated/repository/{user_id}")
def of_repository(user_id: int, session: SessionDep, me: UserId):
    return Repository(session).of(user_id)


@app.get("/api/violated/params")
def of_params(user_id: int, session: SessionDep, me: UserId):
    return session.exec(NOTES.params(me=user_id)).all()


@app.get("/api/violated/overridden")
def of_overridden(user_id: int, session: SessionDep, me: UserId):
    return session.exec(NOTES.params(me=me), params={"me": user_id}).all()


@app.get("/api/violated/value")
def of_value(user_id: int, session: SessionDep, me: UserId):
    return session.exec(select(Note).where(Note.owner_id == bindparam("me", user_id))).all()


@app.get("/api/violated/either_mapping")
def of_either_mapping(user_id: int, everyone: bool, session: SessionDep, me: UserId):
    params = {"me": user_id} if everyone else {"me": me}
    return session.exec(NOTES, params=params).all()


@app.get("/api/violated/set_later")
def of_set_later(user_id: int, session: SessionDep, me: UserId):
    params = {"me": me}
    params["me"] = user_id
    return session.exec(NOTES, params=params).all()


@app.get("/api/violated/optional")
def of_optional(session: SessionDep, me: UserId, mine: bool = True):
    return session.exec(OPTIONAL, params={"me": me if mine else None}).all()


@app.post("/api/violated/body")
async def of_body(request: Request, session: SessionDep, me: UserId):
    return session.exec(NOTES, params=await request.json()).all()


@app.post("/api/violated/expanding")
def of_expanding(owners: list[int], session: SessionDep, me: UserId):
    return session.exec(OF_SOME, params={"owners": owners}).all()


@app.get("/api/violated/subquery")
def of_subquery(user_id: int, session: SessionDep, me: UserId):
    return session.exec(CHILDREN, params={"me": user_id}).all()


@app.get("/api/violated/exists")
def of_exists(user_id: int, session: SessionDep, me: UserId):
    return session.exec(EXISTING, params={"me": user_id}).all()


@app.get("/api/violated/joined")
def of_join(user_id: int, session: SessionDep, me: UserId):
    return session.exec(JOINED, params={"me": user_id}).all()


@app.get("/api/violated/two_executions")
def of_two(user_id: int, session: SessionDep, me: UserId):
    mine = session.exec(CHILDREN, params={"me": me}).all()
    return mine + session.exec(CHILDREN, params={"me": user_id}).all()


@app.patch("/api/violated/update/{note_id}")
def of_update(note_id: int, user_id: int, words: str, session: SessionDep, me: UserId):
    session.execute(RENAME, {"note_id": note_id, "me": user_id, "words": words})
    session.commit()


@app.patch("/api/violated/give/{note_id}")
def of_give(note_id: int, heir: int, session: SessionDep, me: UserId):
    session.execute(GIVE, {"note_id": note_id, "me": me, "heir": heir})
    session.commit()


@app.delete("/api/violated/delete/{note_id}")
def of_delete(note_id: int, session: SessionDep, me: UserId):
    session.execute(REMOVE_ANY, {"note_id": note_id, "me": me})
    session.commit()


@app.post("/api/violated/delete_several")
def of_several(owners: list[int], session: SessionDep, me: UserId):
    session.execute(REMOVE, [{"note_id": 1, "me": one} for one in owners])
    session.commit()


@app.post("/api/violated/insert")
def of_insert(words: str, user_id: int, session: SessionDep, me: UserId):
    session.execute(MADE, {"text": words, "owner_id": user_id})
    session.commit()


@app.post("/api/violated/insert_several")
def of_insert_several(owners: list[int], session: SessionDep, me: UserId):
    session.execute(MADE, [{"text": "", "owner_id": one} for one in owners])
    session.commit()


@app.get("/api/violated/text/{note_id}")
def of_text(note_id: int, user_id: int, session: SessionDep, me: UserId):
    return session.execute(WORDS.bindparams(me=user_id, note_id=note_id)).first()


@app.get("/api/unknown/missing/{note_id}")
def without_value(note_id: int, session: SessionDep, me: UserId):
    return session.exec(NOTE, params={"note_id": note_id}).first()


@app.get("/api/unknown/nothing")
def without_mapping(session: SessionDep, me: UserId):
    return session.exec(NOTES).all()


@app.get("/api/unknown/unfollowed")
def with_unfollowed(session: SessionDep, me: UserId):
    return session.exec(NOTES, params=defaults(me)).all()


@app.get("/api/unknown/unfollowed_spread")
def with_unfollowed_spread(session: SessionDep, me: UserId):
    return session.exec(NOTES, params={"me": me, **defaults()}).all()


@app.get("/api/unknown/unfollowed_values")
def with_unfollowed_values(session: SessionDep, me: UserId):
    return session.exec(select(Note).where(Note.owner_id == me), params=defaults()).all()


@app.get("/api/unknown/computed")
def with_function(session: SessionDep, me: UserId):
    mine = Note.owner_id == bindparam("me", callable_=lambda: me)
    return session.exec(select(Note).where(mine)).all()


@app.get("/api/violated/unnamed")
def of_unnamed(user_id: int, session: SessionDep, me: UserId):
    statement = select(Note).where(Note.owner_id == me)
    return session.exec(statement, params={"owner_id_1": user_id}).all()


@app.post("/api/violated/unnamed_body")
async def of_unnamed_body(request: Request, session: SessionDep, me: UserId):
    statement = select(Note).where(Note.owner_id == me)
    return session.exec(statement, params=await request.json()).all()


@app.post("/api/violated/text_body/{note_id}")
async def of_text_body(note_id: int, request: Request, session: SessionDep, me: UserId):
    bound = WORDS.bindparams(me=me, note_id=note_id)
    return session.execute(bound, await request.json()).first()


@app.get("/api/unknown/two_missing/{note_id}")
def without_two(note_id: int, session: SessionDep, me: UserId):
    first = session.exec(NOTES, params=defaults(1)).one()
    if first.owner_id != me:
        raise HTTPException(404)
    return session.exec(NOTES, params=defaults(2)).all()


@app.get("/api/violated/key_chosen_by_client")
def of_chosen_key(name: str, value: int, session: SessionDep, me: UserId):
    params = {"me": me}
    params[name] = value
    return session.exec(NOTES, params=params).all()
