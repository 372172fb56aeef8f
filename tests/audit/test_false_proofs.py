"""What looks like a check and is none never proves anything; its sound twin still does."""

from collections.abc import Callable

import pytest

from sdd.audit import AuditReport, AuditSettings, Verdict

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
    "coroutine that nobody awaits": """
async def check(note, user_id):
    if note.owner_id != user_id:
        raise HTTPException(403)
@app.get("/api/notes/{note_id}")
async def handler(note_id: int, session: SessionDep, user_id: UserId):
    note = session.get(Note, note_id)
    check(note, user_id)
    return note
""",
    "truth of a coroutine": """
async def owns(note, user_id):
    return note.owner_id == user_id
@app.get("/api/notes/{note_id}")
async def handler(note_id: int, session: SessionDep, user_id: UserId):
    note = session.get(Note, note_id)
    if not owns(note, user_id):
        raise HTTPException(403)
    return note
""",
    "task that fails unheard": """
async def check(note, user_id):
    if note.owner_id != user_id:
        raise HTTPException(403)
@app.get("/api/notes/{note_id}")
async def handler(note_id: int, session: SessionDep, user_id: UserId):
    note = session.get(Note, note_id)
    asyncio.create_task(check(note, user_id))
    return note
""",
    "gather that keeps exceptions": """
async def check(note, user_id):
    if note.owner_id != user_id:
        raise HTTPException(403)
@app.get("/api/notes/{note_id}")
async def handler(note_id: int, session: SessionDep, user_id: UserId):
    note = session.get(Note, note_id)
    await asyncio.gather(check(note, user_id), return_exceptions=True)
    return note
""",
    "body merged over the owner": """
@app.post("/api/notes")
def handler(body: OwnedIn, session: SessionDep, user_id: UserId):
    session.add(Note(**{"owner_id": user_id, **body.model_dump()}))
    session.commit()
""",
    "body updated over the owner": """
@app.post("/api/notes")
def handler(body: OwnedIn, session: SessionDep, user_id: UserId):
    values = {"owner_id": user_id}
    values.update(body.model_dump())
    session.add(Note(**values))
    session.commit()
""",
    "client's SQL text beside the owner": """
@app.get("/api/notes")
def handler(word: str, session: SessionDep, user_id: UserId):
    tests = [text(f"'{word}' = text"), Note.text == word]
    return session.exec(select(Note).where(Note.owner_id == user_id, or_(*tests))).all()
""",
    "client's SQL texts collected in a loop": """
from sqlmodel import and_
@app.get("/api/notes")
def handler(words: str, session: SessionDep, user_id: UserId):
    conditions = [Note.owner_id == user_id]
    if words:
        tests = []
        for word in [one.strip() for one in words.split(",") if one.strip()]:
            tests.append(text(f"'{word}' = ANY(words)"))
        if tests:
            conditions.append(or_(*tests))
    query = select(Note)
    if conditions:
        query = query.where(and_(*conditions))
    return session.exec(query).all()
""",
    "client's words in the statement": """
@app.get("/api/notes")
def handler(word: str, session: SessionDep, user_id: UserId):
    query = text(f"SELECT * FROM note WHERE owner_id = :me AND text = '{word}'")
    return session.execute(query, {"me": user_id}).fetchall()
""",
    "row moved to a foreign parent": """
@app.post("/api/attachments/{attachment_id}")
def handler(attachment_id: int, to: int, session: SessionDep, user_id: UserId):
    attachment = session.exec(
        select(Attachment)
        .join(Note)
        .where(Attachment.id == attachment_id, Note.owner_id == user_id)
    ).first()
    attachment.note_id = to
    session.add(attachment)
    session.commit()
""",
    "object that foreign code drives": """
from agents import Runner
class Memory:
    def __init__(self, session, note_id):
        self.session = session
        self.note_id = note_id
    async def items(self):
        query = select(Attachment).where(Attachment.note_id == self.note_id)
        return self.session.exec(query).all()
@app.post("/api/chat")
async def handler(note_id: int, session: SessionDep, user_id: UserId):
    return await Runner.run("hello", memory=Memory(session, note_id))
""",
    "task after the answer": """
from fastapi import BackgroundTasks
def clear(session, note_id):
    session.exec(delete(Note).where(Note.id == note_id))
    session.commit()
@app.post("/api/clear")
def handler(note_id: int, session: SessionDep, user_id: UserId, tasks: BackgroundTasks):
    tasks.add_task(clear, session, note_id)
    return {}
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
    "gather that fails with the first": """
async def check(note, user_id):
    if not note or note.owner_id != user_id:
        raise HTTPException(403)
@app.get("/api/notes/{note_id}")
async def handler(note_id: int, session: SessionDep, user_id: UserId):
    note = session.get(Note, note_id)
    await asyncio.gather(check(note, user_id))
    return note
""",
    "coroutine awaited later": """
async def check(note, user_id):
    if not note or note.owner_id != user_id:
        raise HTTPException(403)
def start(note, user_id):
    return check(note, user_id)
@app.get("/api/notes/{note_id}")
async def handler(note_id: int, session: SessionDep, user_id: UserId):
    note = session.get(Note, note_id)
    waiting = asyncio.wait_for(start(note, user_id), 5)
    await waiting
    return note
""",
    "owner merged over the body": """
@app.post("/api/notes")
def handler(body: OwnedIn, session: SessionDep, user_id: UserId):
    session.add(Note(**(body.model_dump() | {"owner_id": user_id})))
    session.commit()
