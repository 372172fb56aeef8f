"""Memos behind tokens of another server, verified with its published keys; SQL by hand."""

import asyncio
import os
import re
import uuid

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, Field
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

engine = create_async_engine(os.environ["DATABASE_URL"])
keys = jwt.PyJWKClient(os.environ["JWKS_URL"], timeout=3)
app = FastAPI()
bearer = HTTPBearer(auto_error=False)
ready = asyncio.Lock()


async def connection():
    async with ready, engine.begin() as setup:
        await setup.execute(text("CREATE TABLE IF NOT EXISTS memos (id TEXT PRIMARY KEY, user_id TEXT NOT NULL, content TEXT NOT NULL)"))
    async with engine.begin() as opened:
        yield opened


async def user(credentials: HTTPAuthorizationCredentials | None = Depends(bearer)) -> str:
    refusal = HTTPException(401, "unauthorized", headers={"WWW-Authenticate": "Bearer"})
    if credentials is None:
        raise refusal
    try:
        key = await asyncio.to_thread(keys.get_signing_key_from_jwt, credentials.credentials)
        claims = jwt.decode(credentials.credentials, key.key, algorithms=["EdDSA"], options={"require": ["exp", "iat", "sub"], "verify_aud": False})
    except jwt.PyJWKClientConnectionError as error:
        raise HTTPException(503, "try again later", headers={"Retry-After": "5"}) from error
    except jwt.PyJWTError as error:
        raise refusal from error
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", claims["sub"]):
        raise refusal
    return claims["sub"]


class Memo(BaseModel):
    content: str = Field(min_length=1, max_length=1000)


@app.get("/api/memos")
async def memos(db=Depends(connection), me: str = Depends(user)):
    rows = await db.execute(text("SELECT id, content FROM memos WHERE user_id = :me"), {"me": me})
    return [dict(row) for row in rows.mappings()]


@app.post("/api/memos", status_code=201)
async def new_memo(memo: Memo, db=Depends(connection), me: str = Depends(user)):
    row = {"id": str(uuid.uuid4()), "content": memo.content}
    await db.execute(text("INSERT INTO memos VALUES (:id, :me, :content)"), {**row, "me": me})
    return row


@app.get("/api/memos/{memo_id}")
async def memo(memo_id: uuid.UUID, db=Depends(connection), me: str = Depends(user)):
    found = await db.execute(text("SELECT id, content FROM memos WHERE id = :id AND user_id = :me"), {"id": str(memo_id), "me": me})
    row = found.mappings().first()
    if row is None:
        raise HTTPException(404, "no such memo")
    return dict(row)


@app.put("/api/memos/{memo_id}")
async def rewrite(memo_id: uuid.UUID, memo: Memo, db=Depends(connection), me: str = Depends(user)):
    done = await db.execute(text("UPDATE memos SET content = :content WHERE id = :id AND user_id = :me"), {"id": str(memo_id), "me": me, "content": memo.content})
    if done.rowcount == 0:
        raise HTTPException(404, "no such memo")
    return {"id": str(memo_id), "content": memo.content}


@app.delete("/api/memos/{memo_id}", status_code=204)
async def forget(memo_id: uuid.UUID, db=Depends(connection), me: str = Depends(user)):
    done = await db.execute(text("DELETE FROM memos WHERE id = :id AND user_id = :me"), {"id": str(memo_id), "me": me})
    if done.rowcount == 0:
        raise HTTPException(404, "no such memo")
