"""Sends a child into a backend and reads what it saw."""

import base64
import binascii
import json
import re
import sys
import zlib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

from sdd import names
from sdd.errors import WorkspaceError
from sdd.ir import Application
from sdd.ir.behaviour import Shared, operations, ownership
from sdd.ports import Completed
from sdd.verify.observation import Observations, Stage
from sdd.verify.sandbox import Sandbox, find_sandbox
from sdd.verify.target import VerifyContext

_MARGIN = 2.0
_TAIL = 2000
_WANTS_ASYNC = re.compile(r"asyncio extension requires an async driver")
_WANTS_SYNC = re.compile(r"greenlet_spawn has not been called|No module named 'aiosqlite'")
_UNAUTHORIZED = 401


def observe(context: VerifyContext, stages: frozenset[Stage]) -> Observations:
    """Start the backend in a child, go through the stages, and return what was seen.

    The tests run in a child of their own: ask for them alone.
    """
    seen = _observe(context, stages, asynchronous=None)
    facts = seen.results.get("import", {})
    fixed = context.target.database_url or context.target.base_url
    if seen.loaded or fixed or facts.get("kind") == "dependency":
        return seen
    # The text of the sources did not tell which driver the engine takes; its refusal does.
    told = f"{facts.get('exception', '')} {facts.get('message', '')}"
    if _WANTS_ASYNC.search(told):
        return _observe(context, stages, asynchronous=True)
    if _WANTS_SYNC.search(told):
        return _observe(context, stages, asynchronous=False)
    return seen


def _observe(
    context: VerifyContext, stages: frozenset[Stage], *, asynchronous: bool | None
) -> Observations:
    target = context.target
    sandbox = find_sandbox(
        context.processes,
        target.folder,
        target.python,
        network=bool(target.database_url or target.base_url),
    )
    script = files("sdd.verify").joinpath("probe", "start.py")
    command = sandbox.wrap([target.python, "-I", "-B", str(script)])
    try:
        ended = context.processes.run(
            command,
            folder=target.folder,
            environment={"PYTHONDONTWRITEBYTECODE": "1", "LANG": "C.UTF-8"},
            timeout=context.timeout,
            stdin=json.dumps(_job(context, stages, asynchronous=asynchronous)),
        )
    except WorkspaceError as error:
        return Observations(problem=error.message, isolation=sandbox.name)
    problem = _stillborn(ended, target.python)
    if problem is not None:
        return Observations(problem=problem, isolation=sandbox.name)
    return _read(ended, sandbox)


def _job(
    context: VerifyContext, stages: frozenset[Stage], *, asynchronous: bool | None
) -> dict[str, Any]:
    target, application = context.target, context.application
    return {
        "stages": sorted(stages),
        "folder": target.folder,
        "app": target.app,
        "seconds": max(context.timeout - _MARGIN, context.timeout / 2),
        "database_url": target.database_url,
        "environment": dict(target.environment),
        "secret": target.secret,
        "base_url": target.base_url,
        "tokens": list(target.tokens),
        "schemathesis": sys.executable,
        "asynchronous": asynchronous,
        "auth": _auth(application),
        "spec": _spec(application),
    }


def _auth(application: Application | None) -> dict[str, Any]:
    if application is None:
        return {}
    policy = application.auth
    return {
        "mode": policy.mode.value if policy.mode else None,
        "subject": policy.subject,
        "secret_variable": policy.secret_variable,
        "issuer": policy.issuer,
        "audience": policy.audience,
    }


def _spec(application: Application | None) -> dict[str, Any] | None:
    """Return what the probe must know of the spec to judge while it runs."""
    if application is None:
        return None
    errors = application.errors
    codes = [item.code for item in errors.codes if item.status == _UNAUTHORIZED]
    return {
        "operations": [
            {"method": item.method, "path": item.path, "auth": item.auth, "roles": item.roles}
            for item in application.endpoints
        ],
        "shared": _shared(application),
        "foreign_status": errors.foreign_status,
        "foreign_firm": "foreign_status" not in errors.assumed,
        "path_user_status": errors.path_user_status,
        "path_firm": "path_user_status" not in errors.assumed,
        "error_fields": list(errors.fields or ()),
        "unauthorized_code": codes[0] if len(codes) == 1 else None,
    }


def _shared(application: Application) -> list[str]:
    """Return the names of rows that belong to nobody: of their tables, and as paths call them."""
    nobodys = {
        entity.name: isinstance(ownership(application, entity), Shared)
        for entity in application.entities
    }
    called = {
        names.singular(names.snake(entity.table or entity.name)): nobodys[entity.name]
        for entity in application.entities
    }
    for item in operations(application):
        spoken = [part for part in item.endpoint.path.split("/") if part and part[0] != "{"]
        if item.entity is not None and spoken:
            word = names.singular(names.snake(spoken[-1]))
            called[word] = called.get(word, True) and nobodys[item.entity.name]
    return sorted(name for name, shared in called.items() if name and shared)


def _stillborn(ended: Completed, python: str) -> str | None:
    """Say why the probe did not even begin, where that is the interpreter's doing and ours."""
    if ended.stdout.strip() or ended.status != 1 or "start.py" not in ended.stderr:
        return None
    last = (ended.stderr.strip().splitlines() or [""])[-1]
    return f"The probe cannot run in {python} (it needs Python 3.10 or newer): {last}"


def _read(ended: Completed, sandbox: Sandbox) -> Observations:
    results: dict[str, Mapping[str, Any]] = {}
    seconds: dict[str, float] = {}
    begun: str | None = None
    hung_at = ""
    bug: str | None = None
    timed_out = ended.timed_out
    for event in _events(ended.stdout):
        stage = str(event.get("stage", ""))
        match event.get("event"):
            case "begin":
                begun = stage
            case "result":
                results[stage], seconds[stage], begun = event["data"], event["seconds"], None
            case "hang":
                hung_at, timed_out = str(event.get("where", "")), True
            case "bug":
                bug = str(event.get("text", ""))
            case _:
                continue
    if "import" in seconds:
        # The interpreter's own start belongs to the import.
        seconds["import"] += max(ended.seconds - sum(seconds.values()), 0.0)
    complete = begun is None and (ended.status == 0 or bool(results)) and not timed_out
    return Observations(
        results=results,
        seconds=seconds,
        unfinished=None if complete else begun or "start",
        hung_at=hung_at,
        timed_out=timed_out,
        bug=bug,
        isolation=sandbox.name,
        stderr=ended.stderr[-_TAIL:],
    )


def _events(stdout: str) -> Iterator[dict[str, Any]]:
    """Yield the child's events; lines that are none are the backend's own doing."""
    for line in stdout.splitlines():
        try:
            event = json.loads(zlib.decompress(base64.b64decode(line, validate=True)))
        except (binascii.Error, ValueError, zlib.error):
            continue
        if isinstance(event, dict):
            yield event
