"""Rows that leave in unusual ways: what a library object was given goes out with it."""

import csv
import io
import json
from collections import OrderedDict, defaultdict

from fastapi import BackgroundTasks, FastAPI, Response, WebSocket
from fastapi.responses import FileResponse, PlainTextResponse, StreamingResponse
from sqlmodel import select

from base import Note, SessionDep, UserId

app = FastAPI()


def every(session):
    return session.exec(select(Note)).all()


def mine(session, me):
    return session.exec(select(Note).where(Note.owner_id == me)).all()


@app.get("/api/violated/csv")
def as_csv(session: SessionDep, me: UserId):
    out = io.StringIO()
    writer = csv.writer(out)
    for note in every(session):
        writer.writerow([note.id, note.text])
    return StreamingResponse(io.BytesIO(out.getvalue().encode()))


@app.get("/api/proved/csv")
def my_csv(session: SessionDep, me: UserId):
    out = io.StringIO()
    writer = csv.writer(out)
    for note in mine(session, me):
        writer.writerow([note.id, note.text])
    return StreamingResponse(io.BytesIO(out.getvalue().encode()))


@app.get("/api/violated/buffer")
def as_buffer(session: SessionDep, me: UserId):
    out = io.StringIO()
    for note in every(session):
        out.write(note.text)
    return PlainTextResponse(out.getvalue())


@app.get("/api/violated/setdefault")
def as_groups(session: SessionDep, me: UserId):
    groups = {}
    for note in every(session):
        groups.setdefault(note.owner_id, []).append(note.text)
    return groups


@app.get("/api/violated/defaultdict")
def as_default_groups(session: SessionDep, me: UserId):
    groups = defaultdict(list)
    for note in every(session):
        groups[note.owner_id].append(note.text)
    return groups


@app.get("/api/violated/ordered")
def as_ordered(session: SessionDep, me: UserId):
    found = OrderedDict()
    for note in every(session):
        found[note.id] = note
    return list(found.values())


@app.get("/api/violated/header")
def in_header(response: Response, session: SessionDep, me: UserId):
    response.headers["X-First"] = every(session)[0].text
    return {}


@app.get("/api/proved/header")
def my_header(response: Response, session: SessionDep, me: UserId):
    response.headers["X-First"] = mine(session, me)[0].text
    return {}


@app.get("/api/violated/cookie")
def in_cookie(response: Response, session: SessionDep, me: UserId):
    response.set_cookie("first", every(session)[0].text)
    return {}


@app.get("/api/violated/mail")
def by_mail(background: BackgroundTasks, to: str, session: SessionDep, me: UserId):
    from mailer import send

    background.add_task(send, to, [note.text for note in every(session)])
    return {}


@app.websocket("/api/violated/socket")
async def by_socket(socket: WebSocket, session: SessionDep, me: UserId):
    await socket.accept()
    await socket.send_json([note.text for note in every(session)])


@app.websocket("/api/proved/socket")
async def my_socket(socket: WebSocket, session: SessionDep, me: UserId):
    await socket.accept()
    await socket.send_json([note.text for note in mine(session, me)])


@app.get("/api/violated/file")
def by_file(session: SessionDep, me: UserId):
    with open("/tmp/notes", "w") as file:
        json.dump([note.text for note in every(session)], file)
    return FileResponse("/tmp/notes")


@app.get("/api/violated/sequence")
def by_pattern(session: SessionDep, me: UserId):
    match every(session):
        case [first, *rest]:
            return first
        case _:
            return None
