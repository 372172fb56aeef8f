"""Tables that take part in a statement under another name."""

from fastapi import FastAPI
from sqlalchemy.orm import aliased
from sqlmodel import select

from base import Note, SessionDep, UserId

app = FastAPI()
Mine = aliased(Note)
Other = aliased(Note, name="other")


@app.get("/api/proved/alias")
def by_alias(session: SessionDep, me: UserId):
    return session.exec(select(Mine).where(Mine.owner_id == me)).all()


@app.get("/api/proved/both")
def by_both(session: SessionDep, me: UserId):
    both = select(Mine, Other).where(Mine.owner_id == me, Other.owner_id == me)
    return session.exec(both).all()


@app.get("/api/proved/same_row")
def by_same_row(session: SessionDep, me: UserId):
    same = select(Note).join(Mine, Mine.id == Note.id).where(Mine.owner_id == me)
    return session.exec(same).all()


@app.get("/api/violated/table_beside")
def by_table_beside(session: SessionDep, me: UserId):
    alike = select(Other).join(Note, Note.text == Other.text).where(Note.owner_id == me)
    return session.exec(alike).all()


@app.get("/api/violated/alias_beside")
def by_alias_beside(session: SessionDep, me: UserId):
    return session.exec(select(Note).where(Mine.owner_id == me)).all()


@app.get("/api/violated/one_of_two")
def by_one_of_two(session: SessionDep, me: UserId):
    return session.exec(select(Mine, Other).where(Mine.owner_id == me)).all()
