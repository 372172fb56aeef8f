"""A queue of runs in PostgreSQL, and the workers that take them: the journal's engine, shared.

Every run is a workflow of DBOS in a queue, and every model call is one too, under the run's id: so
whoever goes on with a run of a dead worker finds its finished calls. DBOS has no heartbeat; a
worker's runs are taken up again by a worker of the same id, or by one that is told to.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import Context
from typing import TYPE_CHECKING, Any, cast

from sdd.adapters.journal import VERSION, Journal, Makes, RunJournal, model_call
from sdd.errors import ConfigError, MissingExtraError

if TYPE_CHECKING:
    import dbos

QUEUE = "sdd-runs"
_RUN = "sdd_run"
_CALL = "model_call"
_POLLING = 0.5
_MOST = 1_000_000

Work = Callable[[str, str, Journal], str]


def submit(url: str, jobs: Sequence[tuple[str, str, str]]) -> None:
    """Put jobs into the queue, each as id, text and the project it works in.

    Two jobs of one project are never worked on at the same time.

    Raises:
        ConfigError: The database cannot be reached.
        MissingExtraError: DBOS is not installed.
    """
    with _client(url) as client:
        _register(client.register_queue)
        for job_id, text, project in jobs:
            client.enqueue(
                {
                    "workflow_name": _RUN,
                    "queue_name": QUEUE,
                    "workflow_id": job_id,
                    "app_version": VERSION,
                    "queue_partition_key": project,
                },
                text,
            )


def results(url: str, job_ids: Sequence[str]) -> Mapping[str, str | None]:
    """Return what became of jobs: the text that work returned, None while there is none.

    Raises:
        ConfigError: The database cannot be reached.
        MissingExtraError: DBOS is not installed.
    """
    with _client(url) as client:
        found = client.list_workflows(workflow_ids=list(job_ids), load_input=False, limit=_MOST)
        return {
            item.workflow_id: str(item.output) if item.status == "SUCCESS" else None
            for item in found
        }


class Worker:
    """A worker that is at work; `start_worker` starts it."""

    def __init__(self, name: str) -> None:
        self._name = name

    def is_idle(self) -> bool:
        """Tell whether nothing waits in the queue and nothing is under way here."""
        from dbos import DBOS  # noqa: PLC0415 - slow to import

        waiting = DBOS.list_workflows(
            name=_RUN, status="ENQUEUED", load_input=False, load_output=False, limit=1
        )
        here = DBOS.list_workflows(
            name=_RUN,
            status="PENDING",
            executor_id=self._name,
            load_input=False,
            load_output=False,
            limit=1,
        )
        return not waiting and not here


@contextmanager
def start_worker(
    url: str, name: str, work: Work, *, take_over: Sequence[str] = ()
) -> Iterator[Worker]:
    """Take runs from the queue, one at a time, until the block ends.

    Args:
        url: The database.
        name: The worker's id: stable, and no other living worker's.
        work: Does a job: takes its id, its text and its journal, and returns its result.
        take_over: Ids of workers that are dead and whose runs go on here.

    Raises:
        ConfigError: The database cannot be reached.
        MissingExtraError: DBOS is not installed.
    """
    with _client(url) as client:
        abandoned = [item for dead in (name, *take_over) for item in _pending(client, dead)]
        # Calls that were under way: nobody else can finish them, and they are made again.
        calls = [item.workflow_id for item in abandoned if item.name == _CALL]
        client.delete_workflows(calls)
        runs = [item.workflow_id for item in abandoned if item.name == _RUN]
        client.resume_workflows(runs, queue_name=QUEUE)
    from dbos import DBOS  # noqa: PLC0415 - slow to import

    DBOS(
        config={
            "name": "sdd",
            "system_database_url": url,
            "executor_id": name,
            "application_version": VERSION,
            "serializer": _serializer(),
            "enable_otlp": False,
            "log_level": "CRITICAL",
            "console_log_level": "CRITICAL",
        }
    )
    makes: Makes = {}
    call = DBOS.workflow(name=_CALL)(model_call(makes))

    def run(text: str) -> str:
        job_id = cast("str", DBOS.workflow_id)
        journal = RunJournal(call, makes, prefix=f"{job_id}/")
        # Outside of this workflow: calls of agents side by side have no order to be kept in.
        return Context().run(work, job_id, text, journal)

    DBOS.workflow(name=_RUN)(run)
    DBOS.listen_queues([QUEUE])
    DBOS.launch()
    try:
        _register(DBOS.register_queue)
        yield Worker(name)
    finally:
        DBOS.destroy(destroy_registry=True)


def _register(register: Callable[..., object]) -> None:
    register(
        QUEUE,
        worker_concurrency=1,
        partition_concurrency=1,
        polling_interval_sec=_POLLING,
        on_conflict="always_update",
    )


def _pending(client: dbos.DBOSClient, worker: str) -> list[dbos.WorkflowStatus]:
    return client.list_workflows(
        status="PENDING", executor_id=worker, load_input=False, load_output=False, limit=_MOST
    )


def _serializer() -> Any:  # noqa: ANN401 - the library's own
    from dbos import DBOSPortableJSONSerializer  # noqa: PLC0415 - slow to import

    return DBOSPortableJSONSerializer()


@contextmanager
def _client(url: str) -> Iterator[dbos.DBOSClient]:
    try:
        from dbos import DBOS, DBOSClient  # noqa: PLC0415 - slow to import
        from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415
    except ImportError as error:
        raise MissingExtraError("agents", "A queue of runs") from error
    if not url.startswith(("postgresql://", "postgres://", "postgresql+psycopg://")):
        raise ConfigError(
            "A queue needs a PostgreSQL database.",
            hint="Write it as postgresql://USER:PASSWORD@HOST:PORT/DATABASE.",
        )
    logging.getLogger("dbos").setLevel(logging.CRITICAL)  # it tells people what we tell them
    try:
        DBOS.migrate(url)
        client = DBOSClient(
            system_database_url=url, serializer=_serializer(), retry_connection_errors=False
        )
    except SQLAlchemyError as error:
        raise ConfigError(
            f"The queue's database cannot be reached: {_reason(error)}.",
            hint="Check the URL, and that the server is running and lets you in.",
        ) from error
    try:
        yield client
    finally:
        client.destroy()


def _reason(error: Exception) -> str:
    said = [line.strip() for line in str(getattr(error, "orig", None) or error).splitlines()]
    # Drivers end with questions ("Is the server running …?"); the reason stands before them.
    told = [line for line in said if line and not line.endswith("?")]
    return (told or said)[-1].rstrip(".")
