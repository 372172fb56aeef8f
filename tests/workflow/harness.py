"""A project in memory, and everything that a run of it needs, faked but for specs and compiler."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from fakes import FakeRunner, FixedClock, MemoryFiles, ScriptedProcesses

from sdd.agents.conversation import DeterministicModel
from sdd.agents.runner import AgentRunner
from sdd.diagnostics import Diagnostic, Severity
from sdd.errors import WorkspaceError
from sdd.ir import Question
from sdd.text import Span
from sdd.verify.gates import DynamicGate
from sdd.verify.target import VerifyContext
from sdd.verify.verdict import GateReport, Result
from sdd.workflow import ImplementRequest, Ports, RunReport, implement
from sdd.workflow.events import Event
from sdd.workflow.offline.compiler import Compiler
from sdd.workflow.offline.model import OfflineModel
from sdd.workflow.offline.scripted import MARK, DropsFilter

CONTRACT = """# REST API

## Conventions

Every endpoint under `/api/` requires `Authorization: Bearer <token>`.

### GET /api/bookmarks

Lists the bookmarks of the user.

**Response**: `200 OK`

```json
[{"id": 1, "user_id": "u1", "text": "Milk", "created_at": "2026-01-02T03:04:05Z"}]
```

### POST /api/bookmarks

Creates a bookmark.

**Request body**:

| Field | Type | Required | Constraints |
|-------|------|----------|-------------|
| `text` | string | Yes | 1 to 100 characters |

**Response**: `201 Created`

```json
{"id": 1, "user_id": "u1", "text": "Milk", "created_at": "2026-01-02T03:04:05Z"}
```

### DELETE /api/bookmarks/{bookmark_id}

Deletes a bookmark.

**Response**: `204 No Content`
"""
SCHEMA = """# Database schema

### bookmarks

| Column | Type | Nullable | Default | Constraints |
|--------|------|----------|---------|-------------|
| `id` | INTEGER | No | auto-increment | PRIMARY KEY |
| `user_id` | VARCHAR(64) | No | — | INDEX |
| `text` | VARCHAR(100) | No | — | — |
| `created_at` | TIMESTAMP WITH TIME ZONE | No | now() | — |
"""
FEATURE = """# Feature: bookmarks

## Business rules

- **BR-001**: A bookmark belongs to the user who wrote it.
"""
PROJECT = {
    "specs/api/rest-endpoints.md": CONTRACT,
    "specs/database/schema.md": SCHEMA,
    "specs/features/bookmarks.md": FEATURE,
}
COMPILER = Compiler()  # remembers what does not change between tests


class MemoryRecords:
    """A record store over the project's files."""

    root = ""

    def __init__(self, files: MemoryFiles) -> None:
        self._files = files

    def read(self, path: PurePosixPath) -> bytes | None:
        """Return a file's bytes."""
        return self._files.read(path)

    def names(self, folder: PurePosixPath) -> list[str]:
        """Return the names in a folder."""
        return [path.name for path in self._files.paths(folder) if path.parent == folder]

    def create_exclusive(self, path: PurePosixPath, data: bytes) -> bool:
        """Create a file unless it is there."""
        if self._files.read(path) is not None:
            return False
        self._files.commit({path: data})
        return True

    def alone(self, folder: PurePosixPath) -> AbstractContextManager[None]:
        """Nobody else is there."""
        return nullcontext()


@dataclass
class FakeScratch:
    """Remembers what would be on disk."""

    files: Mapping[PurePosixPath, bytes] = field(default_factory=dict)

    @contextmanager
    def __call__(self, files: Mapping[PurePosixPath, bytes]) -> Iterator[str]:
        """Hold files."""
        self.files = files
        yield "/scratch"


