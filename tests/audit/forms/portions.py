"""Some items of a collection: what is checked of them is not checked of all."""

from itertools import islice
from typing import Annotated

from fastapi import FastAPI, HTTPException, Query
from sqlmodel import select

from base import Note, SessionDep, UserId

app = FastAPI()
Ids = Annotated[list[int], Query()]


def found(session, ids):
    return session.exec(select(Note).where(Note.id.in_(ids))).all()


def check(note, me):
    if note.owner_id != me:
        raise HTTPException(403)


@app.get("/api/violated/first")
def of_first(ids: Ids, session: SessionDep, me: UserId):
    notes = found(session, ids)
    check(notes[0], me)
    return notes


@app.get("/api/violated/first_of_lookups")
def of_first_of_lookups(ids: Ids, session: SessionDep, me: UserId):
    notes = [session.get(Note, one) for one in ids]
    check(notes[0], me)
    return notes


@app.get("/api/violated/other_item")
def of_other_item(ids: Ids, session: SessionDep, me: UserId):
    notes = found(session, ids)
    check(notes[0], me)
    return notes[1]


@app.get("/api/violated/slice")
def of_slice(ids: Ids, session: SessionDep, me: UserId):
    notes = found(session, ids)
    for note in notes[1:]:
        check(note, me)
    return notes


@app.get("/api/violated/slice_of_all")
def of_slice_of_all(ids: Ids, session: SessionDep, me: UserId):
    notes = found(session, ids)
    if not all(note.owner_id == me for note in notes[:5]):
        raise HTTPException(403)
    return notes


@app.get("/api/violated/islice")
def of_islice(ids: Ids, session: SessionDep, me: UserId):
    notes = found(session, ids)
    for note in islice(notes, 1):
        check(note, me)
    return notes


@app.get("/api/violated/zipped")
def of_zipped(ids: Ids, session: SessionDep, me: UserId):
    notes = found(session, ids)
    for note, _ in zip(notes, [1]):
        check(note, me)
    return notes


@app.get("/api/violated/numbered")
def of_numbered(ids: Ids, session: SessionDep, me: UserId):
    notes = found(session, ids)
    for _, note in enumerate(notes[1:]):
        check(note, me)
    return notes


@app.get("/api/proved/same_item")
def by_same_item(ids: Ids, session: SessionDep, me: UserId):
    notes = found(session, ids)
    check(notes[0], me)
    return notes[0]


@app.get("/api/proved/all_then_slice")
def by_all_then_slice(ids: Ids, session: SessionDep, me: UserId):
    notes = found(session, ids)
    for note in notes:
        check(note, me)
    return notes[:10]


@app.get("/api/proved/all_then_item")
def by_all_then_item(ids: Ids, session: SessionDep, me: UserId):
    notes = found(session, ids)
    for note in notes:
        check(note, me)
    return notes[-1]


@app.get("/api/proved/slice_itself")
def by_slice_itself(ids: Ids, session: SessionDep, me: UserId):
    notes = found(session, ids)[:10]
    for note in notes:
        check(note, me)
    return notes


@app.get("/api/proved/slice_of_own")
def by_slice_of_own(ids: Ids, session: SessionDep, me: UserId):
    notes = session.exec(select(Note).where(Note.owner_id == me, Note.id.in_(ids))).all()
    return {"first": notes[0], "rest": notes[1:]}


@app.get("/api/proved/zipped_whole")
def by_zipped_whole(ids: Ids, session: SessionDep, me: UserId):
    notes = found(session, ids)
    for note, _ in zip(notes, ids, strict=True):
        check(note, me)
    return notes


@app.get("/api/violated/next")
def of_next(ids: Ids, session: SessionDep, me: UserId):
    notes = found(session, ids)
    check(next(iter(notes)), me)
    return notes


@app.get("/api/violated/newest")
def of_newest(ids: Ids, session: SessionDep, me: UserId):
    notes = found(session, ids)
    check(max(notes, key=lambda note: note.id), me)
    return notes


@app.get("/api/unknown/first_row_of_a_statement")
def of_first_row(ids: Ids, session: SessionDep, me: UserId):
    statement = select(Note).where(Note.id.in_(ids))
    check(session.exec(statement).first(), me)
    return session.exec(statement).all()


@app.get("/api/proved/first_row_itself")
def by_first_row(ids: Ids, session: SessionDep, me: UserId):
    note = session.exec(select(Note).where(Note.id.in_(ids))).first()
    check(note, me)
    return note
