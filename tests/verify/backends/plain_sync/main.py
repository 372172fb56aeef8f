"""Notes in one file: synchronous, integer ids, 404 for the rows of others."""

import os
import re
from contextlib import asynccontextmanager
from datetime import datetime, timezone

import jwt
from fastapi import Depends, FastAPI, HTTPException, Query
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel
from sqlmodel import Field, Session, SQLModel, create_engine, func, select

SECRET = os.environ["JWT_SECRET"]
engine = create_engine(os.environ.get("DATABASE_URL", "sqlite:///notes.db"), connect_args={"check_same_thread": False})


class Note(SQLModel, table=True):
    __tablename__ = "notes"

    id: int | None = Field(default=None, primary_key=True)
    owner_id: str = Field(index=True, max_length=64)
    title: str = Field(max_length=120)
    body: str | None = Field(default=None, max_length=5000)
    pinned: bool = Field(default=False)
    created_at: datetime = Field(default_factory=lambda: datetime.now(timezone.utc))


class NoteIn(BaseModel):
    title: str = Field(min_length=1, max_length=120)
    body: str | None = Field(default=None, max_length=5000)
    pinned: bool = False


class NotePatch(BaseModel):
    title: str | None = Field(default=None, min_length=1, max_length=120)
    body: str | None = Field(default=None, max_length=5000)
    pinned: bool | None = None


class Counts(BaseModel):
    total: int
    pinned: int


@asynccontextmanager
async def lifespan(app):
    SQLModel.metadata.create_all(engine)
    yield


app = FastAPI(title="Notes", lifespan=lifespan)
bearer = HTTPBearer(auto_error=False)


def current_user(credentials: HTTPAuthorizationCredentials | None = Depends(bearer)) -> str:
    if credentials is None:
        raise HTTPException(401, "Not authenticated", {"WWW-Authenticate": "Bearer"})
    try:
        payload = jwt.decode(credentials.credentials, SECRET, algorithms=["HS256"], options={"require": ["exp", "iat", "sub"]})
    except jwt.PyJWTError:
        raise HTTPException(401, "Invalid token", {"WWW-Authenticate": "Bearer"}) from None
    subject = payload["sub"]
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", subject):
        raise HTTPException(401, "Invalid token", {"WWW-Authenticate": "Bearer"})
    return subject


def get_session():
    with Session(engine) as session:
        yield session


def find_note(note_id: int, user: str, session: Session) -> Note:
    note = session.exec(select(Note).where(Note.id == note_id, Note.owner_id == user)).first()
    if note is None:
        raise HTTPException(404, "Note not found")
    return note


@app.get("/health")
def health():
    return {"ok": True}


@app.get("/notes", response_model=list[Note])
def list_notes(
    q: str | None = Query(default=None, max_length=50),
    pinned: bool | None = None,
    limit: int = Query(default=20, ge=1, le=100),
    user: str = Depends(current_user),
    session: Session = Depends(get_session),
):
    query = select(Note).where(Note.owner_id == user)
    if q:
        query = query.where(Note.title.contains(q))
    if pinned is not None:
        query = query.where(Note.pinned == pinned)
    return session.exec(query.limit(limit)).all()


@app.post("/notes", response_model=Note, status_code=201)
def create_note(data: NoteIn, user: str = Depends(current_user), session: Session = Depends(get_session)):
    note = Note(owner_id=user, **data.model_dump())
    session.add(note)
    session.commit()
    session.refresh(note)
    return note


@app.get("/notes/counts", response_model=Counts)
def count_notes(user: str = Depends(current_user), session: Session = Depends(get_session)):
    mine = select(func.count()).select_from(Note).where(Note.owner_id == user)
    return Counts(total=session.exec(mine).one(), pinned=session.exec(mine.where(Note.pinned)).one())


@app.get("/notes/{note_id}", response_model=Note)
def read_note(note_id: int, user: str = Depends(current_user), session: Session = Depends(get_session)):
    return find_note(note_id, user, session)


@app.patch("/notes/{note_id}", response_model=Note)
def change_note(note_id: int, data: NotePatch, user: str = Depends(current_user), session: Session = Depends(get_session)):
    note = find_note(note_id, user, session)
    for name, value in data.model_dump(exclude_unset=True).items():
        setattr(note, name, value)
    session.add(note)
    session.commit()
    session.refresh(note)
    return note


@app.delete("/notes/{note_id}", status_code=204)
def delete_note(note_id: int, user: str = Depends(current_user), session: Session = Depends(get_session)):
    session.delete(find_note(note_id, user, session))
    session.commit()
