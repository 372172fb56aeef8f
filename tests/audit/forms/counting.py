"""Several ids at once: guards that count what they found, or compare it as a whole."""

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel
from sqlmodel import col, func, select

from base import Note, SessionDep, Team, TeamMember, UserId

app = FastAPI()


class Ids(BaseModel):
    ids: list[int]


def of_ids(session, ids):
    return session.exec(select(Note).where(col(Note.id).in_(ids))).all()


def own_ids(session, ids, me):
    return session.exec(select(Note.id).where(col(Note.id).in_(ids), Note.owner_id == me)).all()


@app.delete("/api/unknown/counted-by-the-database")
def counted(body: Ids, session: SessionDep, me: UserId):
    own = select(func.count()).select_from(Note).where(col(Note.id).in_(body.ids))
    if session.exec(own.where(Note.owner_id == me)).one() != len(body.ids):
        raise HTTPException(404)
    for note in of_ids(session, body.ids):
        session.delete(note)
    session.commit()


@app.post("/api/unknown/as-many")
def as_many(body: Ids, session: SessionDep, me: UserId):
    if len(own_ids(session, body.ids, me)) != len(body.ids):
        raise HTTPException(404)
    return of_ids(session, body.ids)


@app.post("/api/unknown/no-fewer")
def no_fewer(body: Ids, session: SessionDep, me: UserId):
    if len(own_ids(session, body.ids, me)) < len(body.ids):
        raise HTTPException(404)
    return of_ids(session, body.ids)


@app.post("/api/unknown/the-same-set")
def same_set(body: Ids, session: SessionDep, me: UserId):
    if set(own_ids(session, body.ids, me)) != set(body.ids):
        raise HTTPException(404)
    return of_ids(session, body.ids)


@app.post("/api/unknown/nothing-left-over")
def left_over(body: Ids, session: SessionDep, me: UserId):
    if set(body.ids) - set(own_ids(session, body.ids, me)):
        raise HTTPException(404)
    return of_ids(session, body.ids)


@app.post("/api/unknown/each-among-them")
def each_among(body: Ids, session: SessionDep, me: UserId):
    own = own_ids(session, body.ids, me)
    if not all(one in own for one in body.ids):
        raise HTTPException(404)
    return of_ids(session, body.ids)


@app.post("/api/unknown/none-beside-them")
def none_beside(body: Ids, session: SessionDep, me: UserId):
    own = {note.id: note for note in session.exec(select(Note).where(Note.owner_id == me)).all()}
    if any(one not in own for one in body.ids):
        raise HTTPException(404)
    return of_ids(session, body.ids)


@app.post("/api/violated/as-many-of-everybody")
def as_many_of_all(body: Ids, session: SessionDep, me: UserId):
    if len(of_ids(session, body.ids)) != len(body.ids):
        raise HTTPException(404)
    return of_ids(session, body.ids)


@app.post("/api/violated/a-quota")
def quota(body: Ids, session: SessionDep, me: UserId):
    own = session.exec(select(Note.id).where(Note.owner_id == me)).all()
    if len(own) > 5 or len(body.ids) > 5:
        raise HTTPException(404)
    return of_ids(session, body.ids)


@app.post("/api/proved/counted-by-key/{key}")
def counted_by_key(key: int, session: SessionDep, me: UserId):
    own = select(func.count()).select_from(Note).where(Note.id == key, Note.owner_id == me)
    if session.exec(own).one() == 0:
        raise HTTPException(404)
    return session.get(Note, key)


@app.post("/api/violated/counted-without-the-key/{key}")
def counted_without(key: int, session: SessionDep, me: UserId):
    own = select(func.count()).select_from(Note).where(Note.owner_id == me)
    if session.exec(own).one() == 0:
        raise HTTPException(404)
    return session.get(Note, key)


@app.post("/api/proved/all-are-mine")
def all_mine(body: Ids, session: SessionDep, me: UserId):
    notes = of_ids(session, body.ids)
    if not all(note.owner_id == me for note in notes):
        raise HTTPException(404)
    return notes


@app.post("/api/proved/none-is-another's")
def none_of_others(body: Ids, session: SessionDep, me: UserId):
    notes = of_ids(session, body.ids)
    if any(note.owner_id != me for note in notes):
        raise HTTPException(404)
    return notes


@app.post("/api/violated/one-is-mine")
def one_mine(body: Ids, session: SessionDep, me: UserId):
    notes = of_ids(session, body.ids)
    if not any(note.owner_id == me for note in notes):
        raise HTTPException(404)
    return notes


@app.post("/api/violated/those-with-a-text-are-mine")
def some_mine(body: Ids, session: SessionDep, me: UserId):
    notes = of_ids(session, body.ids)
    if not all(note.owner_id == me for note in notes if note.text):
        raise HTTPException(404)
    return notes


@app.get("/api/violated/all-of-none/{team_id}")
def all_of_none(team_id: int, session: SessionDep, me: UserId):
    own = select(TeamMember).where(TeamMember.team_id == team_id, TeamMember.user_id == me)
    if not all(one.user_id > 0 for one in session.exec(own).all()):
        raise HTTPException(404)
    return session.get(Team, team_id)
