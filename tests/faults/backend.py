"""A small backend that is right, in as many forms as the seeder knows."""

MAIN = """\
import os

import jwt
from fastapi import APIRouter, Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlmodel import Field, Session, SQLModel, create_engine, select

from shelves import find_shelf, refuse_strangers

SECRET = os.environ["SECRET"]
engine = create_engine(os.environ["DATABASE_URL"])
bearer = HTTPBearer()


class User(SQLModel, table=True):
    id: str = Field(primary_key=True)


class Shelf(SQLModel, table=True):
    id: int = Field(primary_key=True)
    keeper: str = Field(foreign_key="user.id")
    title: str


class Jar(SQLModel, table=True):
    id: int = Field(primary_key=True)
    shelf_id: int = Field(foreign_key="shelf.id")
    label: str


class ShelfIn(SQLModel):
    title: str


def get_session():
    with Session(engine) as session:
        yield session


def current_user(credentials: HTTPAuthorizationCredentials = Depends(bearer)) -> str:
    try:
        claims = jwt.decode(credentials.credentials, SECRET, algorithms=["HS256"])
    except jwt.PyJWTError as error:
        raise HTTPException(401) from error
    return claims["sub"]


app = FastAPI()
router = APIRouter(prefix="/api", dependencies=[Depends(current_user)])


@router.get("/shelves")
def list_shelves(user: str = Depends(current_user), session: Session = Depends(get_session)):
    return session.exec(select(Shelf).filter_by(keeper=user)).all()


@router.get("/shelves/{shelf_id}")
def get_shelf(
    shelf_id: int,
    user: str = Depends(current_user),
    session: Session = Depends(get_session),
):
    found = session.exec(select(Shelf).where(Shelf.id == shelf_id, Shelf.keeper == user)).first()
    if found is None:
        raise HTTPException(404)
    return found


@router.post("/shelves")
def add_shelf(
    data: ShelfIn,
    user: str = Depends(current_user),
    session: Session = Depends(get_session),
):
    shelf = Shelf(title=data.title, keeper=user)
    session.add(shelf)
    session.commit()
    return shelf


@router.put("/shelves/{shelf_id}")
def rename_shelf(
    shelf_id: int,
    data: ShelfIn,
    user: str = Depends(current_user),
    session: Session = Depends(get_session),
):
    shelf = session.get(Shelf, shelf_id)
    if shelf is None or shelf.keeper != user:
        raise HTTPException(404)
    shelf.title = data.title
    session.commit()
    return shelf


@router.get("/shelves/{shelf_id}/jars/{jar_id}")
def get_jar(
    shelf_id: int,
    jar_id: int,
    user: str = Depends(current_user),
    session: Session = Depends(get_session),
):
    find_shelf(session, shelf_id, user)
    jar = session.exec(
        select(Jar).where(Jar.id == jar_id).where(Jar.shelf_id == shelf_id)
    ).first()
    if jar is None:
        raise HTTPException(404)
    return jar


@router.get("/users/{user_id}/shelves")
def shelves_of(
    user_id: str,
    user: str = Depends(current_user),
    session: Session = Depends(get_session),
):
    refuse_strangers(user_id, user)
    return session.exec(select(Shelf).where(Shelf.keeper == user_id)).all()


app.include_router(router)
"""

SHELVES = """\
from fastapi import HTTPException
from sqlmodel import Session


def find_shelf(session: Session, shelf_id: int, user: str):
    from main import Shelf

    shelf = session.get(Shelf, shelf_id)
    if shelf is None or shelf.keeper != user:
        raise HTTPException(404)
    return shelf


def refuse_strangers(claimed: str, user: str) -> None:
    if claimed != user:
        raise HTTPException(403)
"""

FILES = {"main.py": MAIN, "shelves.py": SHELVES}
