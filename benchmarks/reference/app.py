"""A task list as one would write it by hand with care: what a generated backend is measured by.

FastAPI, SQLModel, one asynchronous engine, a session for each request, HS256 tokens, declared
answers. No layers, no error schema, no logging: nothing but what the three requests need.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import Annotated, Any

import jwt
from fastapi import Depends, FastAPI, HTTPException, Query
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel
from sqlalchemy import JSON, DateTime
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlmodel import Field, SQLModel, col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

SECRET = os.environ["BETTER_AUTH_SECRET"]
URL = (
    os.environ["DATABASE_URL"]
    .replace("postgresql://", "postgresql+psycopg://")
    .replace("sqlite://", "sqlite+aiosqlite://")
)

engine = create_async_engine(URL, **({} if "sqlite" in URL else {"pool_size": 20}))
sessions = async_sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)


def now() -> datetime:
    return datetime.now(UTC)


class Task(SQLModel, table=True):
    __tablename__ = "reference_tasks"

    id: int | None = Field(default=None, primary_key=True)
    user_id: str = Field(index=True, max_length=64)
    title: str = Field(max_length=200)
    description: str | None = Field(default=None, max_length=2000)
    priority: str = "medium"
    due_date: date | None = None
    tags: Any = Field(default_factory=list, sa_type=JSON)
    completed: bool = False
    created_at: datetime = Field(default_factory=now, sa_type=DateTime(timezone=True))
    updated_at: datetime = Field(default_factory=now, sa_type=DateTime(timezone=True))


class TaskIn(BaseModel):
    title: str = Field(min_length=1, max_length=200)
    description: str | None = Field(default=None, max_length=2000)
    priority: str = "medium"
    due_date: date | None = None
    tags: list[str] = []


class TaskOut(BaseModel):
    id: int
    user_id: str
    title: str
    description: str | None
    priority: str
    due_date: date | None
    tags: list[str]
    completed: bool
    created_at: datetime
    updated_at: datetime


class Page(BaseModel):
    items: list[TaskOut]
    total: int
    page: int
    limit: int


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    async with engine.begin() as connection:
        await connection.run_sync(SQLModel.metadata.create_all)
    yield
    await engine.dispose()


app = FastAPI(lifespan=lifespan)
bearer = HTTPBearer()


async def session() -> AsyncIterator[AsyncSession]:
    async with sessions() as opened:
        yield opened


async def user(credentials: Annotated[HTTPAuthorizationCredentials, Depends(bearer)]) -> str:
    try:
        claims = jwt.decode(credentials.credentials, SECRET, ["HS256"])
    except jwt.PyJWTError:
        raise HTTPException(401, "Invalid token") from None
    return str(claims["sub"])


Session = Annotated[AsyncSession, Depends(session)]
User = Annotated[str, Depends(user)]


@app.get("/api/tasks", response_model=Page)
async def list_tasks(
    db: Session,
    me: User,
    page: Annotated[int, Query(ge=1)] = 1,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Any:
    mine = select(Task).where(Task.user_id == me)
    total = (await db.exec(select(func.count()).select_from(Task).where(Task.user_id == me))).one()
    newest = mine.order_by(col(Task.created_at).desc(), col(Task.id).desc())
    rows = await db.exec(newest.offset((page - 1) * limit).limit(limit))
    return {"items": rows.all(), "total": total, "page": page, "limit": limit}


@app.get("/api/tasks/{task_id}", response_model=TaskOut)
async def get_task(task_id: int, db: Session, me: User) -> Any:
    row = (await db.exec(select(Task).where(Task.id == task_id, Task.user_id == me))).first()
    if row is None:
        raise HTTPException(404, "Task not found")
    return row


@app.post("/api/tasks", response_model=TaskOut, status_code=201)
async def create_task(body: TaskIn, db: Session, me: User) -> Any:
    row = Task(user_id=me, **body.model_dump())
    db.add(row)
    await db.commit()
    return row
