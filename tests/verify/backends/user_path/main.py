"""Todos below the user's id in the path; another id there is forbidden."""

import os
import re
from datetime import date
from enum import Enum

import jwt
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request
from pydantic import BaseModel
from sqlmodel import Field, Session, SQLModel, create_engine, select

SECRET = os.getenv("BETTER_AUTH_SECRET", "")
if len(SECRET) < 32:
    raise RuntimeError("BETTER_AUTH_SECRET must have at least 32 characters")
engine = create_engine(os.getenv("DATABASE_URL", "sqlite:///todo.db"))


class Priority(str, Enum):
    low = "low"
    high = "high"


class Todo(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    user_id: str = Field(index=True)
    title: str
    priority: Priority = Priority.low
    due: date | None = None
    completed: bool = False


class TodoWrite(BaseModel):
    title: str = Field(min_length=1, max_length=200)
    priority: Priority = Priority.low
    due: date | None = None
    completed: bool = False


def token_user(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise HTTPException(401, "missing token", headers={"WWW-Authenticate": "Bearer"})
    try:
        claims = jwt.decode(token, SECRET, algorithms=["HS256"], options={"require": ["exp", "iat", "sub"]})
    except jwt.InvalidTokenError:
        raise HTTPException(401, "invalid token", headers={"WWW-Authenticate": "Bearer"})
    if not re.fullmatch(r"[\w-]{1,64}", claims["sub"], re.ASCII):
        raise HTTPException(401, "invalid token", headers={"WWW-Authenticate": "Bearer"})
    return claims["sub"]


def path_user(user_id: str, user: str = Depends(token_user)) -> str:
    if user_id != user:
        raise HTTPException(403, "forbidden")
    return user


router = APIRouter(prefix="/api/{user_id}/tasks")
db = SQLModel.metadata.create_all(engine)


@router.get("")
def list_todos(completed: bool | None = None, priority: Priority | None = None, due_before: date | None = None, user: str = Depends(path_user)) -> list[Todo]:
    with Session(engine) as session:
        query = select(Todo).where(Todo.user_id == user)
        if completed is not None:
            query = query.where(Todo.completed == completed)
        if priority is not None:
            query = query.where(Todo.priority == priority)
        if due_before is not None:
            query = query.where(Todo.due < due_before)
        return list(session.exec(query))


@router.post("", status_code=201)
def create_todo(body: TodoWrite, user: str = Depends(path_user)) -> Todo:
    with Session(engine, expire_on_commit=False) as session:
        todo = Todo(user_id=user, **body.model_dump())
        session.add(todo)
        session.commit()
        return todo


def mine(session: Session, user: str, todo_id: int) -> Todo:
    todo = session.get(Todo, todo_id)
    if todo is None or todo.user_id != user:
        raise HTTPException(404, "not found")
    return todo


@router.get("/count")
def count_todos(user: str = Depends(path_user)) -> dict[str, int]:
    with Session(engine) as session:
        return {"total": len(session.exec(select(Todo).where(Todo.user_id == user)).all())}


@router.get("/{id}")
def get_todo(id: int, user: str = Depends(path_user)) -> Todo:
    with Session(engine) as session:
        return mine(session, user, id)


@router.put("/{id}")
def put_todo(id: int, body: TodoWrite, user: str = Depends(path_user)) -> Todo:
    with Session(engine, expire_on_commit=False) as session:
        todo = mine(session, user, id)
        for key, value in body.model_dump().items():
            setattr(todo, key, value)
        session.commit()
        return todo


@router.patch("/{id}/complete")
def complete_todo(id: int, user: str = Depends(path_user)) -> Todo:
    with Session(engine, expire_on_commit=False) as session:
        todo = mine(session, user, id)
        todo.completed = not todo.completed
        session.commit()
        return todo


@router.delete("/{id}")
def delete_todo(id: int, user: str = Depends(path_user)) -> dict[str, bool]:
    with Session(engine) as session:
        session.delete(mine(session, user, id))
        session.commit()
    return {"deleted": True}


app = FastAPI()
app.include_router(router)
