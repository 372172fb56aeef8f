"""New rows that take the place of rows which are there."""

from fastapi import FastAPI, HTTPException
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, SQLModel

from base import Note, SessionDep, UserId

app = FastAPI()


class Words(SQLModel):
    text: str


class Whole(SQLModel):
    id: int
    text: str


class Label(SQLModel, table=True):
    owner_id: int = Field(primary_key=True)
    name: str = Field(primary_key=True)
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


@app.put("/api/violated/upsert/{note_id}")
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


@app.put("/api/violated/upsert_excluded/{note_id}")
def of_upsert_excluded(note_id: int, body: Words, session: SessionDep, me: UserId):
    made = insert(Note).values({"id": note_id, "owner_id": me, "text": body.text})
    changed = dict(text=made.excluded.text)
    session.execute(made.on_conflict_do_update(index_elements=[Note.id], set_=changed))
    session.commit()


@app.put("/api/violated/upsert_of_the_owner/{note_id}")
def of_upsert_owner(note_id: int, body: dict, session: SessionDep, me: UserId):
    made = insert(Note).values(id=note_id, owner_id=me, text="")
    session.execute(
        made.on_conflict_do_update(index_elements=["id"], set_=body, where=Note.owner_id == me)
    )
    session.commit()


@app.put("/api/proved/upsert_where_excluded/{note_id}")
def by_upsert_excluded(note_id: int, body: Words, session: SessionDep, me: UserId):
    made = insert(Note).values(id=note_id, owner_id=me, text=body.text)
    changed = {"text": made.excluded.text}
    mine = Note.owner_id == made.excluded.owner_id
    session.execute(made.on_conflict_do_update(index_elements=["id"], set_=changed, where=mine))
    session.commit()


@app.put("/api/proved/upsert_by_owner/{name}")
def by_upsert_of_own(name: str, body: Words, session: SessionDep, me: UserId):
    made = insert(Label).values(owner_id=me, name=name, text=body.text)
    changed = {"text": made.excluded.text, "owner_id": made.excluded.owner_id}
    session.execute(made.on_conflict_do_update(index_elements=["owner_id", "name"], set_=changed))
    session.commit()


@app.put("/api/proved/merged_by_owner/{name}")
def by_merged_of_own(name: str, body: Words, session: SessionDep, me: UserId):
    session.merge(Label(owner_id=me, name=name, text=body.text))
    session.commit()


@app.put("/api/unknown/upsert_by_constraint/{note_id}")
def of_constraint(note_id: int, body: Words, session: SessionDep, me: UserId):
    made = insert(Note).values(id=note_id, owner_id=me, text=body.text)
    changed = {"text": body.text}
    session.execute(made.on_conflict_do_update(constraint="note_pkey", set_=changed))
    session.commit()


@app.put("/api/unknown/replaced/{note_id}")
def of_replaced(note_id: int, body: Words, session: SessionDep, me: UserId):
    made = insert(Note).values(id=note_id, owner_id=me, text=body.text)
    session.execute(made.prefix_with("OR REPLACE"))
    session.commit()
