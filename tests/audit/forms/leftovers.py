"""What a request leaves in the process, where the next one, of somebody else, finds it."""

from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from sqlmodel import Field, SQLModel, select

from base import Note, SessionDep, UserId

app = FastAPI()


class Country(SQLModel, table=True):
    id: int = Field(primary_key=True)
    name: str


class Service:
    def __init__(self, session, me):
        self.session = session
        self.me = me

    def notes(self):
        return self.session.exec(select(Note).where(Note.owner_id == self.me)).all()


class Holder:
    me = None


service = None
holder = Holder()
notes_found = {}
listed = []
last = {}
countries = {}
statements = None


def one_service(session: SessionDep, me: UserId):
    global service
    if service is None:
        service = Service(session, me)
    return service


def new_service(session: SessionDep, me: UserId):
    return Service(session, me)


def remember(me: UserId):
    holder.me = me


@app.get("/api/unknown/one_service")
def by_one_service(service: Annotated[Service, Depends(one_service)]):
    return service.notes()


@app.get("/api/proved/new_service")
def by_new_service(service: Annotated[Service, Depends(new_service)]):
    return service.notes()


@app.get("/api/unknown/holder", dependencies=[Depends(remember)])
def by_holder(session: SessionDep):
    return session.exec(select(Note).where(Note.owner_id == holder.me)).all()


@app.get("/api/unknown/last")
def by_last(session: SessionDep, me: UserId):
    last["me"] = me
    return session.exec(select(Note).where(Note.owner_id == last["me"])).all()


@app.get("/api/unknown/found/{note_id}")
def by_found(note_id: int, session: SessionDep, me: UserId):
    if note_id not in notes_found:
        note = session.exec(select(Note).where(Note.id == note_id, Note.owner_id == me)).first()
        if note is None:
            raise HTTPException(404)
        notes_found[note_id] = note
    return notes_found[note_id]


@app.get("/api/unknown/listed")
def by_listed(session: SessionDep, me: UserId):
    listed.extend(session.exec(select(Note).where(Note.owner_id == me)).all())
    return listed


@app.get("/api/proved/shared/{country_id}")
def by_shared(country_id: int, session: SessionDep, me: UserId):
    if country_id not in countries:
        countries[country_id] = session.get(Country, country_id)
    notes = session.exec(select(Note).where(Note.owner_id == me)).all()
    return {"notes": notes, "country": countries[country_id]}


@app.get("/api/proved/own_statement")
def by_own_statement(session: SessionDep, me: UserId):
    global statements
    if statements is None:
        statements = select(Note)
    return session.exec(statements.where(Note.owner_id == me)).all()
