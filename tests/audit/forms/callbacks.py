"""Rows that other code fetches or calls for: callbacks, executors, agents, and lent databases."""

import asyncio
import contextvars
import functools
from concurrent.futures import ThreadPoolExecutor

import workbench
from fastapi import FastAPI
from pydantic_ai import Agent, RunContext
from sqlmodel import select

from base import Note, SessionDep, UserId
from workbench import Bench, load_notes

app = FastAPI()


def everything(session):
    return session.exec(select(Note)).all()


def of_one(session, user_id):
    return session.exec(select(Note).where(Note.owner_id == user_id)).all()


@app.get("/api/unknown/function-from-elsewhere/{key}")
def from_elsewhere(key: int, session: SessionDep, me: UserId):
    return load_notes(session, key)


@app.delete("/api/unknown/keyword-from-elsewhere/{key}")
def keyword_from_elsewhere(key: int, session: SessionDep, me: UserId):
    workbench.crud.remove(db=session, key=key)
    return {"ok": True}


@app.get("/api/doubtful/function-from-elsewhere/{key}")
def by_anybody(key: int, session: SessionDep):
    return load_notes(session, key)


@app.get("/api/unknown/object-from-elsewhere/{key}")
def object_from_elsewhere(key: int, session: SessionDep, me: UserId):
    return workbench.Service(session).find(key)


@app.get("/api/proved/statement-for-elsewhere")
def statement_for_elsewhere(session: SessionDep, me: UserId):
    return workbench.pages(session, select(Note).where(Note.owner_id == me))


@app.get("/api/violated/statement-for-elsewhere")
def every_statement_for_elsewhere(session: SessionDep, me: UserId):
    return workbench.pages(session, select(Note))


def first(session):
    return workbench.run(lambda: second(session))


def second(session):
    return workbench.run(lambda: third(session))


def third(session):
    return workbench.run(lambda: everything(session))


@app.get("/api/unknown/called-back-far-down")
def far_down(session: SessionDep, me: UserId):
    return first(session)


@app.get("/api/violated/entry-of-a-mapping")
def entry(session: SessionDep, me: UserId):
    return workbench.run({"notes": lambda: everything(session)})


@app.get("/api/violated/partial")
def partial(session: SessionDep, me: UserId):
    return workbench.run(functools.partial(everything, session))


@app.get("/api/proved/partial")
def own_partial(session: SessionDep, me: UserId):
    return workbench.run(functools.partial(of_one, session, me))


@app.get("/api/violated/attribute")
def attribute(session: SessionDep, me: UserId):
    bench = Bench()
    bench.on_message = lambda: everything(session)
    return bench.listen()


class Shop(workbench.Shop):
    def step(self, session):
        return everything(session) or session.commit()


@app.get("/api/unknown/method-of-a-base-class")
def base_class(me: UserId):
    return Shop().open()


@app.get("/api/violated/map")
def with_map(session: SessionDep, me: UserId):
    return list(map(lambda key: session.get(Note, key).text, [1, 2]))


@app.get("/api/proved/filter")
def with_filter(session: SessionDep, me: UserId):
    return list(filter(lambda note: note.text, of_one(session, me)))


@app.get("/api/violated/filter")
def every_with_filter(session: SessionDep, me: UserId):
    return list(filter(None, everything(session)))


@app.get("/api/violated/reduce")
def with_reduce(session: SessionDep, me: UserId):
    return functools.reduce(lambda found, key: [*found, session.get(Note, key)], [1, 2], [])


@app.get("/api/violated/run_sync")
async def run_sync(session: SessionDep, me: UserId):
    return await session.run_sync(lambda inner: everything(inner))


@app.get("/api/proved/run_sync")
async def own_run_sync(session: SessionDep, me: UserId):
    return await session.run_sync(of_one, me)


@app.get("/api/violated/executor")
async def executor(session: SessionDep, me: UserId):
    return await asyncio.get_event_loop().run_in_executor(None, everything, session)


@app.get("/api/proved/executor")
async def own_executor(session: SessionDep, me: UserId):
    return await asyncio.get_event_loop().run_in_executor(None, of_one, session, me)


@app.get("/api/violated/future")
def future(session: SessionDep, me: UserId):
    with ThreadPoolExecutor() as pool:
        return pool.submit(everything, session).result()


@app.get("/api/proved/future")
def own_future(session: SessionDep, me: UserId):
    with ThreadPoolExecutor() as pool:
        return pool.submit(of_one, session, me).result()


@app.get("/api/violated/context")
def context(session: SessionDep, me: UserId):
    return contextvars.copy_context().run(everything, session)


class Belongings:
    def __init__(self, session, user_id):
        self.session = session
        self.user_id = user_id


agent = Agent("large", deps_type=Belongings)


@agent.tool
def notes(ctx: RunContext[Belongings], word: str) -> list[str]:
    return [note.text for note in of_one(ctx.deps.session, ctx.deps.user_id)]


@app.get("/api/proved/agent")
async def own_agent(session: SessionDep, me: UserId):
    return (await agent.run("hello", deps=Belongings(session, me))).output


careless = Agent("small", deps_type=Belongings)


@careless.tool
def one_note(ctx: RunContext[Belongings], key: int) -> str:
    return ctx.deps.session.get(Note, key).text


@app.get("/api/violated/agent")
async def careless_agent(session: SessionDep, me: UserId):
    return (await careless.run("hello", deps=Belongings(session, me))).output


other = workbench.Agent("model")


@app.get("/api/unknown/agent-of-nobody-known")
async def unknown_agent(session: SessionDep, me: UserId):
    return (await other.run("hello", deps=Belongings(session, me))).output
