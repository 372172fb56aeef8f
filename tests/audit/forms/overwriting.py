"""New rows that take the place of rows which are there."""

from fastapi import FastAPI, HTTPException
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import SQLModel

from base import Note, SessionDep, UserId

app = FastAPI()


class Words(SQLModel):
    text: str


class Whole(SQLModel):
    id: int
    text: str


@app.put("/api/violated/merged/{note_id}")
def of_merged(note_id: int, body: Words, session: SessionDep, me: UserId):
    session.merge(Note(id=note_id, owner_id=me, text=body.text))
    session.commit()


@app.put("/api/violated/merged_body")
def of_merged_body(body: Whole, session: SessionDep, me: UserId):
    session.merge(Note(**body.model_dump(), owner_id=me))
    session.commit()


@app.post("/api/proved/merged_new")
def by_merged_new(body: Words, session: SessionDep, me: UserId):
    session.merge(Note(**body.model_dump(), owner_id=me))
    session.commit()


@app.put("/api/proved/merged_own/{note_id}")
def by_merged_own(note_id: int, body: Words, session: SessionDep, me: UserId):
    found = session.get(Note, note_id)
    if found is None or found.owner_id != me:
        raise HTTPException(404)
    session.merge(Note(id=note_id, owner_id=me, text=body.text))
    session.commit()


@app.put("/api/unknown/upsert/{note_id}")
def of_upsert(note_id: int, body: Words, session: SessionDep, me: UserId):
    made = insert(Note).values(id=note_id, owner_id=me, text=body.text)
    session.execute(made.on_conflict_do_update(index_elements=["id"], set_={"text": body.text}))
    session.commit()


@app.put("/api/proved/upsert/{note_id}")
def by_upsert(note_id: int, body: Words, session: SessionDep, me: UserId):
    made = insert(Note).values(id=note_id, owner_id=me, text=body.text)
    changed = {"text": body.text}
    session.execute(
        made.on_conflict_do_update(index_elements=["id"], set_=changed, where=Note.owner_id == me)
    )
    session.commit()
