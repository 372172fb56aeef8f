"""Backends that nobody has secured, written by hand in different styles."""

SINGLE = {
    "main.py": '''\
"""Notes in memory."""
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel


class Note(BaseModel):
    text: str


app = FastAPI()
notes: dict[int, Note] = {}   # everything is kept here


@app.get("/")
def index():
    return {"hello": "there"}


@app.get("/health")
def health():
    return {"status": "ok"}


@app.get( "/notes" )
def list_notes():
    return list(notes.values())


@app.post("/notes", status_code=201,)
async def add_note(note: Note):
    notes[len(notes) + 1] = note
    return note


@app.delete(
    "/notes/{number}",
    status_code=204,
)
def drop_note(number: int):
    if number not in notes:
        raise HTTPException(404)
    del notes[number]
''',
}
PACKAGES = {
    "app/__init__.py": "",
    "app/main.py": """\
from fastapi import FastAPI

from app.routers import books, shelves

app = FastAPI(title="Library")
app.include_router(books.router, prefix="/api")
app.include_router(shelves.router, prefix="/api")
""",
    "app/db.py": """\
from sqlalchemy import StaticPool
from sqlmodel import Session, SQLModel, create_engine

engine = create_engine("sqlite://", connect_args={"check_same_thread": False}, poolclass=StaticPool)


def get_session():
    SQLModel.metadata.create_all(engine)
    with Session(engine) as session:
        yield session
""",
    "app/models.py": """\
from sqlmodel import Field, SQLModel


class Book(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    title: str
""",
    "app/routers/__init__.py": "",
    "app/routers/books.py": """\
from fastapi import APIRouter, Depends as Needs
from sqlmodel import Session, select

from app.db import get_session
from app.models import Book

router = APIRouter(prefix="/books", tags=["books"])


@router.get("", response_model=list[Book])
def list_books(session: Session = Needs(get_session)):
    return session.exec(select(Book)).all()


@router.get("/{book_id}")
def read_book(book_id: int, session: Session = Needs(get_session)):
    return session.get(Book, book_id)
""",
    "app/routers/shelves.py": """\
import fastapi as web

router = web.APIRouter(prefix="/shelves")


def log(request: web.Request) -> None:
    request.state.seen = True


@router.get("", dependencies=[web.Depends(log)])
async def list_shelves():
    return []


COMMON = [web.Depends(log)]


@router.put("/{shelf}", dependencies=COMMON)
async def name_shelf(shelf: int, get_current_user_id: str = ""):
    return {"shelf": shelf, "name": get_current_user_id}
""",
}
FACTORY = {
    "src/shop/__init__.py": "",
    "src/shop/application.py": '''\
from fastapi import FastAPI

from shop.orders import build_router


def create_app() -> FastAPI:
    """Make the shop."""
    app = FastAPI()

    @app.get("/version")
    async def version() -> dict[str, str]:
        return {"version": "1"}

    app.include_router(build_router())
    return app


app = create_app()
''',
    "src/shop/orders.py": """\
from fastapi import APIRouter


def place() -> dict[str, bool]:
    return {"placed": True}


def build_router() -> APIRouter:
    router = APIRouter(prefix="/orders")
    router.add_api_route("", place, methods=["POST"])
    return router
""",
}
WINDOWS = {
    "main.py": SINGLE["main.py"].replace("\n", "\r\n"),
}
CLASSES = {
    "service/__init__.py": "",
    "service/server.py": '''\
from __future__ import annotations

from fastapi import APIRouter, FastAPI


class Counter:
    """Counts in memory, behind a router of its own."""

    def __init__(self) -> None:
        self.value = 0
        self.router = APIRouter()
        self.router.add_api_route("/counter", self.read, methods=["GET"])
        self.router.add_api_route(path="/counter", endpoint=self.step, methods=["POST"])

    def read(self) -> int:
        return self.value

    def step(self) -> int:
        self.value += 1
        return self.value


app = FastAPI()
app.include_router(Counter().router)
''',
}
SHAPES = {
    "single": SINGLE,
    "packages": PACKAGES,
    "factory": FACTORY,
    "windows": WINDOWS,
    "classes": CLASSES,
}
