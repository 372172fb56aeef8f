"""What models answered, kept so that no finished call is ever made again.

DBOS keeps the journal, one SQLite file for each run. Every model call is a workflow of its own,
named by task, turn and hash of the request, so the order in which parallel agents come along does
not matter. Tools are run anew on a resumed run: they work in overlays that died with the process.
"""

import asyncio
import sqlite3
import sys
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol, cast

from sdd.errors import MissingExtraError, ModelError, WorkspaceError

JOURNAL = "journal.db"
Make = Callable[[], Awaitable[bytes]]
Makes = dict[str, Make]
# Pinned: by default DBOS hashes the source and silently ignores journals of other versions.
VERSION = "1"
_UNFINISHED = ["PENDING", "ENQUEUED", "DELAYED", "ERROR", "CANCELLED"]
_NEVER = sys.maxsize


class Journal(Protocol):
    """Remembers results by key and hash of the request.

    Attributes:
        is_own: Whether what it remembers was paid for by this very run, before it was interrupted.
    """

    is_own: bool

    async def forget(self, key: str) -> None:
        """Forget what was recorded under a key and those below it, `key/…`."""
        ...

    async def record(self, key: str, request_hash: str, make: Make) -> tuple[bytes, bool]:
        """Return what was recorded (True), or make it and record it (False).

        A call that fails or is cancelled is not recorded. A process killed between the end of a
        call and its record makes that one call again: give calls an idempotency key.
        """
        ...


class NoJournal:
    """Remembers nothing: for runs that cannot be resumed."""

    is_own = True

    async def forget(self, key: str) -> None:
        """There is nothing to forget."""

    async def record(self, key: str, request_hash: str, make: Make) -> tuple[bytes, bool]:  # noqa: ARG002
        """Make it."""
        return await make(), False


class ReplayJournal:
    """Answers from a finished journal alone; `open_replay` opens it."""

    is_own = False

    def __init__(self, run: str, answers: dict[str, str]) -> None:
        self._run = run
        self._answers = answers

    async def forget(self, key: str) -> None:
        """Keep it: the run that is replayed ended so."""

    async def record(self, key: str, request_hash: str, make: Make) -> tuple[bytes, bool]:  # noqa: ARG002
        """Return what was recorded.

        Raises:
            ModelError: The run had no answer to this request.
        """
        answer = self._answers.get(_name(key, request_hash))
        if answer is None:
            raise ModelError(
                f"Run {self._run} has no answer to what {key} asks now.",
                hint="Specs, agents or this program have changed since, or an answer held a secret "
                "that was taken out; run with a model instead.",
            )
        return answer.encode(), True


class RunJournal:
    """A journal in a database; `open_journal` opens that of a run, a worker that of a fleet.

    Args:
        call: The workflow from `model_call`.
        makes: What that workflow finds its work in.
        prefix: Tells the calls of one run from those of others in the same database.
    """

    is_own = True

    def __init__(
        self, call: Callable[[str], Awaitable[str]], makes: Makes, prefix: str = ""
    ) -> None:
        self._call = call
        self._makes = makes
        self._prefix = prefix

    async def forget(self, key: str) -> None:
        """Forget what was recorded under a key and those below it, `key/…`."""
        from dbos import DBOS  # noqa: PLC0415 - slow to import

        found = await DBOS.list_workflows_async(
            workflow_id_prefix=f"{self._prefix}{key}/",
            load_input=False,
            load_output=False,
            limit=_NEVER,
        )
        await DBOS.delete_workflows_async([item.workflow_id for item in found])

    async def record(self, key: str, request_hash: str, make: Make) -> tuple[bytes, bool]:
        """Return what was recorded, or make it and record it.

        Raises:
            WorkspaceError: The journal cannot be written.
        """
        from dbos import DBOS, SetWorkflowID  # noqa: PLC0415 - slow to import
        from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415

        name = self._prefix + _name(key, request_hash)
        failed: list[Exception] = []

        async def make_or_fail() -> bytes:
            try:
                return await make()
            except Exception as error:  # noqa: BLE001 - raised below, out of the journal's sight
                failed.append(error)
                raise _CallFailedError from None

        self._makes[name] = make_or_fail
        try:
            with SetWorkflowID(name):
                answer = await self._call(name)
            return answer.encode(), name in self._makes
        except SQLAlchemyError as error:
            raise WorkspaceError(
                f"The run's journal cannot be written: {_reason(error)}.",
                hint="Free some space, then resume the run.",
            ) from error
        except (Exception, asyncio.CancelledError):
            # DBOS has recorded the failure as the call's result; it must be free to succeed later.
            await DBOS.delete_workflow_async(name)
            if not failed:
                raise
        finally:
            self._makes.pop(name, None)
        raise failed[0]


