"""Faults sown into a correct backend are violated, each of them, and none is proved."""

import functools
from pathlib import PurePosixPath

import pytest
from generate.samples import tasks_and_comments
from memory_files import MemoryFiles

from sdd.audit import AuditReport, Verdict, audit
from sdd.generate import Options, render
from sdd.program import load

_TASKS = "app/repositories/task.py"
_COMMENTS = "app/repositories/comment.py"
_JWT = "app/auth/jwt.py"
_DEPENDENCIES = "app/dependencies.py"
_OWN = 'self._get, params={"task_id": task_id, "user_id": user_id}'
_BUILT = (
    'select(Task).where(\n        Task.id == bindparam("task_id"), '
    'Task.user_id == bindparam("user_id")\n    )'
)
_LIST = "select(Task, func.count().over()).where(Task.user_id == user_id)\n        if status"
_DELETE = "task = await self.get(user_id, task_id)\n        await self._session.delete(task)"
_FETCH = "task = await self._session.get(Task, task_id)\n        "
_VERIFIED = "return verify_token(credentials.credentials, settings)"
_ALIAS = "CurrentUserId = Annotated[str, Depends(get_current_user_id)]"

# What is replaced by what, in which file; at least one route must then be violated.
FAULTS = {
    "conjunct dropped": (_TASKS, _OWN, "select(Task).where(Task.id == task_id)"),
    "or for and": (
        _TASKS,
        _OWN,
        "select(Task).where((Task.id == task_id) | (Task.user_id == user_id))",
    ),
    "Python's and": (
        _TASKS,
        _OWN,
        "select(Task).where(Task.id == task_id and Task.user_id == user_id)",
    ),
    "conjunct negated": (
        _TASKS,
        _OWN,
        "select(Task).where(Task.id == task_id, Task.user_id != user_id)",
    ),
    "compared with itself": (
        _TASKS,
        _OWN,
        "select(Task).where(Task.id == task_id, Task.user_id == Task.user_id)",
    ),
    "conjunct of what is built before dropped": (
        _TASKS,
        _BUILT,
        'select(Task).where(Task.id == bindparam("task_id"))',
    ),
    "or for and in what is built before": (
        _TASKS,
        _BUILT,
        (
            'select(Task).where((Task.id == bindparam("task_id")) | '
            '(Task.user_id == bindparam("user_id")))'
        ),
    ),
    "conjunct of what is built before negated": (
        _TASKS,
        _BUILT,
        'select(Task).where(Task.id == bindparam("task_id"), Task.user_id != bindparam("user_id"))',
    ),
    "what is built before compared with itself": (
        _TASKS,
        _BUILT,
        'select(Task).where(Task.id == bindparam("task_id"), Task.user_id == Task.user_id)',
    ),
    "both places filled by the client": (
        _TASKS,
        _OWN,
        'self._get, params={"task_id": task_id, "user_id": str(task_id)}',
    ),
    "list not filtered": (_TASKS, _LIST, "select(Task, func.count().over())\n        if status"),
    "list filtered on demand": (
        _TASKS,
        _LIST,
        (
            "select(Task, func.count().over())\n        if priority is not None:\n"
            "            statement = statement.where(Task.user_id == user_id)\n        if status"
        ),
    ),
    "owner from the body": (
        _TASKS,
        "            user_id=user_id,",
        "            user_id=data.title,",
    ),
    "count not filtered": (
        _TASKS,
        "select_from(Task).where(Task.user_id == user_id)",
        "select_from(Task)",
    ),
    "fetched by id alone": (_TASKS, _DELETE, _FETCH + "await self._session.delete(task)"),
    "guard after the commit": (
        _TASKS,
        _DELETE + "\n        await self._session.commit()",
        _FETCH
        + "await self._session.delete(task)\n        await self._session.commit()\n"
        + '        if task.user_id != user_id:\n            raise NotFoundError("x")',
    ),
    "guard inverted": (
        _TASKS,
        _DELETE,
        _FETCH
        + 'if task is None or task.user_id == user_id:\n            raise NotFoundError("x")\n'
        + "        await self._session.delete(task)",
    ),
    "guard's exception swallowed": (
        _TASKS,
        _DELETE,
        _FETCH
        + "try:\n            await self.get(user_id, task_id)\n        except NotFoundError:\n"
        + "            pass\n        await self._session.delete(task)",
    ),
    "child unbound": (_COMMENTS, '            Task.user_id == bindparam("user_id"),\n', ""),
    "signature not verified": (_JWT, "options={", 'options={"verify_signature": False,'),
    "expiry not verified": (_JWT, "options={", 'options={"verify_exp": False,'),
    "unsigned tokens": (_JWT, "algorithms=[ALGORITHM]", 'algorithms=[ALGORITHM, "none"]'),
    "algorithm from the token": (
        _JWT,
        "algorithms=[ALGORITHM]",
        'algorithms=[jwt.get_unverified_header(token)["alg"]]',
    ),
    "verifier swallows": (_JWT, "raise UnauthorizedError() from error", 'return "anonymous"'),
    "constant user": (_DEPENDENCIES, _VERIFIED, 'return "demo"'),
    "fails open": (
        _DEPENDENCIES,
        "raise UnauthorizedError()\n    settings",
        'return "guest"\n    settings',
    ),
    "token taken for the id": (_DEPENDENCIES, _VERIFIED, "return credentials.credentials"),
    "dependency is a lambda": (
        _DEPENDENCIES,
        _ALIAS,
        'CurrentUserId = Annotated[str, Depends(lambda: "x")]',
    ),
    "id from a header": (
        _DEPENDENCIES,
        _ALIAS,
        "from fastapi import Header\nCurrentUserId = Annotated[str, Header()]",
    ),
    "debug token": (
        _DEPENDENCIES,
        _VERIFIED,
        (
            'return "a" if credentials.credentials == "debug" else '
            "verify_token(credentials.credentials, settings)"
        ),
    ),
}

