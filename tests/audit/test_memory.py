"""Calls that are repeated from memory leave behind what running them again would."""

import ast
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest
from memory_files import MemoryFiles
from typing_extensions import override

from sdd.adapters.source_tree import read_tree
from sdd.audit import AuditSettings, report_json
from sdd.audit.alike import Call
from sdd.audit.analysis import audit_with
from sdd.audit.engine import Engine
from sdd.audit.machine import make_engine
from sdd.audit.memory import Memory
from sdd.audit.rules.registry import RULES
from sdd.audit.state import State
from sdd.audit.values import Value
from sdd.program import Program, load

PAGES = Path(__file__).parents[2] / "docs" / "rules"
BACKEND = Path(__file__).parents[2] / "backend"

SERVICES = """
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request
from starlette.middleware.base import BaseHTTPMiddleware

from base import CurrentUser, SessionDep, Task

router = APIRouter()
kept = {}


def look_up(key):
    return kept.get(key)


@router.post("/kept/{key}")
def keep(key: str, text: str):
    before = look_up(key)
    kept[key] = text
    return before


@router.get("/kept/{key}")
def show(key: str):
    return look_up(key)


@router.get("/kept")
def show_again(key: str):
    return look_up(key)


class Stamp(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        if request.url.path == "/health":
            return await call_next(request)
        request.state.stamp = request.method
        return await call_next(request)


class Tasks:
    def __init__(self, session, user):
        self.session = session
        self.user = user
        self.seen = []

    def get(self, task_id):
        task = self.session.get(Task, task_id)
        if task is None:
            raise HTTPException(404)
        self.check(task)
        self.seen.append(task)
        return task

    def check(self, task):
        if task.user_id != self.user.id:
            raise HTTPException(404)

    def remove(self, task):
        try:
            self.session.delete(self.get(task.id))
            self.session.commit()
        except ValueError:
            self.session.rollback()


@router.get("/tasks/{task_id}")
def read(task_id: int, session: SessionDep, user: CurrentUser):
    return Tasks(session, user).get(task_id)


@router.delete("/tasks/{task_id}")
def delete(task_id: int, session: SessionDep, user: CurrentUser):
    tasks = Tasks(session, user)
    tasks.remove(tasks.get(task_id))


@router.put("/tasks/{task_id}")
def rename(task_id: int, title: str, session: SessionDep, user: CurrentUser):
    tasks = Tasks(session, user)
    task, again = tasks.get(task_id), tasks.get(task_id)
    task.title = title
    session.add(again)
    session.commit()
    return tasks.seen


@router.put("/tasks/{task_id}/owner")
def give(task_id: int, owner: int, session: SessionDep, user: CurrentUser):
    task = Tasks(session, user).get(task_id)
    task.user_id = owner
    session.commit()


app = FastAPI()
app.add_middleware(Stamp)
app.include_router(router, prefix="/api")
"""


class Forgetful(Memory):
    """Runs every call."""

    @override
    def remembered(
        self, engine: Engine, call: Call, state: State, node: ast.AST, run: Callable[[], Value]
    ) -> Value:
        """Run the call."""
        return run()


def audited(program: Program, memory: Memory) -> tuple[object, int]:
    """Return the report, and how many steps were run for it."""
    engine = make_engine(program)
    engine.memory = memory
    report = audit_with(engine, AuditSettings())
    return report_json(report, "."), engine.steps_in_all


def test_services_that_routes_share_are_run_once(base_file: str) -> None:
    """The report is the same, with fewer steps."""
    program = load(MemoryFiles({"base.py": base_file, "main.py": SERVICES}))

    report, steps = audited(program, Memory())
    plain, all_steps = audited(program, Forgetful())

    assert report == plain
    assert steps < all_steps


def test_a_whole_backend_is_judged_alike() -> None:
    """Memory changes no word of the report of the committed backend."""
    program = load(read_tree(BACKEND))

    report, steps = audited(program, Memory())
    plain, all_steps = audited(program, Forgetful())

    assert report == plain
    assert steps < all_steps


@pytest.mark.parametrize("rule", [rule.id for rule in RULES])
def test_the_examples_of_a_rule_are_judged_alike(rule: str, base_file: str) -> None:
    """Each block of a rule's page gets the same report with memory and without."""
    text = (PAGES / f"{rule}.md").read_text(encoding="utf-8")
    blocks = [part.partition("```")[0] for part in text.split("```python\n")[1:]]

    for block in blocks:
        program = load(MemoryFiles({"base.py": base_file, "main.py": block}), PurePosixPath())
        assert audited(program, Memory())[0] == audited(program, Forgetful())[0]