class _CallFailedError(Exception):
    """Stands for a failure in the journal: what a server said may quote a secret."""


@asynccontextmanager
async def open_journal(path: Path) -> AsyncIterator[Journal]:
    """Open the journal of a run, new or interrupted; the caller holds the lock on the run.

    Raises:
        MissingExtraError: DBOS is not installed.
        WorkspaceError: The file cannot be opened, or this process has another journal open.
    """
    try:
        from dbos import DBOS  # noqa: PLC0415 - slow to import
        from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415
    except ImportError as error:
        raise MissingExtraError("agents", "Keeping the journal of a run") from error
    # DBOS is a singleton, and would silently go on with the file that it has open.
    if getattr(sys.modules["dbos._dbos"], "_dbos_global_instance", None) is not None:
        raise WorkspaceError(
            "This process is at work on a run already.", hint="Start the second one separately."
        )
    try:
        _prepare(path)
        journal = _launch(path)
        leftovers = await DBOS.list_workflows_async(
            status=_UNFINISHED, load_input=False, load_output=False, limit=_NEVER
        )
        # Calls that were under way when the process died: nobody will finish them.
        await DBOS.delete_workflows_async([item.workflow_id for item in leftovers])
    except (OSError, sqlite3.Error, SQLAlchemyError) as error:
        _close()
        raise WorkspaceError(
            f"{path} cannot be opened as the run's journal: {_reason(error)}.",
            hint="Start a new run; this one cannot be resumed.",
        ) from error
    try:
        yield journal
    finally:
        _close()


def open_replay(path: Path, run: str) -> ReplayJournal:
    """Read the journal of a finished run, to be replayed without a model.

    Raises:
        MissingExtraError: DBOS is not installed.
        WorkspaceError: There is no such journal, or it cannot be read.
    """
    try:
        from dbos import DBOSClient, DBOSPortableJSONSerializer  # noqa: PLC0415 - slow to import
        from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415
    except ImportError as error:
        raise MissingExtraError("agents", "Replaying a run") from error
    if not path.is_file():
        raise WorkspaceError(
            f"Run {run} has no journal to replay.", hint="`sdd runs list` shows what there is."
        )
    try:
        client = DBOSClient(
            system_database_url=f"sqlite:///{path}", serializer=DBOSPortableJSONSerializer()
        )
        try:
            finished = client.list_workflows(status=["SUCCESS"], load_input=False, limit=_NEVER)
        finally:
            client.destroy()
    except SQLAlchemyError as error:
        raise WorkspaceError(
            f"The journal of run {run} cannot be read: {_reason(error)}."
        ) from error
    return ReplayJournal(run, {item.workflow_id: str(item.output) for item in finished})


def _prepare(path: Path) -> None:
    """Make the file; with a write-ahead log a record costs one wait for the disk, not three."""
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        # Until the run has ended it holds what agents and servers answered, secrets too.
        path.chmod(0o600)
    finally:
        connection.close()


def _launch(path: Path) -> RunJournal:
    from dbos import DBOS, DBOSPortableJSONSerializer  # noqa: PLC0415 - slow to import

    DBOS(
        config={
            "name": "sdd",
            "system_database_url": f"sqlite:///{path}",
            # Its own for each opening: DBOS would restart what an earlier process left unfinished
            # under the same id, before anybody has said how to make it.
            "executor_id": uuid.uuid4().hex,
            "application_version": VERSION,
            "serializer": DBOSPortableJSONSerializer(),
            "enable_otlp": False,
            "log_level": "CRITICAL",
            "console_log_level": "CRITICAL",
            "notification_listener_polling_interval_sec": 0.05,  # what closing has to wait for
        }
    )
    makes: Makes = {}
    call = DBOS.workflow(name="model_call")(model_call(makes))
    DBOS.launch()
    return RunJournal(cast("Callable[[str], Awaitable[str]]", call), makes)


def model_call(makes: Makes) -> Callable[[str], Coroutine[Any, Any, str]]:
    """Return the workflow of one model call: it does what stands under its name, once."""

    async def call(name: str) -> str:
        return (await makes.pop(name)()).decode()

    return call


def _close() -> None:
    from dbos import DBOS  # noqa: PLC0415 - slow to import

    DBOS.destroy(destroy_registry=True)


def _name(key: str, request_hash: str) -> str:
    return f"{key}/{request_hash}"


def _reason(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).splitlines()[0].rstrip(".")
