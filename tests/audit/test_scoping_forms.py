"""How queries are confined in real code is understood, and what breaks them is seen."""

from collections.abc import Callable

import pytest

from sdd.audit import AuditReport, Verdict

Auditor = Callable[..., AuditReport]

_HEAD = """
from uuid import UUID
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request
from pydantic import BaseModel
from sqlalchemy import and_, or_
from sqlmodel import col, delete, func, select, update
from base import Attachment, Note, SessionDep, Team, TeamMember, User, UserId
app = FastAPI()
class NoteIn(BaseModel):
    text: str
"""

_MOVE = """
from pydantic.experimental.missing_sentinel import MISSING
class Change(BaseModel):
    note_id: int | None | MISSING = MISSING
@app.patch("/api/attachments/{key}")
def handler(key: int, body: Change, session: SessionDep, user_id: UserId):
    found = session.exec(
        select(Attachment).join(Note).where(Attachment.id == key, Note.owner_id == user_id)
    ).first()
    if found is None:
        raise HTTPException(404)
    if CONDITION:
        note = session.get(Note, body.note_id)
        if note is None or note.owner_id != user_id:
            raise HTTPException(404)
    found.sqlmodel_update(body.model_dump())
    session.add(found)
    session.commit()
    return found.id
"""

SAFE = {
    "a parent is checked where one is named": _MOVE.replace(
        "CONDITION", "body.note_id is not MISSING and body.note_id is not None"
    ),
    "where": """
@app.get("/api/notes")
def handler(session: SessionDep, user_id: UserId):
    return session.exec(select(Note).where(Note.owner_id == user_id)).all()
""",
    "and with operators": """
@app.get("/api/notes/{note_id}")
def handler(note_id: int, session: SessionDep, user_id: UserId):
    query = select(Note).where((Note.id == note_id) & (col(Note.owner_id) == user_id))
    return session.exec(query).first()
""",
    "swapped operands and a function": """
@app.get("/api/notes/{note_id}")
def handler(note_id: int, session: SessionDep, user_id: UserId):
    own = and_(user_id == Note.owner_id, Note.id == note_id)
    return session.exec(select(Note).where(own)).first()
""",
    "filter_by": """
@app.get("/api/notes")
def handler(session: SessionDep, user_id: UserId):
    return session.query(Note).filter_by(owner_id=user_id).all()
""",
    "keywords from a method": """
class Notes:
    def __init__(self, session, user_id):
        self.session = session
        self.user_id = user_id
    def _scope(self):
        return {"owner_id": self.user_id}
    def all(self):
        return self.session.query(Note).filter_by(**self._scope()).all()
@app.get("/api/notes")
def handler(session: SessionDep, user_id: UserId):
    return Notes(session, user_id).all()
""",
    "check after the fetch, compared as texts": """
@app.get("/api/notes/{note_id}")
def handler(note_id: int, session: SessionDep, user_id: UserId):
    note = session.get(Note, note_id)
    if not note:
        raise HTTPException(404)
    if str(note.owner_id) != str(user_id):
        raise HTTPException(403)
    return note
""",
    "superuser escape": """
@app.get("/api/notes/{note_id}")
def handler(note_id: int, session: SessionDep, user_id: UserId):
    me = session.get(User, user_id)
    note = session.get(Note, note_id)
    if not me.is_admin and note.owner_id != me.id:
        raise HTTPException(403)
    return note
""",
    "both branches by role": """
@app.get("/api/notes")
def handler(session: SessionDep, user_id: UserId):
    me = session.get(User, user_id)
    if me.is_admin:
        notes = session.exec(select(Note)).all()
    else:
        notes = session.exec(select(Note).where(Note.owner_id == me.id)).all()
    return notes
""",
    "boolean checker": """
def owns(session, note_id, user_id) -> bool:
    note = session.get(Note, note_id)
    return note is not None and note.owner_id == user_id
@app.delete("/api/notes/{note_id}")
def handler(note_id: int, session: SessionDep, user_id: UserId):
    if not owns(session, note_id, user_id):
        raise HTTPException(404)
    session.delete(session.get(Note, note_id))
    session.commit()
""",
    "checker that raises or returns": """
class NotFound(Exception): ...
async def own_note(session, note_id, user_id):
    note = session.exec(select(Note).where(Note.id == note_id)).one_or_none()
    if note is None or note.owner_id != user_id:
        raise NotFound()
    return note
@app.patch("/api/notes/{note_id}")
async def handler(note_id: int, body: NoteIn, session: SessionDep, user_id: UserId):
    try:
        note = await own_note(session, note_id, user_id)
    except NotFound:
        raise HTTPException(404)
    for key, value in body.model_dump(exclude_unset=True).items():
        setattr(note, key, value)
    session.add(note)
    session.commit()
    return note
""",
    "parent, then child": """
@app.get("/api/notes/{note_id}/attachments")
def handler(note_id: int, session: SessionDep, user_id: UserId):
    note = session.exec(select(Note).where(Note.id == note_id, Note.owner_id == user_id)).first()
    if note is None:
        raise HTTPException(404)
    return session.exec(select(Attachment).where(Attachment.note_id == note.id)).all()
""",
    "child, then parent": """
@app.delete("/api/attachments/{attachment_id}")
def handler(attachment_id: int, session: SessionDep, user_id: UserId):
    attachment = session.get(Attachment, attachment_id)
    if attachment is None:
        raise HTTPException(404)
    note = session.get(Note, attachment.note_id)
    if note is None or note.owner_id != user_id:
        raise HTTPException(404)
    session.delete(attachment)
    session.commit()
""",
    "subquery": """
@app.get("/api/attachments")
def handler(session: SessionDep, user_id: UserId):
    mine = select(Note.id).where(Note.owner_id == user_id)
    return session.exec(select(Attachment).where(Attachment.note_id.in_(mine))).all()
""",
    "bulk statements": """
@app.delete("/api/notes")
def handler(session: SessionDep, user_id: UserId):
    session.exec(update(Note).where(Note.owner_id == user_id).values(text=""))
    session.exec(delete(Note).where(Note.owner_id == user_id))
    session.commit()
""",
    "count": """
@app.get("/api/notes/count")
def handler(session: SessionDep, user_id: UserId):
    query = select(func.count()).select_from(Note)
    return session.exec(query.where(Note.owner_id == user_id)).one()
""",
    "conditions gathered in a list": """
@app.get("/api/notes")
def handler(session: SessionDep, user_id: UserId, text: str | None = None):
    conditions = [Note.owner_id == user_id]
    if text:
        conditions.append(Note.text.contains(text))
    return session.exec(select(Note).where(*conditions)).all()
""",
    "validated with the owner": """
@app.post("/api/notes")
def handler(body: NoteIn, session: SessionDep, user_id: UserId):
    note = Note.model_validate(body, update={"owner_id": user_id})
    session.add(note)
    session.commit()
    session.refresh(note)
    return note
""",
    "generic repository": """
class Repository:
    def __init__(self, model):
        self.model = model
    def get(self, session, key, owner):
        return session.exec(
            select(self.model).where(self.model.id == key, self.model.owner_id == owner)
        ).first()
notes = Repository(Note)
@app.get("/api/notes/{note_id}")
def handler(note_id: int, session: SessionDep, user_id: UserId):
    found = notes.get(session, note_id, user_id)
    if not found:
        raise HTTPException(404)
    return found
""",
    "service from a dependency": """
class NoteService:
    def __init__(self, session: SessionDep, user_id: UserId):
        self.session, self.user_id = session, user_id
    def all(self):
        return self.session.exec(select(Note).where(Note.owner_id == self.user_id)).all()
@app.get("/api/notes")
def handler(service: NoteService = Depends()):
    return service.all()
""",
    "filtered in Python": """
@app.get("/api/notes")
def handler(session: SessionDep, user_id: UserId):
    return [note for note in session.exec(select(Note)).all() if note.owner_id == user_id]
""",
    "every item checked": """
@app.post("/api/notes/delete")
def handler(ids: list[int], session: SessionDep, user_id: UserId):
    notes = session.exec(select(Note).where(Note.id.in_(ids))).all()
    for note in notes:
        if note.owner_id != user_id:
            raise HTTPException(403)
    for note in notes:
        session.delete(note)
    session.commit()
""",
    "SQL text": """
from sqlalchemy import text
@app.get("/api/notes")
def handler(session: SessionDep, user_id: UserId):
    rows = session.execute(text("SELECT * FROM note WHERE owner_id = :owner"), {"owner": user_id})
    return rows.fetchall()
""",
    "middleware": """
import jwt
from base import SECRET
@app.middleware("http")
async def authenticate(request: Request, call_next):
    if request.url.path in ("/health", "/docs"):
        return await call_next(request)
    try:
        token = request.headers.get("Authorization", "")[7:]
        claims = jwt.decode(token, SECRET, algorithms=["HS256"])
    except jwt.PyJWTError:
        return "401"
    request.state.user_id = claims["sub"]
    return await call_next(request)
@app.get("/api/notes")
def handler(request: Request, session: SessionDep):
    return session.exec(select(Note).where(Note.owner_id == request.state.user_id)).all()
""",
}