# Rewrites that mean the same; every verdict must stay.
REWRITES = {
    "built where it is executed": (
        _TASKS,
        _OWN,
        "select(Task).where(Task.id == task_id, Task.user_id == user_id)",
    ),
    "places swapped with columns": (
        _TASKS,
        _BUILT,
        'select(Task).where(bindparam("user_id") == Task.user_id, bindparam("task_id") == Task.id)',
    ),
    "places chained": (
        _TASKS,
        _BUILT,
        (
            'select(Task).where(Task.id == bindparam("task_id"))'
            '.where(Task.user_id == bindparam("user_id"))'
        ),
    ),
    "places filled by params": (
        _TASKS,
        _OWN,
        "self._get.params(user_id=user_id, task_id=task_id)",
    ),
    "operands swapped": (
        _TASKS,
        _OWN,
        "select(Task).where(user_id == Task.user_id, task_id == Task.id)",
    ),
    "predicates chained": (
        _TASKS,
        _OWN,
        "select(Task).where(Task.id == task_id).where(Task.user_id == user_id)",
    ),
    "predicates merged": (
        _TASKS,
        _OWN,
        "select(Task).where((Task.id == task_id) & (Task.user_id == user_id))",
    ),
    "cast": (_TASKS, _OWN, "select(Task).where(Task.id == task_id, Task.user_id == str(user_id))"),
    "alias": (
        _TASKS,
        _OWN,
        "select(Task).where(Task.id == task_id, Task.user_id == (me := user_id))",
    ),
    "checked after the fetch": (
        _TASKS,
        _DELETE,
        _FETCH
        + 'if task is None or task.user_id != user_id:\n            raise NotFoundError("x")\n'
        + "        await self._session.delete(task)",
    ),
}


@functools.cache
def backend() -> dict[str, bytes]:
    return {str(item.path): item.content for item in render(tasks_and_comments(), Options())}


def changed(path: str, old: str, new: str) -> AuditReport:
    files = dict(backend())
    text = files[path].decode()
    assert old in text, f"{path} no longer has {old!r}"
    files[path] = text.replace(old, new, 1).encode()
    assert PurePosixPath(path).suffix == ".py"
    return audit(load(MemoryFiles(files)))


@functools.cache
def verdicts() -> dict[str, Verdict]:
    report = audit(load(MemoryFiles(backend())))
    return {route.name: route.verdict for route in report.routes}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_sown_fault_is_violated(fault: str) -> None:
    """Some route is violated, and whatever lost its proof is violated, not merely unknown."""
    report = changed(*FAULTS[fault])

    different = {
        route.name: route.verdict
        for route in report.routes
        if route.verdict is not verdicts()[route.name]
    }
    assert different
    assert set(different.values()) == {Verdict.VIOLATED}


@pytest.mark.parametrize("rewrite", REWRITES)
def test_a_rewrite_keeps_every_verdict(rewrite: str) -> None:
    """What means the same is judged the same."""
    report = changed(*REWRITES[rewrite])

    assert {route.name: route.verdict for route in report.routes} == verdicts()
