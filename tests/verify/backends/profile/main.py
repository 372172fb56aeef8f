"""One profile for each user, bookmarks with search, and writes that concern many rows at once."""

import os
import re
from contextlib import asynccontextmanager

import jwt
from fastapi import Depends, FastAPI, HTTPException, Query, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel
from sqlmodel import Field, Session, SQLModel, col, create_engine, delete, func, or_, select, update


class Profile(SQLModel, table=True):
    user_id: str = Field(primary_key=True)
    display_name: str = ""
    bio: str = ""


class Bookmark(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    user_id: str = Field(index=True)
    url: str
    title: str
    read: bool = False


class ProfileIn(BaseModel):
    display_name: str = Field(max_length=60)
    bio: str = Field(default="", max_length=300)


class BookmarkIn(BaseModel):
    url: str = Field(min_length=8, max_length=500)
    title: str = Field(min_length=1, max_length=100)


class Ids(BaseModel):
    ids: list[int] = Field(max_length=100)


engine = create_engine(os.environ.get("DATABASE_URL", "sqlite:///bookmarks.db"))


@asynccontextmanager
async def prepare(_: FastAPI):
    SQLModel.metadata.create_all(engine)
    yield


api = FastAPI(lifespan=prepare)


class Verifier:
    def __call__(self, given: HTTPAuthorizationCredentials | None = Security(HTTPBearer(auto_error=False))) -> str:
        if given is None:
            raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
        try:
            claims = jwt.decode(given.credentials, os.environ["JWT_SECRET_KEY"], ["HS256"], options={"require": ["exp", "iat", "sub"]})
        except jwt.InvalidTokenError as error:
            raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"}) from error
        if not re.fullmatch("[a-zA-Z0-9_-]{1,64}", claims["sub"]):
            raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
        return claims["sub"]


verify = Verifier()


@api.get("/profile")
def show_profile(user: str = Depends(verify)) -> Profile:
    with Session(engine) as session:
        return session.get(Profile, user) or Profile(user_id=user)


@api.put("/profile")
def save_profile(body: ProfileIn, user: str = Depends(verify)) -> Profile:
    with Session(engine, expire_on_commit=False) as session:
        profile = session.get(Profile, user) or Profile(user_id=user)
        profile.display_name, profile.bio = body.display_name, body.bio
        session.add(profile)
        session.commit()
        return profile


@api.get("/bookmarks")
def bookmarks(search: str | None = Query(None, min_length=2), read: bool | None = None, sort: str = Query("id", pattern="^(id|title)$"), user: str = Depends(verify)) -> list[Bookmark]:
    query = select(Bookmark).where(Bookmark.user_id == user)
    if search:
        query = query.where(or_(col(Bookmark.title).contains(search), col(Bookmark.url).contains(search)))
    if read is not None:
        query = query.where(Bookmark.read == read)
    with Session(engine) as session:
        return list(session.exec(query.order_by(getattr(Bookmark, sort))))


@api.post("/bookmarks", status_code=201)
def add(body: BookmarkIn, user: str = Depends(verify)) -> Bookmark:
    with Session(engine, expire_on_commit=False) as session:
        bookmark = Bookmark(user_id=user, url=body.url, title=body.title)
        session.add(bookmark)
        session.commit()
        return bookmark


@api.get("/bookmarks/summary")
def summary(user: str = Depends(verify)) -> dict[str, int]:
    with Session(engine) as session:
        rows = session.exec(select(Bookmark.read, func.count()).where(Bookmark.user_id == user).group_by(Bookmark.read))
        counts = dict(rows.all())
        return {"read": counts.get(True, 0), "unread": counts.get(False, 0)}


@api.post("/bookmarks/mark-read")
def mark_read(body: Ids, user: str = Depends(verify)) -> dict[str, int]:
    with Session(engine) as session:
        changed = session.exec(update(Bookmark).where(col(Bookmark.id).in_(body.ids), Bookmark.user_id == user).values(read=True))
        session.commit()
        return {"changed": changed.rowcount}


@api.delete("/bookmarks/read", status_code=204)
def clear_read(user: str = Depends(verify)) -> None:
    with Session(engine) as session:
        session.exec(delete(Bookmark).where(Bookmark.read, Bookmark.user_id == user))
        session.commit()


@api.delete("/bookmarks/{bookmark_id}", status_code=204)
def remove(bookmark_id: int, user: str = Depends(verify)) -> None:
    with Session(engine) as session:
        bookmark = session.get(Bookmark, bookmark_id)
        if bookmark is None or bookmark.user_id != user:
            raise HTTPException(404)
        session.delete(bookmark)
        session.commit()