""",
    "body without an owner merged": """
@app.post("/api/notes")
def handler(body: NoteIn, session: SessionDep, user_id: UserId):
    session.add(Note(**{"owner_id": user_id, **body.model_dump()}))
    session.commit()
""",
    "owner set in the body's mapping": """
@app.post("/api/notes")
def handler(body: OwnedIn, session: SessionDep, user_id: UserId):
    values = body.model_dump()
    values["owner_id"] = user_id
    session.add(Note(**values))
    session.commit()
""",
    "body's fields set with an entry of the server": """
@app.put("/api/notes/{note_id}")
def handler(note_id: int, body: NoteIn, session: SessionDep, user_id: UserId):
    note = session.exec(select(Note).where(Note.id == note_id, Note.owner_id == user_id)).one()
    values = body.model_dump(exclude_unset=True)
    values["text"] = "checked"
    for name, value in values.items():
        setattr(note, name, value)
    session.commit()
""",
    "SQL text with bound words": """
@app.get("/api/notes")
def handler(word: str, session: SessionDep, user_id: UserId):
    found = text(":word = text").bindparams(word=word)
    return session.exec(select(Note).where(Note.owner_id == user_id, found)).all()
""",
    "row moved to an own parent": """
@app.post("/api/attachments/{attachment_id}")
def handler(attachment_id: int, to: int, session: SessionDep, user_id: UserId):
    attachment = session.exec(
        select(Attachment)
        .join(Note)
        .where(Attachment.id == attachment_id, Note.owner_id == user_id)
    ).first()
    target = session.exec(select(Note).where(Note.id == to, Note.owner_id == user_id)).one()
    attachment.note_id = target.id
    session.add(attachment)
    session.commit()
""",
    "object that foreign code drives, confined": """
from agents import Runner
class Memory:
    def __init__(self, session, user_id):
        self.session = session
        self.user_id = user_id
    async def items(self, limit=None):
        query = select(Note).where(Note.owner_id == self.user_id)
        return self.session.exec(query).all()
@app.post("/api/chat")
async def handler(session: SessionDep, user_id: UserId):
    return await Runner.run("hello", memory=Memory(session, user_id))
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


OPEN = {
    "inserts": """
@app.post("/api/seed")
def handler(session: SessionDep):
    session.execute(text("INSERT INTO reading (value) VALUES (1)"))
    session.commit()
""",
    "drops": """
@app.post("/api/reset")
def handler(session: SessionDep):
    session.execute(text("DROP TABLE reading"))
    session.commit()
""",
}


# Foreign rows leave in a mapping that was made from the caller's own row.
CARRIED = {
    "a key of a dump": "    sent['others'] = texts\n",
    "an update of a dump": "    sent.update(others=texts)\n",
    "a mapping merged in": "    sent = sent | {'others': texts}\n",
    "a copy with another field": "    sent = own.model_copy(update={'text': texts[0]})\n",
    "an attribute of a library's answer": "    sent = vendor.Runner.run(input=texts).output\n",
}


@pytest.mark.parametrize("form", CARRIED)
def test_what_is_put_beside_a_rows_own_columns_is_sent_as_well(
    form: str, base_file: str, audit_files: Auditor
) -> None:
    """A dump of an own row is no proof for what it carries later."""
    handler = f"""
@app.get("/api/carried")
def handler(session: SessionDep, user_id: UserId):
    import vendor

    own = session.exec(select(Note).where(Note.user_id == user_id)).one()
    texts = [row.text for row in session.exec(select(Note)).all()]
    sent = own.model_dump()
{CARRIED[form]}    return sent
"""
    report = audit_files({"main.py": _HEAD + handler, "base.py": base_file})

    (route,) = report.routes
    assert route.isolation is Verdict.VIOLATED


@pytest.mark.parametrize("form", OPEN)
def test_an_anonymous_statement_in_text_that_changes_state_is_open(
    form: str, base_file: str, audit_files: Auditor
) -> None:
    """Whatever table it is, somebody unknown must not change it."""
    report = audit_files({"main.py": _HEAD + OPEN[form], "base.py": base_file})

    (route,) = report.routes
    assert route.auth.verdict is Verdict.VIOLATED
    assert route.auth.rule == "missing-authentication"


def test_a_verifier_that_is_named_in_the_settings_is_trusted(
    base_file: str, audit_files: Auditor
) -> None:
    """What it returns is the caller; without the name the same route is not proved."""
    verifier = """
from vendor import sessions
def caller(credentials: Bearer):
    return sessions.look_up(credentials.credentials)
"""
    files = {"app/main.py": _HEAD + verifier + _READS, "base.py": base_file}

    (named,) = audit_files(files, AuditSettings(trusted_verifiers=("app.main.caller",))).routes
    (nameless,) = audit_files(files).routes

    assert named.verdict is Verdict.PROVED
    assert nameless.verdict is not Verdict.PROVED


def test_a_verifier_of_a_library_is_trusted_by_its_name(
    base_file: str, audit_files: Auditor
) -> None:
    """The name is the one that the program imports."""
    files = {
        "main.py": "from vendor.sessions import caller\n" + _HEAD + _READS,
        "base.py": base_file,
    }

    (route,) = audit_files(
        files, AuditSettings(trusted_verifiers=("vendor.sessions.caller",))
    ).routes

    assert route.verdict is Verdict.PROVED
