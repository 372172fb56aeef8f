"""What names, classes and statements mean: a class's names stay its own, its bases have an order."""

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPBasic, HTTPBasicCredentials
from passlib.context import CryptContext
from sqlalchemy import Delete, Select, delete, or_
from sqlalchemy.dialects.postgresql import Special
from sqlmodel import Field, SQLModel, select

from base import Note, SessionDep, User, UserId
from paging import paginate

app = FastAPI()
passwords = CryptContext(schemes=["argon2"])
basic = HTTPBasic()


class Label(SQLModel, table=True):
    id: int = Field(primary_key=True)
    owner_id: int | None = Field(default=None, foreign_key="user.id")
    name: str


class Store:
    """Methods that are called like the functions that they use."""

    def select(self, session, key):
        return session.exec(select(Note).where(Note.id == key)).first()

    def delete(self, session, key):
        session.exec(delete(Note).where(Note.id == key))
        session.commit()


store = Store()


@app.delete("/api/violated/method_like_function/{key}")
def method_like_function(key: int, session: SessionDep, me: UserId):
    store.delete(session, key)


@app.delete("/api/proved/method_like_function/{key}")
def guarded_method_like_function(key: int, session: SessionDep, me: UserId):
    found = store.select(session, key)
    if found is None or found.owner_id != me:
        raise HTTPException(404)
    store.delete(session, key)


class Rule:
    def allowed(self, note, me):
        raise NotImplementedError


class Base(Rule):
    pass


class Mine(Rule):
    def allowed(self, note, me):
        return note.owner_id == me


class Both(Base, Mine):
    pass


@app.get("/api/proved/diamond/{key}")
def diamond(key: int, session: SessionDep, me: UserId):
    note = session.get(Note, key)
    if note is None or not Both().allowed(note, me):
        raise HTTPException(404)
    return note


@app.get("/api/proved/statement_class")
def by_class(session: SessionDep, me: UserId):
    return session.exec(Select(Note).where(Note.owner_id == me)).all()


@app.get("/api/violated/statement_class")
def all_by_class(session: SessionDep, me: UserId):
    return session.exec(Select(Note)).all()


@app.delete("/api/violated/statement_class/{key}")
def delete_by_class(key: int, session: SessionDep, me: UserId):
    session.exec(Delete(Note).where(Note.id == key))
    session.commit()


@app.get("/api/unknown/foreign_statement")
def by_foreign_statement(session: SessionDep, me: UserId):
    return session.exec(Special(Note).where(Note.owner_id == me)).all()


@app.get("/api/proved/given_statement")
def given_statement(session: SessionDep, me: UserId):
    return paginate(session, select(Note).where(Note.owner_id == me))


@app.get("/api/violated/given_statement")
def given_loose_statement(session: SessionDep, me: UserId):
    return paginate(session, select(Note))


@app.get("/api/unknown/given_table")
def given_table(session: SessionDep, me: UserId):
    return paginate(session, Note)


@app.get("/api/proved/nobodys")
def mine_or_nobodys(session: SessionDep, me: UserId):
    return session.exec(select(Label).where(or_(Label.owner_id == me, Label.owner_id.is_(None)))).all()


@app.get("/api/violated/somebodys")
def mine_or_somebodys(session: SessionDep, me: UserId):
    found = or_(Label.owner_id == me, Label.owner_id.is_not(None))
    return session.exec(select(Label).where(found)).all()


def basic_user(session: SessionDep, given: HTTPBasicCredentials = Depends(basic)) -> User:
    user = session.exec(select(User).where(User.email == given.username)).first()
    if user is None or not passwords.verify(given.password, user.password_hash):
        raise HTTPException(401)
    return user


@app.get("/api/proved/basic")
def by_basic(session: SessionDep, user: User = Depends(basic_user)):
    return session.exec(select(Note).where(Note.owner_id == user.id)).all()


@app.get("/api/violated/basic")
def all_by_basic(session: SessionDep, user: User = Depends(basic_user)):
    return session.exec(select(Note)).all()
