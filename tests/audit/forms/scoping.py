"""Ways to bind rows to the caller, and what only looks like one."""

from fastapi import FastAPI, HTTPException
from permits import allowed
from sqlalchemy import exists
from sqlmodel import Field, SQLModel, select

from base import Attachment, Note, SessionDep, User, UserId

app = FastAPI()


class Line(SQLModel, table=True):
    id: int = Field(primary_key=True)
    note_id: int = Field(index=True)
    text: str


@app.get("/api/proved/exists")
def by_exists(session: SessionDep, me: UserId):
    mine = exists().where(Note.id == Attachment.note_id, Note.owner_id == me)
    return session.exec(select(Attachment).where(mine)).all()


@app.get("/api/proved/exists_select")
def by_exists_select(session: SessionDep, me: UserId):
    mine = select(Note.id).where(Note.id == Attachment.note_id, Note.owner_id == me).exists()
    return session.exec(select(Attachment).where(mine)).all()


@app.get("/api/violated/exists_unlinked")
def by_unlinked_exists(session: SessionDep, me: UserId):
    mine = exists().where(Note.owner_id == me)
    return session.exec(select(Attachment).where(mine)).all()


@app.get("/api/violated/not_exists")
def by_not_exists(session: SessionDep, me: UserId):
    mine = exists().where(Note.id == Attachment.note_id, Note.owner_id == me)
    return session.exec(select(Attachment).where(~mine)).all()


@app.get("/api/proved/listed_ids/{note_id}")
def by_listed_ids(note_id: int, session: SessionDep, me: UserId):
    mine = session.exec(select(Note).where(Note.owner_id == me)).all()
    if note_id not in [note.id for note in mine]:
        raise HTTPException(404)
    return session.get(Note, note_id)


@app.get("/api/violated/listed_ids_of_all/{note_id}")
def by_ids_of_all(note_id: int, session: SessionDep, me: UserId):
    if note_id not in {note.id for note in session.exec(select(Note)).all()}:
        raise HTTPException(404)
    return session.get(Note, note_id)


@app.get("/api/violated/not_listed/{note_id}")
def by_absence(note_id: int, session: SessionDep, me: UserId):
    mine = session.exec(select(Note).where(Note.owner_id == me)).all()
    if note_id in [note.id for note in mine]:
        raise HTTPException(404)
    return session.get(Note, note_id)


@app.get("/api/proved/class_pattern/{note_id}")
def by_class_pattern(note_id: int, session: SessionDep, me: UserId):
    match session.get(Note, note_id):
        case Note(owner_id=owner) as note if owner == me:
            return note
        case _:
            raise HTTPException(404)


@app.get("/api/violated/class_pattern/{note_id}")
def by_loose_pattern(note_id: int, session: SessionDep, me: UserId):
    match session.get(Note, note_id):
        case Note(owner_id=owner) as note if owner != me:
            return note
        case _:
            raise HTTPException(404)


@app.get("/api/proved/named_admin")
def by_name(session: SessionDep, me: UserId):
    user = session.get(User, me)
    if user.email != "root@example.org":
        raise HTTPException(403)
    return session.exec(select(Note)).all()


@app.get("/api/violated/active_user")
def by_activity(session: SessionDep, me: UserId):
    user = session.get(User, me)
    if not user.email:
        raise HTTPException(403)
    return session.exec(select(Note)).all()


@app.get("/api/violated/no_foreign_key/{note_id}")
def child_without_key(note_id: int, session: SessionDep, me: UserId):
    return session.exec(select(Line).where(Line.note_id == note_id)).all()


@app.get("/api/proved/no_foreign_key/{note_id}")
def child_of_my_note(note_id: int, session: SessionDep, me: UserId):
    note = session.get(Note, note_id)
    if note is None or note.owner_id != me:
        raise HTTPException(404)
    return session.exec(select(Line).where(Line.note_id == note_id)).all()


@app.get("/api/unknown/asked_of_a_library/{note_id}")
def asked_of_a_library(note_id: int, session: SessionDep, me: UserId):
    note = session.get(Note, note_id)
    if not allowed(me, "read", note):
        raise HTTPException(404)
    return note


@app.get("/api/violated/library_that_knows_no_row/{note_id}")
def library_that_knows_no_row(note_id: int, session: SessionDep, me: UserId):
    note = session.get(Note, note_id)
    if not allowed(me, "read"):
        raise HTTPException(404)
    return note


@app.get("/api/violated/library_that_knows_no_caller/{note_id}")
def library_that_knows_no_caller(note_id: int, session: SessionDep, me: UserId):
    note = session.get(Note, note_id)
    if not allowed("read", note):
        raise HTTPException(404)
    return note
