"""Journals with accounts of their own: register, log in, integer ids, a users table."""

import hashlib
import os
import secrets
import time

import jwt
from fastapi import Depends, FastAPI, HTTPException, status
from fastapi.security import OAuth2PasswordBearer
from pydantic import BaseModel
from sqlalchemy.pool import StaticPool
from sqlmodel import Field, Relationship, Session, SQLModel, create_engine, delete, func, select

KEY = os.environ["SECRET_KEY"]
# Everything in memory: the variable DATABASE_URL is not read at all.
engine = create_engine("sqlite://", connect_args={"check_same_thread": False}, poolclass=StaticPool)
application = FastAPI()
oauth2 = OAuth2PasswordBearer(tokenUrl="auth/login")


class User(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(unique=True)
    password_hash: str
    entries: list["Entry"] = Relationship(back_populates="author")


class Entry(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    author_id: int = Field(foreign_key="user.id")
    text: str
    mood: int = 3
    author: User = Relationship(back_populates="entries")


SQLModel.metadata.create_all(engine)


class Credentials(BaseModel):
    email: str = Field(regex=r"^\S+@\S+$", max_length=200)
    password: str = Field(min_length=8)


class EntryIn(BaseModel):
    text: str = Field(min_length=1)
    mood: int = Field(3, ge=1, le=5)


class EntryOut(BaseModel):
    id: int
    text: str
    mood: int


def digest(password: str) -> str:
    return hashlib.sha256(password.encode()).hexdigest()


def database():
    with Session(engine) as session:
        yield session


def current(token: str = Depends(oauth2), session: Session = Depends(database)) -> User:
    refusal = HTTPException(status.HTTP_401_UNAUTHORIZED, "bad token", {"WWW-Authenticate": "Bearer"})
    try:
        claims = jwt.decode(token, KEY, algorithms=["HS256"], options={"require": ["exp", "iat", "sub"]})
        number = int(claims["sub"])
        user = session.get(User, number) if abs(number) < 2**31 else None
    except (jwt.PyJWTError, ValueError):
        raise refusal
    if user is None:
        raise refusal
    return user


@application.post("/auth/register", status_code=201)
def register(body: Credentials, session: Session = Depends(database)):
    if session.exec(select(User).where(User.email == body.email)).first():
        raise HTTPException(409, "taken")
    session.add(User(email=body.email, password_hash=digest(body.password)))
    session.commit()
    return {"message": "welcome"}


@application.post("/auth/login")
def login(body: Credentials, session: Session = Depends(database)):
    user = session.exec(select(User).where(User.email == body.email)).first()
    if user is None or not secrets.compare_digest(user.password_hash, digest(body.password)):
        raise HTTPException(401, "wrong credentials")
    now = int(time.time())
    return {"access_token": jwt.encode({"sub": str(user.id), "iat": now, "exp": now + 600}, KEY), "token_type": "bearer"}


@application.get("/me")
def me(user: User = Depends(current)):
    return {"id": user.id, "email": user.email}


@application.get("/entries", response_model=list[EntryOut])
def entries(user: User = Depends(current)):
    return user.entries


@application.get("/entries/average")
def average(user: User = Depends(current), session: Session = Depends(database)):
    value = session.exec(select(func.avg(Entry.mood)).where(Entry.author_id == user.id)).one()
    return {"average": value, "count": len(user.entries)}


@application.post("/entries", response_model=EntryOut, status_code=201)
def write(body: EntryIn, user: User = Depends(current), session: Session = Depends(database)):
    entry = Entry(author_id=user.id, **body.model_dump())
    session.add(entry)
    session.commit()
    session.refresh(entry)
    return entry


@application.delete("/entries", status_code=204)
def burn(user: User = Depends(current), session: Session = Depends(database)):
    session.exec(delete(Entry).where(Entry.author_id == user.id))
    session.commit()


def owned(entry_id: int, user: User = Depends(current), session: Session = Depends(database)) -> Entry:
    entry = session.get(Entry, entry_id)
    if entry is None or entry.author_id != user.id:
        raise HTTPException(404, "no such entry")
    return entry


@application.get("/entries/{entry_id}", response_model=EntryOut)
def read(entry: Entry = Depends(owned)):
    return entry


@application.patch("/entries/{entry_id}", response_model=EntryOut)
def edit(body: EntryIn, entry: Entry = Depends(owned), session: Session = Depends(database)):
    entry.text, entry.mood = body.text, body.mood
    session.commit()
    session.refresh(entry)
    return entry


@application.delete("/entries/{entry_id}", status_code=204)
def tear_out(entry: Entry = Depends(owned), session: Session = Depends(database)):
    session.delete(entry)
    session.commit()
