import uuid

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Problem
from app.models.tables import Card, Remark


class CardService:
    def __init__(self, session: AsyncSession, user: uuid.UUID):
        self.session = session
        self.user = user

    async def page(self, limit: int, offset: int, done: bool | None, lane: str | None):
        where = [Card.user_id == self.user]
        if done is not None:
            where.append(Card.done == done)
        if lane is not None:
            where.append(Card.lane == lane)
        total = await self.session.scalar(select(func.count()).select_from(Card).where(*where))
        rows = await self.session.scalars(select(Card).where(*where).offset(offset).limit(limit))
        return rows.all(), total

    async def get(self, card_id: uuid.UUID) -> Card:
        card = await self.session.scalar(select(Card).where(Card.id == card_id, Card.user_id == self.user))
        if card is None:
            raise Problem(404, "not_found")
        return card

    async def add(self, **values) -> Card:
        card = Card(user_id=self.user, **values)
        self.session.add(card)
        await self.session.commit()
        await self.session.refresh(card)
        return card

    async def change(self, card_id: uuid.UUID, values: dict) -> Card:
        card = await self.get(card_id)
        card.sqlmodel_update(values)
        await self.session.commit()
        return card

    async def toggle(self, card_id: uuid.UUID) -> Card:
        card = await self.get(card_id)
        card.done = not card.done
        await self.session.commit()
        return card

    async def remove(self, card_id: uuid.UUID) -> None:
        card = await self.get(card_id)
        await self.session.execute(delete(Remark).where(Remark.card_id == card.id))
        await self.session.delete(card)
        await self.session.commit()

    async def remarks(self, card_id: uuid.UUID):
        await self.get(card_id)
        return (await self.session.scalars(select(Remark).where(Remark.card_id == card_id))).all()

    async def add_remark(self, card_id: uuid.UUID, text: str) -> Remark:
        await self.get(card_id)
        remark = Remark(card_id=card_id, text=text)
        self.session.add(remark)
        await self.session.commit()
        return remark

    async def remark(self, card_id: uuid.UUID, remark_id: uuid.UUID) -> Remark:
        await self.get(card_id)
        found = select(Remark).where(Remark.id == remark_id, Remark.card_id == card_id)
        remark = await self.session.scalar(found)
        if remark is None:
            raise Problem(404, "not_found")
        return remark
