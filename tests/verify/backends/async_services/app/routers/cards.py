import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.db import session
from app.core.security import user_id
from app.services.cards import CardService

router = APIRouter(prefix="/cards", tags=["cards"])


def service(db: AsyncSession = Depends(session), user: uuid.UUID = Depends(user_id)) -> CardService:
    return CardService(db, user)


Cards = Annotated[CardService, Depends(service)]


class CardCreate(BaseModel):
    model_config = ConfigDict(extra="forbid")
    title: str = Field(min_length=1, max_length=200)
    lane: str | None = Field(default=None, max_length=40)
    estimate: int | None = Field(default=None, ge=1, le=13)


class CardReplace(CardCreate):
    done: bool


class RemarkBody(BaseModel):
    text: str = Field(min_length=1, max_length=500)


class Answer(BaseModel):
    success: bool = True
    data: Any


@router.get("", response_model=Answer)
async def index(cards: Cards, limit: int = Query(20, ge=1, le=50), offset: int = Query(0, ge=0, le=100000), done: bool | None = None, lane: str | None = None):
    rows, total = await cards.page(limit, offset, done, lane)
    return {"data": {"cards": rows, "total": total}}


@router.post("", response_model=Answer, status_code=201)
async def create(body: CardCreate, cards: Cards):
    return {"data": await cards.add(**body.model_dump())}


@router.get("/{card_id}", response_model=Answer)
async def show(card_id: uuid.UUID, cards: Cards):
    return {"data": await cards.get(card_id)}


@router.put("/{card_id}", response_model=Answer)
async def replace(card_id: uuid.UUID, body: CardReplace, cards: Cards):
    return {"data": await cards.change(card_id, body.model_dump())}


@router.post("/{card_id}/toggle", response_model=Answer)
async def toggle(card_id: uuid.UUID, cards: Cards):
    return {"data": await cards.toggle(card_id)}


@router.delete("/{card_id}", response_model=Answer)
async def destroy(card_id: uuid.UUID, cards: Cards):
    await cards.remove(card_id)
    return {"data": None}


@router.get("/{card_id}/remarks", response_model=Answer)
async def remarks(card_id: uuid.UUID, cards: Cards):
    return {"data": await cards.remarks(card_id)}


@router.post("/{card_id}/remarks", response_model=Answer, status_code=201)
async def add_remark(card_id: uuid.UUID, body: RemarkBody, cards: Cards):
    return {"data": await cards.add_remark(card_id, body.text)}


@router.get("/{card_id}/remarks/{remark_id}", response_model=Answer)
async def show_remark(card_id: uuid.UUID, remark_id: uuid.UUID, cards: Cards):
    return {"data": await cards.remark(card_id, remark_id)}


@router.delete("/{card_id}/remarks/{remark_id}", status_code=204)
async def remove_remark(card_id: uuid.UUID, remark_id: uuid.UUID, cards: Cards):
    await cards.session.delete(await cards.remark(card_id, remark_id))
    await cards.session.commit()
