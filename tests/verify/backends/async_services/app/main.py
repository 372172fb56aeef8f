"""A board of cards: services, asynchronous, UUIDs, everything in an envelope."""

from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlmodel import SQLModel

from app.core.db import engine
from app.core.errors import Problem
from app.routers import cards


@asynccontextmanager
async def lifespan(app: FastAPI):
    async with engine.begin() as connection:
        await connection.run_sync(SQLModel.metadata.create_all)
    yield
    await engine.dispose()


app = FastAPI(lifespan=lifespan)
app.include_router(cards.router, prefix="/api/v1")


def failure(status: int, code: str) -> JSONResponse:
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    return JSONResponse({"success": False, "error": {"code": code}}, status, headers=headers)


@app.exception_handler(Problem)
async def problem(request, error: Problem):
    return failure(error.status, error.code)


@app.exception_handler(RequestValidationError)
async def invalid(request, error):
    return failure(422, "validation_error")


@app.get("/healthz")
async def healthz():
    return {"status": "ok"}
