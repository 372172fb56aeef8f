"""Orders and their lines; a foreign order is 403, an absent one 404; made by a factory."""

import os
import re

import jwt
from fastapi import APIRouter, Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, Field
from sqlalchemy import ForeignKey, create_engine, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    created_by: Mapped[str] = mapped_column(index=True)
    reference: Mapped[str]


class Line(Base):
    __tablename__ = "order_lines"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    article: Mapped[str]
    quantity: Mapped[int]


class OrderIn(BaseModel):
    reference: str = Field(pattern=r"^[a-z0-9]{4,20}$")


class LineIn(BaseModel):
    article: str = Field(min_length=1, max_length=40)
    quantity: int = Field(ge=1, le=99, multiple_of=1)


bearer = HTTPBearer(auto_error=False)


def get_user(credentials: HTTPAuthorizationCredentials | None = Depends(bearer)) -> str:
    if credentials is not None:
        try:
            claims = jwt.decode(credentials.credentials, os.environ["SHOP_TOKEN_SECRET"], algorithms=["HS256"], options={"require": ["exp", "iat", "sub"]})
        except jwt.PyJWTError:
            claims = {"sub": ""}
        if re.fullmatch(r"[A-Za-z0-9_-]{1,64}", claims["sub"]):
            return claims["sub"]
    raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})


def create_app() -> FastAPI:
    engine = create_engine(os.environ["SHOP_DB_URL"])
    Base.metadata.create_all(engine)
    router = APIRouter(prefix="/v1/orders")

    def get_db():
        with Session(engine, expire_on_commit=False) as session:
            yield session

    def get_order(order_id: int, user: str = Depends(get_user), db: Session = Depends(get_db)) -> Order:
        order = db.get(Order, order_id)
        if order is None:
            raise HTTPException(404, "unknown order")
        if order.created_by != user:
            raise HTTPException(403, "not your order")
        return order

    def get_line(line_id: int, order: Order = Depends(get_order), db: Session = Depends(get_db)) -> Line:
        line = db.get(Line, line_id)
        if line is None or line.order_id != order.id:
            raise HTTPException(404, "unknown line")
        return line

    def order_json(order: Order) -> dict:
        return {"id": order.id, "reference": order.reference}

    def line_json(line: Line) -> dict:
        return {"id": line.id, "article": line.article, "quantity": line.quantity}

    @router.get("")
    def orders(user: str = Depends(get_user), db: Session = Depends(get_db)):
        rows = db.scalars(select(Order).where(Order.created_by == user))
        count = db.scalar(select(func.count()).select_from(Order).where(Order.created_by == user))
        return {"orders": [order_json(row) for row in rows], "count": count}

    @router.post("", status_code=201)
    def place(body: OrderIn, user: str = Depends(get_user), db: Session = Depends(get_db)):
        order = Order(created_by=user, reference=body.reference)
        db.add(order)
        db.commit()
        return {"order": order_json(order)}

    @router.get("/{order_id}")
    def order(found: Order = Depends(get_order)):
        return {"order": order_json(found)}

    @router.put("/{order_id}")
    def change(body: OrderIn, found: Order = Depends(get_order), db: Session = Depends(get_db)):
        found.reference = body.reference
        db.commit()
        return {"order": order_json(found)}

    @router.get("/{order_id}/lines")
    def lines(found: Order = Depends(get_order), db: Session = Depends(get_db)):
        return [line_json(row) for row in db.scalars(select(Line).where(Line.order_id == found.id))]

    @router.post("/{order_id}/lines", status_code=201)
    def add_line(body: LineIn, found: Order = Depends(get_order), db: Session = Depends(get_db)):
        line = Line(order_id=found.id, article=body.article, quantity=body.quantity)
        db.add(line)
        db.commit()
        return line_json(line)

    @router.patch("/{order_id}/lines/{line_id}")
    def change_line(body: LineIn, found: Line = Depends(get_line), db: Session = Depends(get_db)):
        found.article, found.quantity = body.article, body.quantity
        db.commit()
        return line_json(found)

    @router.delete("/{order_id}/lines/{line_id}", status_code=204)
    def drop_line(found: Line = Depends(get_line), db: Session = Depends(get_db)):
        db.delete(found)
        db.commit()

    app = FastAPI()
    app.include_router(router)
    return app