BROKEN = {
    "a parent is checked on some paths": _MOVE.replace(
        "CONDITION", "body.note_id is not MISSING and body.note_id != 7"
    ),
    "or instead of and": """
@app.get("/api/notes/{note_id}")
def handler(note_id: int, session: SessionDep, user_id: UserId):
    either = or_(Note.id == note_id, Note.owner_id == user_id)
    return session.exec(select(Note).where(either)).first()
""",
    "Python's and": """
@app.get("/api/notes/{note_id}")
def handler(note_id: int, session: SessionDep, user_id: UserId):
    query = select(Note).where(Note.id == note_id and Note.owner_id == user_id)
    return session.exec(query).first()
""",
    "negated": """
@app.get("/api/notes")
def handler(session: SessionDep, user_id: UserId):
    return session.exec(select(Note).where(Note.owner_id != user_id)).all()
""",
    "inverted guard": """
@app.get("/api/notes/{note_id}")
def handler(note_id: int, session: SessionDep, user_id: UserId):
    note = session.get(Note, note_id)
    if note is None or note.owner_id == user_id:
        raise HTTPException(404)
    return note
""",
    "checker ignored": """
def owns(session, note_id, user_id) -> bool:
    note = session.get(Note, note_id)
    return note is not None and note.owner_id == user_id
@app.delete("/api/notes/{note_id}")
def handler(note_id: int, session: SessionDep, user_id: UserId):
    owns(session, note_id, user_id)
    session.delete(session.get(Note, note_id))
    session.commit()
""",
    "exception swallowed": """
def check(note, user_id):
    if note.owner_id != user_id:
        raise HTTPException(403)
@app.delete("/api/notes/{note_id}")
def handler(note_id: int, session: SessionDep, user_id: UserId):
    note = session.get(Note, note_id)
    try:
        check(note, user_id)
    except Exception:
        pass
    session.delete(note)
    session.commit()
""",
    "check of one branch": """
@app.get("/api/notes/{note_id}")
def handler(note_id: int, session: SessionDep, user_id: UserId, fast: bool = False):
    note = session.get(Note, note_id)
    if not fast:
        if note.owner_id != user_id:
            raise HTTPException(403)
    return note
""",
    "another row is checked": """
@app.get("/api/notes/{note_id}")
def handler(note_id: int, other_id: int, session: SessionDep, user_id: UserId):
    other = session.get(Note, other_id)
    if other is None or other.owner_id != user_id:
        raise HTTPException(404)
    return session.get(Note, note_id)
""",
    "owner overwritten before the check": """
@app.patch("/api/notes/{note_id}")
def handler(note_id: int, session: SessionDep, user_id: UserId):
    note = session.get(Note, note_id)
    note.owner_id = user_id
    if note.owner_id != user_id:
        raise HTTPException(403)
    session.commit()
    return note
""",
    "loop that stops at the first": """
@app.post("/api/notes/delete")
def handler(ids: list[int], session: SessionDep, user_id: UserId):
    notes = session.exec(select(Note).where(Note.id.in_(ids))).all()
    for note in notes:
        if note.owner_id == user_id:
            break
    for note in notes:
        session.delete(note)
    session.commit()
""",
    "role that everybody has": """
@app.get("/api/notes/{note_id}")
def handler(note_id: int, session: SessionDep, user_id: UserId):
    me = session.get(User, user_id)
    if not me.email:
        raise HTTPException(403)
    return session.get(Note, note_id)
""",
    "joined to nothing": """
@app.get("/api/attachments/{attachment_id}")
def handler(attachment_id: int, session: SessionDep, user_id: UserId):
    return session.exec(
        select(Attachment).where(Attachment.id == attachment_id, Note.owner_id == user_id)
    ).first()
""",
    "bulk statement": """
@app.delete("/api/notes")
def handler(session: SessionDep, user_id: UserId):
    session.exec(delete(Note))
    session.commit()
""",
    "membership of another team": """
@app.get("/api/teams/{team_id}")
def handler(team_id: int, session: SessionDep, user_id: UserId):
    member = session.exec(select(TeamMember).where(TeamMember.user_id == user_id)).first()
    if member is None:
        raise HTTPException(404)
    return session.get(Team, team_id)
""",
    "SQL text": """
from sqlalchemy import text
@app.get("/api/notes/{note_id}")
def handler(note_id: int, session: SessionDep, user_id: UserId):
    rows = session.execute(text("SELECT * FROM note WHERE id = :key"), {"key": note_id})
    return rows.fetchone()
""",
}


@pytest.mark.parametrize("form", SAFE)
def test_a_confined_query_is_proved(form: str, base_file: str, audit_files: Auditor) -> None:
    """Authentication and every access of the route are proved."""
    report = audit_files({"main.py": _HEAD + SAFE[form], "base.py": base_file})

    (route,) = report.routes
    assert route.verdict is Verdict.PROVED, [access.because for access in route.accesses]
    assert route.accesses


@pytest.mark.parametrize("form", BROKEN)
def test_a_broken_query_is_violated(form: str, base_file: str, audit_files: Auditor) -> None:
    """The route is violated, and says how somebody would use it."""
    report = audit_files({"main.py": _HEAD + BROKEN[form], "base.py": base_file})

    (route,) = report.routes
    assert route.isolation is Verdict.VIOLATED, [access.because for access in route.accesses]
    assert all(access.attack for access in route.accesses if access.verdict is Verdict.VIOLATED)
