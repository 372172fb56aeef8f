from datetime import date, datetime, timezone
from enum import Enum

from sqlalchemy import Column, DateTime
from sqlalchemy import Enum as Choice
from sqlmodel import Field, SQLModel


class Light(str, Enum):
    shade = "shade"
    sun = "sun"


def now() -> datetime:
    return datetime.now(timezone.utc)


class Plant(SQLModel, table=True):
    __tablename__ = "plants"

    id: int | None = Field(default=None, primary_key=True)
    user_id: str = Field(max_length=64, index=True)
    name: str = Field(max_length=80)
    light: Light = Field(default=Light.sun, sa_column=Column(Choice(Light), nullable=False))
    bought: date | None = None
    price: float | None = None
    created_at: datetime = Field(default_factory=now, sa_type=DateTime(timezone=True))


class Watering(SQLModel, table=True):
    __tablename__ = "waterings"

    id: int | None = Field(default=None, primary_key=True)
    plant_id: int = Field(foreign_key="plants.id", ondelete="CASCADE", index=True)
    litres: float
    note: str = Field(default="", max_length=200)
