"""Tools of language models: the model chooses their arguments, and whoever writes to it the model."""

import json
from dataclasses import dataclass

import httpx
from agents import Agent, RunContextWrapper, Runner, function_tool
from fastapi import FastAPI
from openai import OpenAI
from pydantic import BaseModel
from sqlmodel import Session, select

from base import Note, SessionDep, UserId, engine

app = FastAPI()
client = OpenAI()


class Message(BaseModel):
    words: str


@dataclass
class Context:
    user_id: int


def list_notes(user_id: int, word: str = ""):
    with Session(engine) as session:
        return [note.text for note in session.exec(select(Note).where(Note.owner_id == user_id)).all()]


def add_note(user_id: int, text: str):
    with Session(engine) as session:
        session.add(Note(owner_id=user_id, text=text))
        session.commit()
        return {"ok": True}


TOOLS = {"list_notes": list_notes, "add_note": add_note}


def ask(words):
    return client.chat.completions.create(model="m", messages=[{"role": "user", "content": words}])


@app.post("/api/violated/dispatch")  # [model-chosen-identity]
def dispatch(message: Message, me: UserId):
    for call in ask(message.words).choices[0].message.tool_calls:
        arguments = json.loads(call.function.arguments)
        result = TOOLS[call.function.name](**arguments)
    return result


@app.post("/api/proved/forced")
def forced(message: Message, me: UserId):
    for call in ask(message.words).choices[0].message.tool_calls:
        arguments = json.loads(call.function.arguments)
        arguments["user_id"] = me
        result = TOOLS[call.function.name](**arguments)
    return result


@app.post("/api/violated/fallback")  # [model-chosen-identity]
def fallback(message: Message, me: UserId):
    call = ask(message.words).choices[0].message.tool_calls[0]
    arguments = json.loads(call.function.arguments)
    if "user_id" not in arguments:
        arguments["user_id"] = me
    return TOOLS[call.function.name](**arguments)


@app.post("/api/violated/default")  # [model-chosen-identity]
def default(message: Message, me: UserId):
    call = ask(message.words).choices[0].message.tool_calls[0]
    arguments = json.loads(call.function.arguments)
    return list_notes(arguments.get("user_id", me))


@app.post("/api/violated/tool_server")  # [model-chosen-identity]
async def tool_server(message: Message, me: UserId):
    call = ask(message.words).choices[0].message.tool_calls[0]
    payload = {**json.loads(call.function.arguments)}
    if "user_id" not in payload:
        payload["user_id"] = str(me)
    async with httpx.AsyncClient() as http:
        return (await http.post("/tools/list", json=payload)).json()


@app.post("/api/proved/tool_server")
async def honest_tool_server(message: Message, me: UserId):
    call = ask(message.words).choices[0].message.tool_calls[0]
    payload = {**json.loads(call.function.arguments), "user_id": str(me)}
    async with httpx.AsyncClient() as http:
        return (await http.post("/tools/list", json=payload)).json()


@function_tool
def notes_of(user_id: int) -> list[str]:
    return list_notes(user_id)


@function_tool
def my_notes(context: RunContextWrapper[Context], word: str) -> list[str]:
    return list_notes(context.context.user_id, word)


careless = Agent(name="careless", tools=[notes_of])
careful = Agent(name="careful", tools=[my_notes])


@app.post("/api/violated/agent")  # [model-chosen-identity]
async def run_careless(message: Message, me: UserId):
    return (await Runner.run(careless, message.words)).final_output


@app.post("/api/proved/agent")
async def run_careful(message: Message, me: UserId):
    return (await Runner.run(careful, message.words, context=Context(user_id=me))).final_output


@app.post("/api/proved/closure")
async def run_closure(message: Message, me: UserId, session: SessionDep):
    @function_tool
    def mine(word: str) -> list[str]:
        return [note.text for note in session.exec(select(Note).where(Note.owner_id == me)).all()]

    agent = Agent(name="closed", tools=[mine])
    return (await Runner.run(agent, message.words)).final_output


@app.post("/api/violated/by_id")
async def run_by_id(message: Message, me: UserId, session: SessionDep):
    @function_tool
    def one(note_id: int) -> str:
        return session.get(Note, note_id).text

    agent = Agent(name="open", tools=[one])
    return (await Runner.run(agent, message.words)).final_output


def call_in(response):
    try:
        for part in response.candidates[0].content.parts:
            if part.function_call and part.function_call.name:
                return part.function_call.name, dict(part.function_call.args)
    except (AttributeError, IndexError):
        pass
    return None, {}


@app.post("/api/proved/loop")
def loop(message: Message, me: UserId):
    calls = []
    response = ask(message.words)
    for _ in range(10):
        name, arguments = call_in(response)
        if not name:
            break
        arguments["user_id"] = me
        result = TOOLS[name](**arguments) if name in TOOLS else {"error": "no such tool"}
        calls.append({"tool": name, "arguments": arguments, "result": result})
        response = ask(json.dumps(result))
    return calls


def said(message, notes):
    history = [{"role": "user", "content": note.text} for note in notes]
    messages = [{"role": "system", "content": "Answer."}]
    messages.extend(history)
    messages.append({"role": "user", "content": message.words})
    answer = client.chat.completions.create(model="m", messages=messages)
    return answer.choices[0].message.content


@app.post("/api/violated/told-to-a-model")
def told(message: Message, me: UserId, session: SessionDep):
    return said(message, session.exec(select(Note)).all())


@app.post("/api/proved/told-to-a-model")
def own_told(message: Message, me: UserId, session: SessionDep):
    return said(message, session.exec(select(Note).where(Note.owner_id == me)).all())


@app.post("/api/violated/told-and-kept")
def told_and_kept(message: Message, me: UserId, session: SessionDep):
    answer = said(message, session.exec(select(Note)).all())
    session.add(Note(owner_id=me, text=answer))
    session.commit()
    return {"ok": True}
