import uuid
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Field, SQLModel


class Card(SQLModel, table=True):
    __tablename__ = "cards"
    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    user_id: uuid.UUID = Field(index=True)
    title: str = Field(max_length=200)
    lane: str | None = Field(default=None, max_length=40)
    estimate: int | None = Field(default=None)
    done: bool = Field(default=False)
    created_at: datetime = Field(default=None, sa_column_kwargs={"server_default": func.now()})


class Remark(SQLModel, table=True):
    __tablename__ = "remarks"
    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    card_id: uuid.UUID = Field(foreign_key="cards.id", ondelete="CASCADE", index=True)
    text: str = Field(max_length=500)
