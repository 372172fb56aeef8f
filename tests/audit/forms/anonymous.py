"""What nobody unknown may bring about, although no row of any user is touched."""

import os
import smtplib
from collections import Counter

import httpx
from fastapi import FastAPI
from fastapi_mail import FastMail, MessageSchema
from openai import OpenAI
from pydantic import BaseModel, EmailStr
from sqlalchemy import text
from sqlmodel import Field, SQLModel, select

from base import SessionDep, UserId, engine

app = FastAPI()
client = OpenAI()
mail = FastMail(None)
jobs = {}
hits = Counter()
colours = {"red": 1, "green": 2}


class Message(BaseModel):
    to: EmailStr
    words: str


class Country(SQLModel, table=True):
    id: int = Field(primary_key=True)
    name: str


class Board:
    def __init__(self):
        self.cards = []

    def add(self, words):
        self.cards.append({"id": len(self.cards), "words": words})

    def all(self):
        return self.cards


board = Board()


@app.post("/api/open/mail")  # [missing-authentication]
async def relay(message: Message):
    await mail.send_message(MessageSchema(recipients=[message.to], subject="hello", body="hello"))


@app.post("/api/open/smtp")
def relay_by_hand(message: Message):
    with smtplib.SMTP("localhost") as server:
        server.sendmail("me@example.org", message.to, message.words)


@app.post("/api/public/feedback")
async def write_to_us(message: Message):
    await mail.send_message(MessageSchema(recipients=["us@example.org"], subject="hello", body="hello"))


@app.post("/api/open/model")
def ask(message: Message):
    return client.chat.completions.create(model="m", messages=[{"role": "user", "content": message.words}])


@app.post("/api/none/model")
def ask_signed_in(message: Message, me: UserId):
    return client.chat.completions.create(model="m", messages=[{"role": "user", "content": message.words}])


@app.post("/api/open/proxy")
async def proxy(message: Message):
    key = os.environ["PROVIDER_KEY"]
    async with httpx.AsyncClient() as http:
        answer = await http.post("/v1", headers={"Authorization": f"Bearer {key}"}, json={"q": message.words})
    return answer.json()


@app.get("/api/public/weather")
async def weather():
    async with httpx.AsyncClient() as http:
        return (await http.get("https://example.org/weather")).json()


@app.post("/api/open/tables")
def make_tables():
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE note ADD COLUMN colour TEXT"))


@app.post("/api/open/reset_all")
def drop_tables():
    SQLModel.metadata.drop_all(engine)


@app.post("/api/open/reference")
def add_country(name: str, session: SessionDep):
    session.add(Country(name=name))
    session.commit()


@app.get("/api/public/reference")
def list_countries(session: SessionDep):
    return session.exec(select(Country)).all()


@app.post("/api/open/cards")
def add_card(message: Message):
    board.add(message.words)


@app.get("/api/open/all_cards")
def list_cards():
    return board.all()


@app.get("/api/none/all_cards")
def list_cards_signed_in(me: UserId):
    return board.all()


@app.put("/api/open/jobs/{name}")
def put_job(name: str, message: Message):
    jobs[name] = message.words


@app.get("/api/public/colours")
def list_colours():
    return colours


@app.get("/api/public/health")
def health():
    hits["health"] += 1
    return {"ok": True}


@app.post("/api/public/login")
def sign_in(message: Message, session: SessionDep):
    hits[message.to] += 1
    return {"token": "for whoever asks"}
