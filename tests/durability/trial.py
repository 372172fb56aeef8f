"""Kills runs, lets them go on, and compares what comes out with a run that nobody disturbed."""

import json
import multiprocessing
import os
import shutil
import sqlite3
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerContext
from pathlib import Path

from adversary.seat import seated
from durability import child
from messages_api import MessagesApi, messages_api
from workflow.harness import PROJECT

from sdd.workflow.offline.compiler import Compiler
from sdd.workflow.offline.model import OfflineModel

TASKS = "# Tasks\n\n- [ ] T001 Assemble the application in backend/app/main.py\n"
_PATIENCE = 240.0


@dataclass(frozen=True, kw_only=True)
class Killed:
    """One run that was killed and went on.

    Attributes:
        died: Whether it was killed before its end; a death that comes too late is none.
        wrong: What must hold and does not.
        repeated: Calls that were under way at a death and were made again.
    """

    died: bool
    wrong: tuple[str, ...]
    repeated: int


@dataclass
class Theatre:
    """Where runs die: a model server on loopback, warm processes, one undisturbed run.

    Attributes:
        noon: When it was noon on the day on which all runs take place.
        steps: How many events and changes of file names an undisturbed run has.
    """

    folder: Path
    api: MessagesApi
    context: ForkServerContext
    gates: bool = False
    noon: float = field(default_factory=time.monotonic)
    expected: Mapping[str, bytes] = field(default_factory=dict)
    calls: int = 0
    steps: Mapping[str, int] = field(default_factory=dict)

    def rehearse(self) -> None:
        """Let one run come to its end undisturbed, and note what is to come out of the others."""
        project = self.project("undisturbed")
        assert self.run(project, ("count", 0)) == 0
        self.expected = tree(project)
        self.calls = len(self.api.requests)
        events = int((self.folder / "events").read_text("ascii"))
        # Each file is staged and moved; some are linked: an upper bound does for drawing lots.
        self.steps = {"event": events, "file": 2 * len(self.expected)}

    def project(self, name: str) -> Path:
        """Make a project that has specs and nothing else."""
        folder = self.folder / name
        for path, text in {**PROJECT, "specs/001-bookmarks/tasks.md": TASKS}.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")
        return folder

    def run(
        self,
        project: Path,
        die: tuple[str, int] = ("", 0),
        *,
        after: float | None = None,
        call: int | None = None,
        model: str = "sonnet",
    ) -> int:
        """Run the project's feature; kill it at a step, after some seconds, or during a call."""
        environment = {
            "ANTHROPIC_API_KEY": "x",
            "ANTHROPIC_BASE_URL": self.api.url,
            "SDD_USER": "developer",
        }
        process = self.context.Process(
            target=child.run,
            args=(str(project), model, environment, die, "gates" if self.gates else "", self.noon),
        )
        process.start()
        if after is not None:
            timer = threading.Timer(after, process.kill)
            timer.start()
        if call is not None:
            last = len(self.api.requests) + call
            while process.is_alive() and len(self.api.requests) < last:
                process.join(0.001)
            process.kill()
        process.join(_PATIENCE)
        if after is not None:
            timer.cancel()
        if process.is_alive():
            process.kill()
            raise TimeoutError(f"{project} hangs")
        return process.exitcode or 0

    def kill(
        self,
        name: str,
        die: tuple[str, int] = ("", 0),
        *,
        after: float | None = None,
        call: int | None = None,
    ) -> Killed:
        """Kill a run as `run` does, let it go on, and look at what it left."""
        project = self.project(name)
        first = len(self.api.requests)
        died = self.run(project, die, after=after, call=call) < 0
        finished = finished_calls(project)
        asked = len(self.api.requests)
        status = self.run(project)
        wrong = list(self._wrong(project, status))
        again = [key(headers) for headers in self.api.headers[asked:]]
        paid = [name for name in again if name in finished]
        if paid:
            wrong.append(f"{len(paid)} finished calls were made again")
        made = len(self.api.requests) - first
        shutil.rmtree(project)
        # A death that comes too late leaves a run that has ended; the next one asks anew.
        repeated = made - self.calls if died else 0
        return Killed(died=died, wrong=tuple(wrong), repeated=repeated)

    def _wrong(self, project: Path, status: int) -> Iterator[str]:
        if status != 0:
            yield f"the run that went on ended {status}"
        after = tree(project)
        for path in sorted({*after, *self.expected}):
            if after.get(path) != self.expected.get(path):
                yield f"{path} differs from that of an undisturbed run"
        yield from damaged(project)


def damaged(project: Path) -> Iterator[str]:
    """Find what a death may have left half done in our own state."""
    for path in sorted((project / ".sdd").rglob("*")):
        if path.name == "owed.json" or "commit/" in path.as_posix():
            yield f"{path.name} was left behind"
        if path.suffix == ".json":
            json.loads(path.read_text("utf-8"))
        if path.suffix == ".jsonl":
            for line in path.read_text("utf-8").splitlines():
                json.loads(line)
        if path.suffix == ".db":
            with sqlite3.connect(path) as connection:
                if connection.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                    yield f"{path.name} is damaged"
            connection.close()


def finished_calls(project: Path) -> set[str]:
    """Return the hashes of the calls that the journals of a project hold."""
    found = set()
    for path in project.glob(".sdd/runs/*/journal.db"):
        connection = sqlite3.connect(path)
        try:
            rows = connection.execute(
                "SELECT workflow_uuid FROM workflow_status WHERE status = 'SUCCESS'"
            ).fetchall()
        except sqlite3.OperationalError:  # killed before there was a table
            rows = []
        finally:
            connection.close()
        found |= {row[0].rpartition("/")[2] for row in rows}
    return found


def key(headers: Mapping[str, str]) -> str:
    """Return what a request and its entry in the journal have in common."""
    return headers.get("idempotency-key", "")[:32]


def tree(project: Path) -> dict[str, bytes]:
    """Return every file of a project but our own state."""
    return {
        path.relative_to(project).as_posix(): path.read_bytes()
        for path in sorted(project.rglob("*"))
        if path.is_file() and ".sdd" not in path.relative_to(project).parts[:1]
    }


@contextmanager
def theatre(*, gates: bool = False) -> Iterator[Theatre]:
    """Open a theatre in a folder of its own, and rehearse."""
    tests = Path(__file__).parents[1]
    os.environ["PYTHONPATH"] = os.pathsep.join(map(str, (tests, tests.parent)))
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["durability.child"])
    model = OfflineModel(compiler=Compiler())
    with (
        tempfile.TemporaryDirectory(prefix="sdd-kills-") as folder,
        messages_api(brain=seated(model)) as api,
    ):
        opened = Theatre(folder=Path(folder), api=api, context=context, gates=gates)
        opened.rehearse()
        yield opened
