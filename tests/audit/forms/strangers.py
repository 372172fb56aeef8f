"""What is asked for and is no table that is known: unknown, and never silently safe."""

from barrels import *  # noqa: F403
from base import Note, SessionDep, UserId
from beanie import Document
from fastapi import FastAPI
from motor.motor_asyncio import AsyncIOMotorClient
from sqlalchemy import Column, Integer, MetaData, Table
from sqlmodel import delete, func, insert, select, text, update
from warehouse import Crate, models, open_session

app = FastAPI()
mongo = AsyncIOMotorClient()["shop"]
crates = Table("crates", MetaData(), Column("id", Integer), Column("owner_id", Integer))


class Page(Document):
    owner_id: str


@app.get("/api/unknown/select")
def listed(session: SessionDep, user_id: UserId):
    return session.exec(select(Crate).where(Crate.owner_id == user_id)).all()


@app.get("/api/doubtful/select-without-a-caller")
def listed_by_anybody(session: SessionDep):
    return session.exec(select(Crate)).all()


@app.get("/api/unknown/query")
def queried(session: SessionDep, user_id: UserId):
    return session.query(Crate).filter(Crate.owner_id == user_id).all()


@app.get("/api/unknown/get/{crate_id}")
def fetched(crate_id: int, session: SessionDep, user_id: UserId):
    return session.get(Crate, crate_id)


@app.get("/api/unknown/beside-a-table")
def beside(session: SessionDep, user_id: UserId):
    return session.exec(select(Note, Crate).where(Note.owner_id == user_id)).all()


@app.get("/api/unknown/class-by-name/{name}")
def by_name(name: str, session: SessionDep, user_id: UserId):
    return session.exec(select(getattr(models, name))).all()


@app.get("/api/violated/core-table")
def core(session: SessionDep, user_id: UserId):
    return session.execute(crates.select()).all()


@app.get("/api/proved/core-columns")
def core_columns(session: SessionDep, user_id: UserId):
    return session.execute(select(crates.c.id).where(crates.c.owner_id == user_id)).all()


@app.delete("/api/violated/core-delete/{crate_id}")
def core_delete(crate_id: int, session: SessionDep, user_id: UserId):
    session.execute(crates.delete().where(crates.c.id == crate_id))
    session.commit()


@app.get("/api/violated/a-table-of-a-class")
def table_of_class(session: SessionDep, user_id: UserId):
    return session.execute(select(Note.__table__.c.text)).all()


@app.get("/api/violated/one-of-two-tables/{which}")
def one_of_two(which: str, session: SessionDep, user_id: UserId):
    table = Note if which == "notes" else Crate
    return session.exec(select(table)).all()


@app.get("/api/violated/any-column/{column}")
def any_column(column: str, session: SessionDep, user_id: UserId):
    return session.exec(select(getattr(Note, column))).all()


@app.get("/api/unknown/from-a-star-import")
def starred(session: SessionDep, user_id: UserId):
    return session.exec(select(Barrel)).all()  # noqa: F405


@app.get("/api/unknown/text-as-table")
def text_as_table(session: SessionDep, user_id: UserId):
    return session.execute(select(text("*")).select_from(text("note"))).all()


@app.get("/api/unknown/statement-from-elsewhere")
def from_elsewhere(session: SessionDep, user_id: UserId):
    return session.execute(models.statement_for(user_id)).all()


@app.delete("/api/unknown/delete-statement")
def emptied(session: SessionDep, user_id: UserId):
    session.exec(delete(Crate))
    session.commit()


@app.put("/api/unknown/update-statement/{crate_id}")
def changed(crate_id: int, session: SessionDep, user_id: UserId):
    session.exec(update(Crate).where(Crate.id == crate_id).values(name="x"))
    session.commit()


@app.post("/api/unknown/insert-statement")
def inserted(session: SessionDep, user_id: UserId):
    session.exec(insert(Crate).values(name="x"))
    session.commit()


@app.post("/api/unknown/add")
def added(session: SessionDep, user_id: UserId):
    session.add(Crate(owner_id=user_id))
    session.commit()


@app.delete("/api/unknown/delete-what-another-module-found")
def deleted(session: SessionDep, user_id: UserId):
    session.delete(models.newest())
    session.commit()


@app.get("/api/unknown/session-from-elsewhere")
def other_session(user_id: UserId):
    with open_session() as session:
        return session.query(Crate).all()


@app.get("/api/unknown/documents")
async def documents(user_id: UserId):
    return await mongo.notes.find({"owner_id": user_id}).to_list(10)


@app.delete("/api/unknown/documents/{key}")
async def delete_document(key: str, user_id: UserId):
    await mongo["notes"].delete_one({"_id": key})


@app.get("/api/unknown/object-documents/{key}")
async def object_document(key: str, user_id: UserId):
    return await Page.get(key)


@app.get("/api/violated/counted-over-a-subquery")
def counted(session: SessionDep, user_id: UserId):
    return session.exec(select(func.count()).select_from(select(Note).subquery())).one()


@app.get("/api/proved/own-counted-over-a-subquery")
def own_counted(session: SessionDep, user_id: UserId):
    own = select(Note).where(Note.owner_id == user_id)
    return session.exec(select(func.count()).select_from(own.subquery())).one()


@app.get("/api/violated/text-behind-a-table")
def from_text(session: SessionDep, user_id: UserId):
    return session.exec(select(Note).from_statement(text("SELECT * FROM note"))).all()


@app.get("/api/public/health")
def health(session: SessionDep):
    session.exec(select(1))
    session.execute(text("SELECT 1"))
    session.execute(select(func.now()))
    return {"status": "up"}
