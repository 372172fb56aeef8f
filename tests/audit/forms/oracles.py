"""Rows that leave without being shown: they decide the answer, or are copied into the caller's."""

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel
from sqlmodel import func, select

from base import Attachment, Note, SessionDep, User, UserId

app = FastAPI()


class Wanted(BaseModel):
    text: str


def every(session):
    return session.exec(select(Note)).all()


def mine(session, me):
    return session.exec(select(Note).where(Note.owner_id == me)).all()


@app.post("/api/violated/any")
def any_of_all(wanted: Wanted, session: SessionDep, me: UserId):
    return {"known": any(note.text == wanted.text for note in every(session))}


@app.post("/api/proved/any")
def any_of_mine(wanted: Wanted, session: SessionDep, me: UserId):
    return {"known": any(note.text == wanted.text for note in mine(session, me))}


@app.post("/api/violated/all")
def all_of_all(wanted: Wanted, session: SessionDep, me: UserId):
    return {"same": all(note.text == wanted.text for note in every(session))}


@app.get("/api/violated/if_rows")
def if_any_rows(word: str, session: SessionDep, me: UserId):
    rows = session.exec(select(Note).where(Note.text.contains(word))).all()
    if rows:
        return {"found": True}
    return {"found": False}


@app.get("/api/proved/if_rows")
def if_my_rows(word: str, session: SessionDep, me: UserId):
    rows = session.exec(select(Note).where(Note.text.contains(word), Note.owner_id == me)).all()
    if rows:
        return {"found": True}
    return {"found": False}


@app.get("/api/violated/if_first")
def if_first(word: str, session: SessionDep, me: UserId):
    found = session.exec(select(Note).where(Note.text == word)).first()
    return {"found": "yes" if found else "no"}


@app.get("/api/violated/next")
def next_of_all(word: str, session: SessionDep, me: UserId):
    found = next((note for note in every(session) if note.text == word), None)
    return {"found": found is not None}


@app.get("/api/violated/comparison/{key}")
def compared(key: int, word: str, session: SessionDep, me: UserId):
    note = session.get(Note, key)
    return {"same": note.text == word}


@app.get("/api/proved/comparison/{key}")
def compared_mine(key: int, word: str, session: SessionDep, me: UserId):
    note = session.get(Note, key)
    if note is None or note.owner_id != me:
        raise HTTPException(404)
    return {"same": note.text == word}


@app.get("/api/proved/said_not_found/{key}")
def said_not_found(key: int, session: SessionDep, me: UserId):
    note = session.get(Note, key)
    if note is None:
        return {"error": "not found"}
    if note.owner_id != me:
        return {"error": "not yours"}
    return note


@app.get("/api/none/known_name")
def known_name(email: str, session: SessionDep, me: UserId):
    taken = session.exec(select(User).where(User.email == email)).first()
    return {"free": taken is None}


@app.get("/api/violated/detail")
def in_detail(session: SessionDep, me: UserId):
    rows = every(session)
    if len(rows) > 3:
        raise HTTPException(400, detail=rows[0].text)
    return {}


@app.get("/api/violated/detail_alone")
def only_in_detail(session: SessionDep, me: UserId):
    raise HTTPException(400, detail=f"first is {every(session)[0].text}")


@app.get("/api/violated/detail_header")
def in_exception_header(session: SessionDep, me: UserId):
    rows = every(session)
    if rows:
        raise HTTPException(400, headers={"X-First": rows[0].text})
    return {}


@app.get("/api/proved/detail")
def mine_in_detail(session: SessionDep, me: UserId):
    rows = mine(session, me)
    if len(rows) > 3:
        raise HTTPException(400, detail=rows[0].text)
    return rows


@app.post("/api/violated/copied")
def copied(session: SessionDep, me: UserId):
    for row in every(session):
        session.add(Note(owner_id=me, text=row.text))
    session.commit()


@app.post("/api/proved/copied")
def copied_mine(session: SessionDep, me: UserId):
    for row in mine(session, me):
        session.add(Note(owner_id=me, text=row.text))
    session.commit()


@app.post("/api/violated/copied_column/{mine_key}/{key}")
def copied_column(mine_key: int, key: int, session: SessionDep, me: UserId):
    own = session.get(Note, mine_key)
    other = session.get(Note, key)
    if own is None or own.owner_id != me:
        raise HTTPException(404)
    own.text = other.text
    session.commit()
    return own


@app.post("/api/violated/copied_whole/{key}")
def copied_whole(key: int, session: SessionDep, me: UserId):
    other = session.get(Note, key)
    session.add(Note(**{**other.model_dump(), "id": None, "owner_id": me}))
    session.commit()


@app.post("/api/proved/numbered")
def numbered(session: SessionDep, me: UserId):
    count = session.exec(select(func.count(Note.id))).one()
    session.add(Note(owner_id=me, text=str(count + 1)))
    session.commit()


@app.post("/api/proved/refused_twice")
def unique_text(wanted: Wanted, session: SessionDep, me: UserId):
    if session.exec(select(Note).where(Note.text == wanted.text)).first():
        raise HTTPException(409, "that text is taken")
    session.add(Note(owner_id=me, text=wanted.text))
    session.commit()


@app.post("/api/proved/child")
def child_of_mine(key: int, session: SessionDep, me: UserId):
    note = session.get(Note, key)
    if note is None or note.owner_id != me:
        raise HTTPException(404)
    session.add(Attachment(note_id=note.id, name=note.text))
    session.commit()
