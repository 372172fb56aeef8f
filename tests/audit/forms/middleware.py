"""Authentication by plain ASGI middleware, with its list of open paths."""

import jwt
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from sqlmodel import Session, select

from base import SECRET, Note, SessionDep, engine

OPEN = ["/api/public/colours", "/api/open"]


class Authenticate:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http" or any(scope["path"].startswith(path) for path in OPEN):
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        try:
            claims = jwt.decode(request.headers.get("authorization", ""), SECRET, algorithms=["HS256"])
        except jwt.PyJWTError:
            response = JSONResponse({"detail": "not signed in"}, status_code=401)
            await response(scope, receive, send)
            return
        request.state.user_id = int(claims["sub"])
        await self.app(scope, receive, send)


app = FastAPI()
app.add_middleware(Authenticate)


@app.get("/api/proved/mine")
def mine(request: Request, session: SessionDep):
    return session.exec(select(Note).where(Note.owner_id == request.state.user_id)).all()


@app.get("/api/violated/all")
def every(session: SessionDep):
    return session.exec(select(Note)).all()


@app.get("/api/none/nothing")
def nothing(request: Request):
    return request.state.user_id


@app.get("/api/public/colours")
def colours():
    return ["red"]


@app.get("/api/open/notes")  # [middleware-gap]
def left_open(session: SessionDep):
    return session.exec(select(Note)).all()
