"""Rows that are put beside the caller's, over keys and relationships."""

from fastapi import FastAPI
from pydantic import BaseModel
from sqlmodel import Field, Relationship, SQLModel, select

from base import SessionDep, UserId

app = FastAPI()


class Link(SQLModel, table=True):
    page_id: int = Field(foreign_key="page.id", primary_key=True)
    tag_id: int = Field(foreign_key="tag.id", primary_key=True)


class Tag(SQLModel, table=True):
    id: int = Field(primary_key=True)
    owner_id: int = Field(foreign_key="user.id")
    name: str


class Page(SQLModel, table=True):
    id: int = Field(primary_key=True)
    owner_id: int = Field(foreign_key="user.id")
    name: str
    tags: list[Tag] = Relationship(link_model=Link)


class Ids(BaseModel):
    ids: list[int]


def my_page(session, key, me):
    return session.exec(select(Page).where(Page.id == key, Page.owner_id == me)).one()


def tags_of(session, ids, me):
    return session.exec(select(Tag).where(Tag.id.in_(ids), Tag.owner_id == me)).all()


def any_tags(session, ids):
    return session.exec(select(Tag).where(Tag.id.in_(ids))).all()


@app.post("/api/proved/set/{key}")
def set_proved(key: int, body: Ids, session: SessionDep, me: UserId):
    page = my_page(session, key, me)
    page.tags = tags_of(session, body.ids, me)
    session.commit()


@app.post("/api/violated/set/{key}")  # [foreign-attachment]
def set_violated(key: int, body: Ids, session: SessionDep, me: UserId):
    page = my_page(session, key, me)
    page.tags = any_tags(session, body.ids)
    session.commit()


@app.post("/api/proved/made/{key}")
def made_proved(key: int, body: Ids, session: SessionDep, me: UserId):
    session.add(Page(owner_id=me, name="x", tags=tags_of(session, body.ids, me)))
    session.commit()


@app.post("/api/violated/made/{key}")  # [foreign-attachment]
def made_violated(key: int, body: Ids, session: SessionDep, me: UserId):
    session.add(Page(owner_id=me, name="x", tags=any_tags(session, body.ids)))
    session.commit()


@app.post("/api/proved/appended/{key}")
def appended_proved(key: int, body: Ids, session: SessionDep, me: UserId):
    page = my_page(session, key, me)
    for tag in tags_of(session, body.ids, me):
        page.tags.append(tag)
    session.commit()


@app.post("/api/violated/appended/{key}")  # [foreign-attachment]
def appended_violated(key: int, body: Ids, session: SessionDep, me: UserId):
    page = my_page(session, key, me)
    for tag in any_tags(session, body.ids):
        page.tags.append(tag)
    session.commit()


@app.post("/api/violated/linked/{key}")
def linked_violated(key: int, body: Ids, session: SessionDep, me: UserId):
    page = my_page(session, key, me)
    for one in body.ids:
        session.add(Link(page_id=page.id, tag_id=one))
    session.commit()
