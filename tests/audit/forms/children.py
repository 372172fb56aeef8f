"""Rows that are saved because their parent is: what they refer to must be the caller's, too."""

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel
from sqlmodel import Field, Relationship, SQLModel, col, select

from base import SessionDep, UserId

app = FastAPI()


class Shelf(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    owner_id: int | None = Field(default=None, foreign_key="user.id")


class Book(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    owner_id: int = Field(foreign_key="user.id")
    places: list["Place"] = Relationship(back_populates="book")
    pages: list["Page"] = Relationship(back_populates="book")


class Place(SQLModel, table=True):
    book_id: int | None = Field(default=None, foreign_key="book.id", primary_key=True)
    shelf_id: int = Field(foreign_key="shelf.id", primary_key=True)
    book: Book = Relationship(back_populates="places")


class Page(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    book_id: int | None = Field(default=None, foreign_key="book.id")
    text: str
    book: Book = Relationship(back_populates="pages")


class BookIn(BaseModel):
    shelves: list[int]
    texts: list[str]


def own_book(session, key, me):
    book = session.get(Book, key)
    if book is None or book.owner_id != me:
        raise HTTPException(404)
    return book


@app.post("/api/violated/set-before-it-is-added")
def set_before(body: BookIn, session: SessionDep, me: UserId):
    book = Book(owner_id=me)
    book.places = [Place(shelf_id=one) for one in body.shelves]
    session.add(book)
    session.commit()


@app.post("/api/proved/set-before-it-is-added")
def pages_before(body: BookIn, session: SessionDep, me: UserId):
    book = Book(owner_id=me)
    book.pages = [Page(text=one) for one in body.texts]
    session.add(book)
    session.commit()


@app.post("/api/violated/given-when-it-is-made")
def given(body: BookIn, session: SessionDep, me: UserId):
    session.add(Book(owner_id=me, places=[Place(shelf_id=body.shelves[0])]))
    session.commit()


@app.post("/api/proved/given-when-it-is-made")
def pages_given(body: BookIn, session: SessionDep, me: UserId):
    session.add(Book(owner_id=me, pages=[Page(text=one) for one in body.texts]))
    session.commit()


@app.put("/api/violated/set-on-what-is-mine/{key}")
def set_on(key: int, body: BookIn, session: SessionDep, me: UserId):
    book = own_book(session, key, me)
    book.places = [Place(shelf_id=one) for one in body.shelves]
    session.add(book)
    session.commit()


@app.put("/api/violated/appended/{key}")
def appended(key: int, body: BookIn, session: SessionDep, me: UserId):
    book = own_book(session, key, me)
    for one in body.shelves:
        book.places.append(Place(shelf_id=one))
    session.commit()


@app.put("/api/proved/appended/{key}")
def pages_appended(key: int, body: BookIn, session: SessionDep, me: UserId):
    book = own_book(session, key, me)
    for one in body.texts:
        book.pages.append(Page(text=one))
    session.commit()


@app.post("/api/proved/looked-up")
def looked_up(body: BookIn, session: SessionDep, me: UserId):
    own = select(Shelf).where(col(Shelf.id).in_(body.shelves), Shelf.owner_id == me)
    places = [Place(shelf_id=one.id) for one in session.exec(own).all()]
    session.add(Book(owner_id=me, places=places))
    session.commit()


@app.post("/api/unknown/counted")
def counted(body: BookIn, session: SessionDep, me: UserId):
    own = select(Shelf).where(col(Shelf.id).in_(body.shelves), Shelf.owner_id == me)
    if len(session.exec(own).all()) != len(body.shelves):
        raise HTTPException(404)
    session.add(Book(owner_id=me, places=[Place(shelf_id=one) for one in body.shelves]))
    session.commit()


@app.post("/api/violated/counted-without-an-owner")
def counted_without(body: BookIn, session: SessionDep, me: UserId):
    named = select(Shelf).where(col(Shelf.id).in_(body.shelves))
    if len(session.exec(named).all()) != len(body.shelves):
        raise HTTPException(404)
    session.add(Book(owner_id=me, places=[Place(shelf_id=one) for one in body.shelves]))
    session.commit()
