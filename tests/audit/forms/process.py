"""What the process keeps for everybody, and who becomes more than a user."""

import csv

from fastapi import FastAPI
from fastapi.responses import FileResponse
from pydantic import BaseModel
from sqlmodel import Field, SQLModel, select

from base import SessionDep, User, UserId

app = FastAPI()
entries = []
names = ["one", "two"]


class Entry(BaseModel):
    words: str


@app.post("/api/open/entries")
def add_entry(entry: Entry):
    entries.append(entry.model_dump())
    return entry


@app.get("/api/open/entries_listed")
def list_entries():
    return entries


@app.get("/api/open/entries/found")
def find_entries(word: str):
    return [one for one in entries if word in one["words"]]


@app.put("/api/open/entries_changed/{number}")
def change_entry(number: int, entry: Entry):
    for one in entries:
        if one["number"] == number:
            one["words"] = entry.words


@app.delete("/api/open/entries/{number}")
def remove_entry(number: int):
    global entries
    entries = [one for one in entries if one["number"] != number]


@app.delete("/api/open/entries_cleared")
def remove_entries():
    entries.clear()


@app.get("/api/open/entries.csv")
def export_entries():
    with open("entries.csv", "w") as file:
        csv.DictWriter(file, ["words"]).writerows(entries)
    return FileResponse("entries.csv")


@app.get("/api/public/names")
def list_names():
    return names


@app.delete("/api/none/entries/{number}")
def remove_my_entry(number: int, me: UserId):
    entries.pop(number)


class NewUser(BaseModel):
    email: str
    password: str


@app.post("/api/public/sign_up")
def sign_up(user: NewUser, session: SessionDep):
    session.add(User(email=user.email, password_hash=hash(user.password)))
    session.commit()


@app.post("/api/open/sign_up_admin")  # [missing-authentication]
def sign_up_admin(user: NewUser, session: SessionDep):
    made = User(email=user.email, password_hash=hash(user.password))
    made.is_admin = True
    session.add(made)
    session.commit()


@app.post("/api/public/first_admin")
def first_admin(user: NewUser, session: SessionDep):
    if session.exec(select(User)).first() is None:
        session.add(User(email=user.email, password_hash=hash(user.password), is_admin=True))
        session.commit()


class Profile(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="user.id")
    name: str


@app.post("/api/public/sign_up_whole")
def sign_up_with_profile(user: NewUser, session: SessionDep):
    made = User(email=user.email, password_hash=hash(user.password))
    session.add(made)
    session.commit()
    found = session.exec(select(User).where(User.email == user.email)).one()
    session.add(Profile(user_id=found.id, name=user.email))
    session.commit()