@dataclass
class FakeVerifier:
    """Dynamic gates that read instead of running: a query without its owner fails the probe."""

    scratch: FakeScratch
    missing: str = ""
    probed: int = 0

    def check(self, gate: DynamicGate) -> GateReport:
        """Judge by looking for the mark of a dropped filter."""
        if gate.name == self.missing:
            return GateReport(
                gate=gate.name,
                result=Result.NOT_RUN,
                reason="It is not installed.",
                counts=(("operations_probed", self.probed),),
            )
        found = tuple(
            Diagnostic(
                rule="isolation-foreign-rows",
                severity=Severity.ERROR,
                message="Rows of another user are shown.",
                span=Span(path=f"backend/{path}", line=1),
            )
            for path, data in self.scratch.files.items()
            if gate.name == "isolation probe" and MARK.encode() in data
        )
        return GateReport(
            gate=gate.name,
            result=Result.FAILED if found else Result.PASSED,
            diagnostics=found,
            counts=(("tests_passed", 3),) if gate.name == "tests" else (),
        )


@dataclass
class FakeGit:
    """A repository that remembers what was committed."""

    commits: list[tuple[tuple[str, ...], str, str]] = field(default_factory=list)

    def branch(self) -> str | None:
        """Return the branch."""
        return "main"

    def commit(self, paths: Sequence[PurePosixPath], message: str, branch: str) -> str:
        """Remember a commit."""
        self.commits.append((tuple(map(str, paths)), message, branch))
        return "abc123"


@dataclass
class Rig:
    """A project and the world around it.

    Attributes:
        answer: What the human answers to any question; None: nobody is there.
        held: Whether another run holds the lock.
        missing_gate: The gate that does not run; `probed`, to how much it comes all the same.
    """

    files: MemoryFiles = field(default_factory=lambda: MemoryFiles(PROJECT))
    model: DeterministicModel = field(default_factory=lambda: OfflineModel(compiler=COMPILER))
    runner: AgentRunner | None = None
    clock: FixedClock = field(default_factory=FixedClock)
    answer: str | None = None
    held: bool = False
    missing_gate: str = ""
    probed: int = 0
    git: FakeGit | None = None
    events: list[Event] = field(default_factory=list)
    asked: list[Question] = field(default_factory=list)
    opened: list[PurePosixPath | None] = field(default_factory=list)
    appended: list[tuple[str, bytes]] = field(default_factory=list)

    def ports(self) -> Ports:
        """Return the world."""
        scratch = FakeScratch()
        self.fake_runner = FakeRunner(model=self.model)

        @asynccontextmanager
        async def open_runner(folder: PurePosixPath | None) -> AsyncIterator[AgentRunner]:
            self.opened.append(folder)
            yield self.runner or self.fake_runner

        @contextmanager
        def lock(_: PurePosixPath) -> Iterator[None]:
            if self.held:
                raise WorkspaceError("Another run is at work in this project.")
            yield

        def verifier(_: VerifyContext) -> FakeVerifier:
            return FakeVerifier(scratch=scratch, missing=self.missing_gate, probed=self.probed)

        return Ports(
            files=self.files,
            clock=self.clock,
            processes=ScriptedProcesses(),
            open_runner=open_runner,
            scratch=scratch,
            lock=lock,
            records=MemoryRecords(self.files),
            append=lambda path, line: self.appended.append((str(path), line)),
            ask=None if self.answer is None else self._ask,
            git=self.git,
            verify=verifier,
        )

    def _ask(self, question: Question) -> str | None:
        self.asked.append(question)
        return self.answer

    def start(
        self, *, on_event: Callable[[Event], None] | None = None, **request: object
    ) -> RunReport:
        """Run `sdd implement bookmarks`."""
        return asyncio.run(self.implement(on_event=on_event, **request))

    async def implement(
        self, *, on_event: Callable[[Event], None] | None = None, **request: object
    ) -> RunReport:
        """Run `sdd implement bookmarks` in the loop that is there."""
        self.clock.advance(60)
        asked = ImplementRequest(**{"feature": "bookmarks", **request})  # type: ignore[arg-type]
        return await implement(asked, self.ports(), on_event or self.events.append)

    def backend(self) -> dict[str, str]:
        """Return what stands in the backend."""
        return {
            path: text for path, text in self.files.texts().items() if path.startswith("backend/")
        }

    def project(self) -> dict[str, str]:
        """Return everything but the runs."""
        texts = self.files.texts()
        return {path: text for path, text in texts.items() if not path.startswith(".sdd/")}


def drops_filter(*, mends: bool) -> DropsFilter:
    """Return a model that makes a mistake."""
    return DropsFilter(inner=OfflineModel(compiler=COMPILER), mends=mends)
