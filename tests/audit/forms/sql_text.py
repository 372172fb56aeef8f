import sqlite3

from fastapi import FastAPI, HTTPException
from sqlalchemy import and_, or_, text
from sqlmodel import select

from base import Note, SessionDep, UserId

app = FastAPI()


@app.get("/api/violated/appended")  # [sql-injection]
def appended(session: SessionDep, me: UserId, title: str = ""):
    sql = "SELECT * FROM note WHERE owner_id = :me"
    if title:
        sql += f" AND text = '{title}'"
    return session.execute(text(sql), {"me": me}).all()


@app.get("/api/violated/beside_a_claim")  # [sql-injection]
def beside_a_claim(title: str, session: SessionDep, me: UserId):
    return session.execute(text(f"SELECT * FROM note WHERE owner_id = {me} AND text = '{title}'")).all()


@app.get("/api/violated/percent")  # [sql-injection]
def percent(title: str, session: SessionDep, me: UserId):
    return session.execute(text("SELECT * FROM note WHERE owner_id = :me AND text = '%s'" % title), {"me": me}).all()


@app.get("/api/violated/merged")  # [sql-injection]
def merged(session: SessionDep, me: UserId, tags: str = "", kind: str = "", word: str = "", sort: str = ""):
    query = select(Note).where(Note.owner_id == me)
    conditions = []
    if kind and kind != "all":
        if kind == "a":
            conditions.append(Note.text == "a")
        elif kind == "b":
            conditions.append(Note.text == "b")
    if word:
        conditions.append(Note.text == word)
    if tags:
        listed = [one.strip() for one in tags.split(",") if one.strip()]
        if listed:
            any_of = []
            for one in listed:
                any_of.append(text(f"'{one}' = ANY(tags)"))
            if any_of:
                conditions.append(or_(*any_of))
    if conditions:
        query = query.where(and_(*conditions))
    if sort:
        if sort == "text":
            query = query.order_by(Note.text) if word else query.order_by(Note.id)
        elif sort == "id":
            query = query.order_by(Note.id)
    else:
        query = query.order_by(Note.owner_id)
    return session.exec(query).all()


@app.get("/api/violated/order")  # [sql-injection]
def order(sort: str, session: SessionDep, me: UserId):
    return session.exec(select(Note).where(Note.owner_id == me).order_by(text(f"{sort} desc"))).all()


@app.get("/api/proved/listed_order")
def listed_order(sort: str, session: SessionDep, me: UserId):
    if sort not in ("id", "text"):
        raise HTTPException(400)
    return session.exec(select(Note).where(Note.owner_id == me).order_by(text(f"{sort} desc"))).all()


@app.get("/api/proved/number")
def number(most: int, session: SessionDep, me: UserId):
    return session.execute(text(f"SELECT * FROM note WHERE owner_id = :me LIMIT {most}"), {"me": me}).all()


@app.get("/api/violated/driver")  # [sql-injection]
def driver(title: str, me: UserId):
    return sqlite3.connect("x").execute(f"SELECT * FROM note WHERE owner_id = {me} AND text = '{title}'").fetchall()


@app.get("/api/violated/cursor")
def unscoped_cursor(title: str, me: UserId):
    cursor = sqlite3.connect("x").cursor()
    cursor.execute("SELECT * FROM note WHERE text = ?", (title,))
    return cursor.fetchall()


@app.get("/api/proved/cursor")
def scoped_cursor(title: str, me: UserId):
    cursor = sqlite3.connect("x").cursor()
    cursor.execute("SELECT * FROM note WHERE owner_id = ? AND text = ?", (me, title))
    return cursor.fetchall()


@app.get("/api/violated/asserted/{note_id}")
def asserted(note_id: int, session: SessionDep, me: UserId):
    note = session.get(Note, note_id)
    assert note.owner_id == me
    return note


@app.post("/api/proved/insert")
def insert(title: str, session: SessionDep, me: UserId):
    session.execute(text("INSERT INTO note (text, owner_id) VALUES (:text, :me)"), {"text": title, "me": me})
    session.commit()


@app.post("/api/violated/insert")
def insert_for_another(title: str, owner: str, session: SessionDep, me: UserId):
    session.execute(text("INSERT INTO note (text, owner_id) VALUES (:text, :me)"), {"text": title, "me": owner})
    session.commit()


@app.put("/api/violated/upsert/{note_id}")
def upsert(note_id: int, title: str, session: SessionDep, me: UserId):
    sql = "INSERT INTO note (id, text, owner_id) VALUES (:id, :text, :me) ON CONFLICT (id) DO UPDATE SET text = :text"
    session.execute(text(sql), {"id": note_id, "text": title, "me": me})
    session.commit()


@app.put("/api/proved/upsert/{note_id}")
def upsert_own(note_id: int, title: str, session: SessionDep, me: UserId):
    sql = (
        "INSERT INTO note (id, text, owner_id) VALUES (:id, :text, :me) ON CONFLICT (id) "
        "DO UPDATE SET text = excluded.text WHERE note.owner_id = excluded.owner_id"
    )
    session.execute(text(sql), {"id": note_id, "text": title, "me": me})
    session.commit()


@app.put("/api/unknown/insert_or_replace/{note_id}")
def insert_or_replace(note_id: int, title: str, session: SessionDep, me: UserId):
    sql = "INSERT OR REPLACE INTO note (id, text, owner_id) VALUES (:id, :text, :me)"
    session.execute(text(sql), {"id": note_id, "text": title, "me": me})
    session.commit()


@app.put("/api/violated/update_of_the_owner/{note_id}")
def update_of_the_owner(note_id: int, owner: str, session: SessionDep, me: UserId):
    sql = "UPDATE note SET owner_id = :owner WHERE id = :id AND owner_id = :me"
    session.execute(text(sql), {"id": note_id, "owner": owner, "me": me})
    session.commit()


@app.put("/api/proved/update/{note_id}")
def update(note_id: int, title: str, session: SessionDep, me: UserId):
    sql = "UPDATE note SET text = upper(:text) WHERE id = :id AND owner_id = :me"
    session.execute(text(sql), {"id": note_id, "text": title, "me": me})
    session.commit()
