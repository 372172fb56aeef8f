"""Repositories, services and libraries that scope queries for their callers."""

from uuid import UUID

from fastapi import Depends, FastAPI, HTTPException
from fastcrud import FastCRUD
from pydantic import BaseModel
from sqlalchemy import text
from sqlmodel import Field, Relationship, SQLModel, delete, select, update

from base import Attachment, Note, SessionDep, Team, TeamMember, User, UserId

app = FastAPI()


class NoteIn(BaseModel):
    text: str


class NoteChange(BaseModel):
    text: str | None = None
    owner_id: int | None = None


class Book(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    reader_id: int = Field(foreign_key="reader.id")
    reader: "Reader" = Relationship(back_populates="books")
    title: str


class Reader(SQLModel, table=True):
    id: int = Field(primary_key=True, foreign_key="user.id")
    name: str
    books: list[Book] = Relationship(back_populates="reader")


class Repository:
    def __init__(self, session, model, user_id=None):
        self.session, self.model, self.user_id = session, model, user_id

    def _scope(self):
        return {"owner_id": self.user_id}

    def all(self):
        return self.session.query(self.model).filter_by(**self._scope()).all()

    def get(self, key):
        return self.session.query(self.model).filter_by(id=key, **self._scope()).first()

    def remove_many(self, keys):
        self.session.exec(delete(self.model).where(self.model.id.in_(keys)))
        self.session.commit()

    def remove_mine(self, keys):
        chosen = self.model.id.in_(keys)
        self.session.exec(delete(self.model).where(chosen, self.model.owner_id == self.user_id))
        self.session.commit()

    def filtered(self, user_id=None):
        found = select(self.model)
        if user_id is not None:
            found = found.where(self.model.owner_id == user_id)
        return self.session.exec(found).all()


class Service:
    def __init__(self, session, user):
        self.session, self.user = session, user

    @property
    def notes(self):
        return Repository(self.session, Note, self.user)

    def find(self, key):
        found = self.notes.get(key)
        if found is None:
            raise HTTPException(404)
        return found


def service(session: SessionDep, me: UserId) -> Service:
    return Service(session, me)


def owned(session, model, key, me):
    found = session.get(model, key)
    if found is None or found.owner_id != me:
        raise HTTPException(404)
    return found


def owns(session, key, me):
    note = session.get(Note, key)
    return note is not None and note.owner_id == me


@app.get("/api/proved/scope_state")
def scope_state(given: Service = Depends(service)):
    return given.notes.all()


@app.get("/api/proved/property/{key}")
def by_property(key: int, given: Service = Depends(service)):
    return given.find(key)


@app.delete("/api/violated/bulk")
def bulk(keys: list[int], given: Service = Depends(service)):
    given.notes.remove_many(keys)


@app.delete("/api/proved/bulk_mine")
def bulk_mine(keys: list[int], given: Service = Depends(service)):
    given.notes.remove_mine(keys)


@app.get("/api/violated/filter_left_out")
def filter_left_out(session: SessionDep, me: UserId):
    return Repository(session, Note).filtered()


@app.get("/api/proved/filter_given")
def filter_given(session: SessionDep, me: UserId):
    return Repository(session, Note).filtered(me)


@app.get("/api/proved/helper/{key}")
def by_helper(key: int, session: SessionDep, me: UserId):
    return owned(session, Note, key, me)


@app.delete("/api/proved/boolean/{key}")
def by_boolean(key: int, session: SessionDep, me: UserId):
    if not owns(session, key, me):
        raise HTTPException(404)
    session.delete(session.get(Note, key))
    session.commit()


@app.delete("/api/violated/boolean_ignored/{key}")
def by_ignored_boolean(key: int, session: SessionDep, me: UserId):
    owns(session, key, me)
    session.delete(session.get(Note, key))
    session.commit()


@app.get("/api/proved/relationship")
def by_relationship(session: SessionDep, me: UserId):
    reader = session.get(Reader, me)
    return reader.books


@app.get("/api/proved/cast")
def by_cast(session: SessionDep, me: UserId):
    return session.exec(select(Note).where(Note.owner_id == int(str(me)))).all()


@app.get("/api/proved/compared_texts/{key}")
def by_texts(key: int, session: SessionDep, me: UserId):
    note = session.get(Note, key)
    if not note or str(note.owner_id) != str(me):
        raise HTTPException(404)
    return note


@app.get("/api/proved/superuser/{key}")
def by_superuser(key: int, session: SessionDep, me: UserId):
    user = session.get(User, me)
    note = session.get(Note, key)
    if not note or (not user.is_admin and note.owner_id != me):
        raise HTTPException(404)
    return note


@app.get("/api/proved/bound_text")
def by_bound_text(session: SessionDep, me: UserId):
    return session.execute(text("SELECT * FROM note WHERE owner_id = :me"), {"me": me}).all()


@app.get("/api/violated/bound_text")  # [raw-sql-unscoped]
def all_by_text(session: SessionDep, me: UserId):
    return session.execute(text("SELECT * FROM note")).all()


@app.get("/api/proved/closure")
def by_closure(session: SessionDep, me: UserId):
    def found(word):
        return select(Note).where(Note.owner_id == me, Note.text.contains(word))

    return session.exec(found("x")).all()


@app.post("/api/proved/loop_over_ids")
def loop_over_ids(keys: list[int], session: SessionDep, me: UserId):
    found = session.exec(select(Note).where(Note.id.in_(keys), Note.owner_id == me)).all()
    for note in found:
        note.text = ""
    session.commit()


crud = FastCRUD(Note)


@app.get("/api/proved/crud_library")
async def by_crud_library(session: SessionDep, me: UserId):
    return await crud.get_multi(session, owner_id=me)


@app.get("/api/violated/crud_library")
async def all_by_crud_library(session: SessionDep, me: UserId):
    return await crud.get_multi(session)


@app.delete("/api/violated/crud_library/{key}")
async def delete_by_crud_library(key: int, session: SessionDep, me: UserId):
    await crud.delete(session, id=key)


@app.post("/api/proved/validate")
def by_validate(body: NoteIn, session: SessionDep, me: UserId):
    note = Note.model_validate(body, update={"owner_id": me})
    session.add(note)
    session.commit()
    return note


@app.patch("/api/violated/owner_by_body/{key}")  # [mass-assignment]
def owner_by_body(key: int, body: NoteChange, session: SessionDep, me: UserId):
    note = owned(session, Note, key, me)
    note.sqlmodel_update(body.model_dump(exclude_unset=True))
    session.commit()


@app.get("/api/violated/child/{note_id}/{key}")  # [unbound-child]
def unbound(note_id: int, key: int, session: SessionDep, me: UserId):
    owned(session, Note, note_id, me)
    return session.get(Attachment, key)


@app.get("/api/proved/child_first/{key}")
def child_first(key: int, session: SessionDep, me: UserId):
    found = session.get(Attachment, key)
    if found is None:
        raise HTTPException(404)
    owned(session, Note, found.note_id, me)
    return found


@app.get("/api/violated/path_user/{user_id}/{key}")  # [client-owner]
def by_path_user(user_id: int, key: int, session: SessionDep, me: UserId):
    note = session.get(Note, key)
    if note is None or note.owner_id != user_id:
        raise HTTPException(404)
    return note


@app.get("/api/violated/tenant/{team_id}")  # [unproven-tenant]
def by_tenant(team_id: int, session: SessionDep, me: UserId):
    return session.get(Team, team_id)


@app.get("/api/proved/tenant/{team_id}")
def by_membership(team_id: int, session: SessionDep, me: UserId):
    if not session.get(TeamMember, (team_id, me)):
        raise HTTPException(404)
    return session.get(Team, team_id)


class Invitation(BaseModel):
    email: str
    team_id: int


def invite(session, team_id, email):
    other = session.exec(select(User).where(User.email == email)).one()
    session.add(TeamMember(team_id=team_id, user_id=other.id))
    session.commit()


@app.post("/api/proved/invitation")
def to_my_team(body: Invitation, session: SessionDep, me: UserId):
    if session.get(TeamMember, (body.team_id, me)) is None:
        raise HTTPException(403)
    invite(session, body.team_id, body.email)


@app.post("/api/violated/invitation")
def to_any_team(body: Invitation, session: SessionDep, me: UserId):
    invite(session, body.team_id, body.email)


@app.get("/api/proved/fellow_member/{team_id}/{user_id}")
def fellow_member(team_id: int, user_id: int, session: SessionDep, me: UserId):
    if session.get(TeamMember, (team_id, me)) is None:
        raise HTTPException(403)
    return session.get(TeamMember, (team_id, user_id))


class Place(SQLModel, table=True):
    row: int = Field(primary_key=True)
    seat: int = Field(primary_key=True)
    owner_id: int = Field(foreign_key="user.id")


@app.get("/api/violated/same_row/{row}/{seat}")
def same_row(row: int, seat: int, session: SessionDep, me: UserId):
    chosen = select(Place).where(Place.row == row, Place.owner_id == me)
    if session.exec(chosen).first() is None:
        raise HTTPException(404)
    return session.get(Place, (row, seat))


@app.post("/api/violated/after_commit/{key}")  # [partial-ownership-check]
def after_commit(key: int, session: SessionDep, me: UserId):
    note = session.get(Note, key)
    note.text = ""
    session.commit()
    if note.owner_id != me:
        raise HTTPException(404)


@app.post("/api/proved/before_commit/{key}")
def before_commit(key: int, session: SessionDep, me: UserId):
    note = session.get(Note, key)
    note.text = ""
    if note.owner_id != me:
        raise HTTPException(404)
    session.commit()
