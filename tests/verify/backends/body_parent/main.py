"""Expenses that name their wallet in the body; categories belong to everybody."""

import os
import re
import uuid

import jwt
from fastapi import Depends, FastAPI, Header, HTTPException
from pydantic import BaseModel
from sqlmodel import Field, Session, SQLModel, create_engine, select

url = os.environ.get("DATABASE_URL") or "sqlite:///wallets.db"
engine = create_engine(url)
app = FastAPI()


class Category(SQLModel, table=True):
    __tablename__ = "categories"
    id: int | None = Field(default=None, primary_key=True)
    name: str


class Wallet(SQLModel, table=True):
    __tablename__ = "wallets"
    id: str = Field(default_factory=lambda: uuid.uuid4().hex, primary_key=True)
    owner: str
    label: str


class Expense(SQLModel, table=True):
    __tablename__ = "expenses"
    id: str = Field(default_factory=lambda: uuid.uuid4().hex, primary_key=True)
    wallet_id: str = Field(foreign_key="wallets.id")
    category_id: int | None = Field(default=None, foreign_key="categories.id")
    cents: int


SQLModel.metadata.create_all(engine)


class WalletIn(BaseModel):
    label: str = Field(min_length=1, max_length=80)


class ExpenseIn(BaseModel):
    wallet_id: str
    cents: int = Field(gt=0, lt=10_000_000)


class CategoryIn(BaseModel):
    name: str = Field(min_length=1)


def caller(authorization: str | None = Header(default=None)) -> str:
    match = re.fullmatch(r"[Bb]earer +(\S+)", authorization or "")
    try:
        if match is None:
            raise ValueError("no bearer token")
        found = jwt.decode(match[1], os.environ["AUTH_SECRET"], algorithms=["HS256"], options={"require": ["exp", "iat", "sub"]})
        if not re.fullmatch(r"[A-Za-z0-9]{1,64}", found["sub"]):
            raise ValueError("odd subject")
    except (jwt.PyJWTError, ValueError) as error:
        raise HTTPException(401, "who are you?", {"WWW-Authenticate": "Bearer"}) from error
    return found["sub"]


@app.get("/categories")
def categories() -> list[Category]:
    with Session(engine) as session:
        return list(session.exec(select(Category)))


@app.post("/categories", status_code=201)
def add_category(body: CategoryIn, user: str = Depends(caller)) -> Category:
    with Session(engine, expire_on_commit=False) as session:
        category = Category(name=body.name)
        session.add(category)
        session.commit()
        return category


@app.get("/wallets")
def wallets(user: str = Depends(caller)) -> list[Wallet]:
    with Session(engine) as session:
        return list(session.exec(select(Wallet).where(Wallet.owner == user)))


@app.post("/wallets", status_code=201)
def add_wallet(body: WalletIn, user: str = Depends(caller)) -> Wallet:
    with Session(engine, expire_on_commit=False) as session:
        wallet = Wallet(owner=user, label=body.label)
        session.add(wallet)
        session.commit()
        return wallet


def own_wallet(session: Session, wallet_id: str, user: str) -> Wallet:
    wallet = session.exec(select(Wallet).where(Wallet.id == wallet_id).where(Wallet.owner == user)).first()
    if wallet is None:
        raise HTTPException(404, "no such wallet")
    return wallet


def own_expense(session: Session, expense_id: str, user: str) -> Expense:
    query = select(Expense).join(Wallet).where(Expense.id == expense_id, Wallet.owner == user)
    expense = session.exec(query).first()
    if expense is None:
        raise HTTPException(404, "no such expense")
    return expense


@app.put("/wallets/{wallet_id}")
def rename(wallet_id: str, body: WalletIn, user: str = Depends(caller)) -> Wallet:
    with Session(engine, expire_on_commit=False) as session:
        wallet = own_wallet(session, wallet_id, user)
        wallet.label = body.label
        session.commit()
        return wallet


@app.get("/expenses")
def expenses(wallet_id: str | None = None, user: str = Depends(caller)) -> list[Expense]:
    with Session(engine) as session:
        query = select(Expense).join(Wallet).where(Wallet.owner == user)
        if wallet_id:
            query = query.where(Expense.wallet_id == wallet_id)
        return list(session.exec(query))


@app.post("/expenses", status_code=201)
def spend(body: ExpenseIn, user: str = Depends(caller)) -> Expense:
    with Session(engine, expire_on_commit=False) as session:
        own_wallet(session, body.wallet_id, user)
        expense = Expense(**body.model_dump())
        session.add(expense)
        session.commit()
        return expense


@app.get("/expenses/{expense_id}")
def expense(expense_id: str, user: str = Depends(caller)) -> Expense:
    with Session(engine) as session:
        return own_expense(session, expense_id, user)


@app.delete("/expenses/{expense_id}", status_code=204)
def refund(expense_id: str, user: str = Depends(caller)) -> None:
    with Session(engine) as session:
        session.delete(own_expense(session, expense_id, user))
        session.commit()
