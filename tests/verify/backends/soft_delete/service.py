"""Recipes in plain SQLAlchemy: envelopes, slugs for keys, rows that are hidden and not deleted, tags that all share."""

import os
import re
import secrets
from datetime import datetime, timezone
from typing import Annotated, Generic, TypeVar

import jwt
from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Column, ForeignKey, Table, create_engine, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship, sessionmaker

engine = create_engine(os.environ["DATABASE_URL"])
make_session = sessionmaker(engine, expire_on_commit=False)
T = TypeVar("T")


class Base(DeclarativeBase):
    pass


tagged = Table(
    "recipe_tags",
    Base.metadata,
    Column("recipe_id", ForeignKey("recipes.id"), primary_key=True),
    Column("tag_id", ForeignKey("tags.id"), primary_key=True),
)


class Tag(Base):
    __tablename__ = "tags"
    id: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(unique=True)


class Recipe(Base):
    __tablename__ = "recipes"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True, default=lambda: secrets.token_hex(8))
    author_id: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    servings: Mapped[int]
    hidden_at: Mapped[datetime | None]
    tags: Mapped[list[Tag]] = relationship(secondary=tagged)


class Envelope(BaseModel, Generic[T]):
    data: T
    message: str = "ok"


class RecipeIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = Field(min_length=1, max_length=80)
    servings: int = Field(default=2, ge=1, le=50)


class RecipeOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    slug: str
    name: str
    servings: int


class Numbers(BaseModel):
    recipes: int
    servings: int


def caller(authorization: Annotated[str, Header()] = "") -> str:
    scheme, _, token = authorization.partition(" ")
    try:
        claims = jwt.decode(token.strip(), os.environ["AUTH_SECRET"], algorithms=["HS256"], options={"require": ["exp", "iat", "sub"]})
    except (jwt.PyJWTError, ValueError):
        claims = {}
    subject = claims.get("sub", "")
    if scheme.lower() != "bearer" or not isinstance(subject, str) or not re.fullmatch(r"[\w-]{1,64}", subject, re.ASCII):
        raise HTTPException(401, "who are you?", {"WWW-Authenticate": "Bearer"})
    return subject


def database():
    with make_session() as session:
        yield session


Caller = Annotated[str, Depends(caller)]
Database = Annotated[Session, Depends(database)]
Slug = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")]


def mine(who: str):
    return select(Recipe).where(Recipe.author_id == who, Recipe.hidden_at.is_(None))


def pick(db: Session, who: str, slug: str) -> Recipe:
    found = db.scalars(mine(who).where(Recipe.slug == slug)).one_or_none()
    if found is None:
        raise HTTPException(404, "no such recipe")
    return found


recipes = APIRouter(prefix="/recipes")


@recipes.get("", response_model=Envelope[list[RecipeOut]])
def index(db: Database, who: Caller, name: Annotated[str | None, Query(max_length=80)] = None, skip: Annotated[int, Query(ge=0, le=1000)] = 0):
    query = mine(who) if name is None else mine(who).where(Recipe.name.contains(name, autoescape=True))
    return {"data": db.scalars(query.order_by(Recipe.id).offset(skip).limit(50)).all()}


@recipes.post("", response_model=Envelope[RecipeOut], status_code=201)
def add(body: RecipeIn, db: Database, who: Caller):
    recipe = Recipe(author_id=who, **body.model_dump())
    db.add(recipe)
    db.commit()
    return {"data": recipe, "message": "added"}


@recipes.get("/numbers", response_model=Envelope[Numbers])
def numbers(db: Database, who: Caller):
    own = mine(who).subquery()
    count, servings = db.execute(select(func.count(own.c.id), func.coalesce(func.sum(own.c.servings), 0))).one()
    return {"data": {"recipes": count, "servings": servings}}


@recipes.get("/{slug}", response_model=Envelope[RecipeOut])
def show(slug: Slug, db: Database, who: Caller):
    return {"data": pick(db, who, slug)}


@recipes.put("/{slug}", response_model=Envelope[RecipeOut])
def replace(slug: Slug, body: RecipeIn, db: Database, who: Caller):
    recipe = pick(db, who, slug)
    recipe.name, recipe.servings = body.name, body.servings
    db.commit()
    return {"data": recipe}


@recipes.delete("/{slug}", status_code=204)
def hide(slug: Slug, db: Database, who: Caller):
    pick(db, who, slug).hidden_at = datetime.now(timezone.utc).replace(tzinfo=None)
    db.commit()
    return Response(status_code=204)


api = APIRouter(prefix="/v2")
api.include_router(recipes)


@api.get("/ping")
def ping():
    return {"data": "pong"}


def build() -> FastAPI:
    Base.metadata.create_all(engine)
    application = FastAPI()
    application.include_router(api)
    return application


app = build()
