"""Settings that turn the check off: judged as they are delivered."""

import os
from typing import Annotated

import jwt
from fastapi import Depends, FastAPI, HTTPException
from pydantic_settings import BaseSettings
from sqlmodel import select

from base import Bearer, Note, SECRET, SessionDep

app = FastAPI()


class Settings(BaseSettings):
    auth_enabled: bool = True
    open_house: bool = True
    mode: str = "production"


settings = Settings()


def verified(credentials) -> int:
    try:
        return int(jwt.decode(credentials.credentials, SECRET, algorithms=["HS256"])["sub"])
    except jwt.PyJWTError:
        raise HTTPException(401) from None


def unless_disabled(credentials: Bearer) -> int:
    if not settings.auth_enabled:
        return 1
    return verified(credentials)


def unless_open(credentials: Bearer) -> int:
    if settings.open_house:
        return 1
    return verified(credentials)


def unless_skipped(credentials: Bearer) -> int:
    if os.getenv("SKIP_AUTH"):
        return 1
    return verified(credentials)


def unless_false(credentials: Bearer) -> int:
    if os.getenv("AUTH_OFF", "false").lower() == "true":
        return 1
    return verified(credentials)


def in_production(credentials: Bearer) -> int:
    if settings.mode == "production":
        return verified(credentials)
    return 1


def with_secret(credentials: Bearer) -> str:
    secret = os.getenv("TOKEN_SECRET")
    if secret:
        return str(jwt.decode(credentials.credentials, secret, algorithms=["HS256"])["sub"])
    return credentials.credentials


def listed(session, me):
    return session.exec(select(Note).where(Note.owner_id == me)).all()


@app.get("/api/proved/enabled")
def enabled(session: SessionDep, me: Annotated[int, Depends(unless_disabled)]):
    return listed(session, me)


@app.get("/api/open/open_house")
def open_house(session: SessionDep, me: Annotated[int, Depends(unless_open)]):
    return listed(session, me)


@app.get("/api/proved/skipped")
def skipped(session: SessionDep, me: Annotated[int, Depends(unless_skipped)]):
    return listed(session, me)


@app.get("/api/proved/false")
def off(session: SessionDep, me: Annotated[int, Depends(unless_false)]):
    return listed(session, me)


@app.get("/api/proved/production")
def production(session: SessionDep, me: Annotated[int, Depends(in_production)]):
    return listed(session, me)


@app.get("/api/open/without_secret")
def without_secret(session: SessionDep, me: Annotated[str, Depends(with_secret)]):
    return listed(session, me)
