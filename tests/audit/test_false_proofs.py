"""What looks like a check and is none never proves anything; its sound twin still does."""

from collections.abc import Callable

import pytest

from sdd.audit import AuditReport, Verdict

Auditor = Callable[..., AuditReport]

_HEAD = """
import asyncio
from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel
from sqlmodel import delete, or_, select, text, union
import jwt
from base import SECRET, Attachment, Bearer, Note, SessionDep, UserId, bearer
app = FastAPI()
class NoteIn(BaseModel):
    text: str
class OwnedIn(BaseModel):
    text: str
    owner_id: int
"""

BROKEN = {
    "finally returns over the guard": """
@app.get("/api/notes/{note_id}")
def handler(note_id: int, session: SessionDep, user_id: UserId):
    note = session.get(Note, note_id)
    try:
        if note.owner_id != user_id:
            raise HTTPException(403)
    finally:
        return note
""",
    "finally breaks out of a loop": """
@app.get("/api/notes/{note_id}")
def handler(note_id: int, session: SessionDep, user_id: UserId):
    note = session.get(Note, note_id)
    while True:
        try:
            if note.owner_id != user_id:
                raise HTTPException(403)
        finally:
            break
    return note
""",
    "finally deletes before the guard's exception leaves": """
@app.delete("/api/notes/{note_id}")
def handler(note_id: int, session: SessionDep, user_id: UserId):
    note = session.get(Note, note_id)
    try:
        if note.owner_id != user_id:
            raise HTTPException(403)
    finally:
        session.delete(note)
        session.commit()
""",
    "loop over other rows": """
@app.get("/api/notes/{note_id}")
def handler(note_id: int, session: SessionDep, user_id: UserId):
    note = session.get(Note, note_id)
    for attachment in session.exec(select(Attachment).where(Attachment.note_id == note_id)).all():
        if note.owner_id != user_id:
            raise HTTPException(403)
    return note
""",
    "loop that may not run": """
@app.get("/api/notes/{note_id}")
def handler(note_id: int, times: int, session: SessionDep, user_id: UserId):
    note = session.get(Note, note_id)
    while times > 0:
        if note.owner_id != user_id:
            raise HTTPException(403)
        times = times - 1
    return note
""",
    "union with everything": """
@app.get("/api/notes")
def handler(session: SessionDep, user_id: UserId):
    return session.exec(select(Note).where(Note.owner_id == user_id).union(select(Note))).all()
""",
    "union function": """
@app.get("/api/notes")
def handler(session: SessionDep, user_id: UserId):
    own = select(Note).where(Note.owner_id == user_id)
    return session.exec(union(own, select(Note))).all()
""",
}

SOUND = {
    "finally that only closes": """
@app.get("/api/notes/{note_id}")
def handler(note_id: int, session: SessionDep, user_id: UserId):
    note = session.get(Note, note_id)
    try:
        if not note or note.owner_id != user_id:
            raise HTTPException(403)
        return note
    finally:
        session.close()
""",
    "finally that counts": """
@app.delete("/api/notes/{note_id}")
def handler(note_id: int, session: SessionDep, user_id: UserId):
    try:
        note = session.get(Note, note_id)
        if not note or note.owner_id != user_id:
            raise HTTPException(403)
        session.delete(note)
    finally:
        print("done")
        session.commit()
    return {}
""",
    "loop over the rows themselves": """
@app.get("/api/notes")
def handler(session: SessionDep, user_id: UserId):
    notes = session.exec(select(Note)).all()
    for note in notes:
        if note.owner_id != user_id:
            raise HTTPException(403)
    return notes
""",
    "union of own rows": """
@app.get("/api/notes")
def handler(session: SessionDep, user_id: UserId):
    own = select(Note).where(Note.owner_id == user_id, Note.text == "a")
    return session.exec(own.union(select(Note).where(Note.owner_id == user_id))).all()
""",
}

# Verifiers that the route below trusts.
_READS = """
@app.get("/api/notes")
def handler(session: SessionDep, me=Depends(caller)):
    return session.exec(select(Note).where(Note.owner_id == me)).all()
"""

BROKEN_VERIFIERS = {
    "finally returns over the failed check": """
def caller(credentials: Bearer):
    claims = {}
    try:
        claims = jwt.decode(credentials.credentials, SECRET, algorithms=["HS256"])
    finally:
        return claims.get("sub", 1)
""",
    "key from the token's header": """
def caller(credentials: Bearer):
    token = credentials.credentials
    key = jwt.get_unverified_header(token)["kid"]
    return jwt.decode(token, key, algorithms=["HS256"])["sub"]
""",
    "key set named by the token": """
def caller(credentials: Bearer):
    token = credentials.credentials
    keys = jwt.PyJWKClient(jwt.get_unverified_header(token)["jku"])
    key = keys.get_signing_key_from_jwt(token).key
    return jwt.decode(token, key, algorithms=["RS256"])["sub"]
""",
}

SOUND_VERIFIERS = {
    "key picked among the server's own": """
KEYS = {"a": SECRET}
def caller(credentials: Bearer):
    token = credentials.credentials
    key = KEYS[jwt.get_unverified_header(token)["kid"]]
    return jwt.decode(token, key, algorithms=["HS256"])["sub"]
""",
    "key set of the issuer": """
keys = jwt.PyJWKClient("https://issuer.example/keys")
def caller(credentials: Bearer):
    token = credentials.credentials
    key = keys.get_signing_key_from_jwt(token).key
    return jwt.decode(token, key, algorithms=["RS256"])["sub"]
""",
}


@pytest.mark.parametrize("form", BROKEN)
def test_what_checks_nothing_proves_nothing(
    form: str, base_file: str, audit_files: Auditor
) -> None:
    """The access is violated although a guard stands nearby."""
    report = audit_files({"main.py": _HEAD + BROKEN[form], "base.py": base_file})

    (route,) = report.routes
    assert route.isolation is Verdict.VIOLATED, [access.because for access in route.accesses]


@pytest.mark.parametrize("form", SOUND)
def test_the_sound_twin_is_proved(form: str, base_file: str, audit_files: Auditor) -> None:
    """What differs from a broken form by what makes it right is proved."""
    report = audit_files({"main.py": _HEAD + SOUND[form], "base.py": base_file})

    (route,) = report.routes
    assert route.verdict is Verdict.PROVED, [access.because for access in route.accesses]
    assert route.accesses


@pytest.mark.parametrize("form", BROKEN_VERIFIERS)
def test_a_verifier_that_lets_anybody_in_is_seen(
    form: str, base_file: str, audit_files: Auditor
) -> None:
    """The route behind it is open."""
    report = audit_files({"main.py": _HEAD + BROKEN_VERIFIERS[form] + _READS, "base.py": base_file})

    (route,) = report.routes
    assert route.auth.verdict is Verdict.VIOLATED


@pytest.mark.parametrize("form", SOUND_VERIFIERS)
def test_a_verifier_with_the_servers_keys_is_trusted(
    form: str, base_file: str, audit_files: Auditor
) -> None:
    """Which key is used may depend on the token, as long as the key does not."""
    report = audit_files({"main.py": _HEAD + SOUND_VERIFIERS[form] + _READS, "base.py": base_file})

    (route,) = report.routes
    assert route.verdict is Verdict.PROVED, route.auth.because
