"""A small backend as text: one route that keeps users apart, one that does not, one public."""

MAIN = """\
import os

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlmodel import Field, Session, SQLModel, create_engine, select

SECRET = os.environ["SECRET"]
engine = create_engine(os.environ["DATABASE_URL"])
bearer = HTTPBearer()
app = FastAPI()


class User(SQLModel, table=True):
    id: int = Field(primary_key=True)


class Note(SQLModel, table=True):
    id: int = Field(primary_key=True)
    user_id: int = Field(foreign_key="user.id")
    text: str


def get_session():
    with Session(engine) as session:
        yield session


def current_user(credentials: HTTPAuthorizationCredentials = Depends(bearer)) -> int:
    try:
        claims = jwt.decode(credentials.credentials, SECRET, algorithms=["HS256"])
    except jwt.PyJWTError as error:
        raise HTTPException(401) from error
    return int(claims["sub"])


@app.get("/health")
def health():
    return {"status": "ok"}


@app.get("/api/notes")
def list_notes(user: int = Depends(current_user), session: Session = Depends(get_session)):
    return session.exec(select(Note).where(Note.user_id == user)).all()
"""

HOLE = """

@app.get("/api/notes/{note_id}")
def get_note(
    note_id: int,
    user: int = Depends(current_user),
    session: Session = Depends(get_session),
):
    note = session.get(Note, note_id)
    return note
"""
