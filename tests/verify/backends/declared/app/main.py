"""Plants and their waterings: a backend that declares everything it does."""

import os
import re
from contextlib import asynccontextmanager
from datetime import date, datetime
from typing import Annotated, Literal

import jwt
from fastapi import APIRouter, Depends, FastAPI, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlmodel import SQLModel, col, delete, func, select

from app.models import Light, Plant, Watering

engine = create_async_engine(os.environ["DATABASE_URL"])
sessions = async_sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)


class ErrorResponse(BaseModel):
    detail: str
    error_code: str


class Failure(Exception):
    def __init__(self, status: int, code: str) -> None:
        self.status, self.code = status, code


class PlantCreate(BaseModel):
    name: str = Field(min_length=1, max_length=80)
    light: Light = Light.sun
    bought: date | None = None
    price: float | None = Field(default=None, ge=0)


class PlantUpdate(BaseModel):
    name: str = Field(default="-", min_length=1, max_length=80)


class PlantRead(BaseModel):
    id: int
    user_id: str
    name: str
    light: Light
    bought: date | None
    price: float | None
    created_at: datetime


class Page(BaseModel):
    items: list[PlantRead]
    total: int


class WateringCreate(BaseModel):
    litres: float = Field(gt=0, le=20)
    note: str = Field(default="", max_length=200)


class WateringRead(BaseModel):
    id: int
    plant_id: int
    litres: float
    note: str


bearer = HTTPBearer(auto_error=False)


async def current_user(given: HTTPAuthorizationCredentials | None = Depends(bearer)) -> str:
    if given is None:
        raise Failure(401, "unauthorized")
    try:
        claims = jwt.decode(given.credentials, os.environ["BETTER_AUTH_SECRET"], ["HS256"], options={"require": ["exp", "iat", "sub"]})
    except jwt.PyJWTError as error:
        raise Failure(401, "unauthorized") from error
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", claims["sub"]):
        raise Failure(401, "unauthorized")
    return claims["sub"]


User = Annotated[str, Depends(current_user)]
PlantId = Annotated[int, Path(ge=1, le=2147483647)]


def errors(*statuses: int) -> dict:
    return {status: {"model": ErrorResponse} for status in statuses}


router = APIRouter(prefix="/api/plants")


@router.get("", response_model=Page, responses=errors(401, 422))
async def list_plants(
    user: User,
    page: int = Query(1, ge=1, le=1000),
    limit: int = Query(20, ge=1, le=100),
    light: Light | None = None,
    sort: Literal["name", "created_at"] = "created_at",
):
    where = [Plant.user_id == user]
    if light is not None:
        where.append(Plant.light == light)
    async with sessions() as session:
        total = await session.scalar(select(func.count()).select_from(Plant).where(*where))
        query = select(Plant).where(*where).order_by(getattr(Plant, sort))
        rows = await session.scalars(query.offset((page - 1) * limit).limit(limit))
        return {"items": [row.model_dump() for row in rows], "total": total}


@router.post("", response_model=PlantRead, status_code=201, responses=errors(401, 422))
async def create_plant(body: PlantCreate, user: User):
    async with sessions() as session:
        plant = Plant(user_id=user, **body.model_dump())
        session.add(plant)
        await session.commit()
        return plant.model_dump()


async def find(session: AsyncSession, plant_id: int, user: str) -> Plant:
    plant = await session.scalar(select(Plant).where(Plant.id == plant_id, Plant.user_id == user))
    if plant is None:
        raise Failure(404, "not_found")
    return plant


@router.get("/{plant_id}", response_model=PlantRead, responses=errors(401, 404, 422))
async def read_plant(plant_id: PlantId, user: User):
    async with sessions() as session:
        return (await find(session, plant_id, user)).model_dump()


@router.patch("/{plant_id}", response_model=PlantRead, responses=errors(401, 404, 422))
async def change_plant(plant_id: PlantId, body: PlantUpdate, user: User):
    async with sessions() as session:
        plant = await find(session, plant_id, user)
        plant.sqlmodel_update(body.model_dump(exclude_unset=True))
        await session.commit()
        return plant.model_dump()


@router.delete("/{plant_id}", status_code=204, responses=errors(401, 404, 422))
async def delete_plant(plant_id: PlantId, user: User) -> None:
    async with sessions() as session:
        plant = await find(session, plant_id, user)
        await session.execute(delete(Watering).where(col(Watering.plant_id) == plant.id))
        await session.delete(plant)
        await session.commit()


@router.get("/{plant_id}/waterings", response_model=list[WateringRead], responses=errors(401, 404, 422))
async def list_waterings(plant_id: PlantId, user: User):
    async with sessions() as session:
        await find(session, plant_id, user)
        rows = await session.scalars(select(Watering).where(Watering.plant_id == plant_id))
        return [row.model_dump() for row in rows]


@router.post("/{plant_id}/waterings", response_model=WateringRead, status_code=201, responses=errors(401, 404, 422))
async def water(plant_id: PlantId, body: WateringCreate, user: User):
    async with sessions() as session:
        await find(session, plant_id, user)
        watering = Watering(plant_id=plant_id, **body.model_dump())
        session.add(watering)
        await session.commit()
        return watering.model_dump()


@asynccontextmanager
async def lifespan(app: FastAPI):
    async with engine.begin() as connection:
        await connection.run_sync(SQLModel.metadata.create_all)
    yield
    await engine.dispose()


app = FastAPI(title="Plants", lifespan=lifespan)
app.include_router(router)


def answer(status: int, code: str) -> JSONResponse:
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    return JSONResponse({"detail": code.replace("_", " "), "error_code": code}, status, headers)


@app.exception_handler(Failure)
async def failed(request: Request, failure: Failure) -> JSONResponse:
    return answer(failure.status, failure.code)


@app.exception_handler(RequestValidationError)
async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
    return answer(422, "validation_error")


@app.get("/health")
async def health() -> dict[str, str]:
    return {"status": "ok"}
