"""What a run is asked for, and what it needs from the outside world."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Protocol

from sdd.agents.conversation import Tool
from sdd.agents.definition import AgentDefinition
from sdd.agents.runner import AgentRunner, Limits, Recall
from sdd.audit import AuditSettings
from sdd.ir import Question
from sdd.ports import Clock, Files, Processes
from sdd.records.store import RecordStore
from sdd.verify.gates import DynamicGate, Verification
from sdd.verify.target import VerifyContext
from sdd.verify.verdict import GateReport
from sdd.workflow.treasury import Bounds

OFFLINE = "offline"
SCRIPTED = "scripted:"
OWN_MODELS = "claude"
HYBRID = "hybrid"


def is_compiler(model: str) -> bool:
    """Tell whether a compiler sits where a language model would."""
    return model == OFFLINE or model.startswith(SCRIPTED)


def is_hybrid(model: str) -> bool:
    """Tell whether a compiler renders what it can and a language model adds the rest."""
    return model.partition(":")[0] == HYBRID


def language_model(model: str) -> str | None:
    """Return the model that agents are to use; None: each the one of its definition.

    `hybrid` stands for the agents' own, `hybrid:NAME` for that one.
    """
    if is_hybrid(model):
        model = model.partition(":")[2] or OWN_MODELS
    return None if model == OWN_MODELS else model


@dataclass(frozen=True, slots=True, kw_only=True)
class ImplementRequest:
    """What `sdd implement` was asked for.

    Attributes:
        feature: A feature's name, or `all`.
        model: `offline`, `claude` (each definition's own), `hybrid`, an alias, `PROVIDER:ID`,
            `replay:RUN`, or `scripted:NAME`.
        agent: This one agent does every order; None: as the plan says.
        parallel: Most orders at once.
        budget: Hard bounds of the whole run.
        bounds: Hard bounds of agents and orders.
        answers: Answers to questions by id.
        recorded: Model of the run that is replayed; work is planned as it was for that one.
        resume: Id of the run to go on with; None: an interrupted one with the same inputs.
        layout: The backend's layout; None: as the guidelines say.
        style: async or sync; None: as the guidelines say.
        auth_mode: How tokens are verified, hs256 or jwks; None: as the specs say.
        keep: Leave files that a user edited as they are.
        overwrite: Replace files that a user edited.
        lead: The engineer agent decides on the waves, and calls the others as a tool.
        allow_partial: What the specs state and the model cannot build is no reason to end 3.
        append_findings: Tasks are appended to `tasks.md` for what stays open.
        prompt: The command line as it was typed, for the record.
        backend: The backend's folder, relative to the project.
        agent_folders: Where agent definitions are looked for, in order of precedence.
        job: The queue's id of what this run works on; empty outside a fleet.
        python: Interpreter for generated code; None: the one that runs us.
        user: Who asked, for the record.
        audit: What the project tells the audit about itself.
    """

    feature: str
    model: str = OFFLINE
    agent: str | None = None
    parallel: int = 4
    budget: Limits = field(default_factory=Limits)
    bounds: Bounds = field(default_factory=Bounds)
    max_rounds: int = 3
    dry_run: bool = False
    answers: Mapping[str, str] = field(default_factory=dict)
    no_input: bool = False
    resume: str | None = None
    commit: bool = False
    layout: str | None = None
    style: str | None = None
    auth_mode: str | None = None
    thorough: bool = False
    keep: bool = False
    overwrite: bool = False
    allow_partial: bool = False
    lead: bool = False
    append_findings: bool = False
    prompt: str = ""
    backend: str = "backend"
    agent_folders: tuple[str, ...] = ("agents", ".claude/agents")
    python: str | None = None
    job: str = ""
    user: str = ""
    recorded: str = ""
    audit: AuditSettings = field(default_factory=AuditSettings)

    @property
    def planned_for(self) -> str:
        """The model that the work is planned for: that of a replayed run, else the run's own."""
        return self.recorded or self.model


class Git(Protocol):
    """The project's version control, as far as a run needs it."""

    def branch(self) -> str | None:
        """Return the current branch; None outside a repository."""
        ...

    def commit(self, paths: Sequence[PurePosixPath], message: str, branch: str) -> str:
        """Commit these paths, and nothing else, on a branch; return the commit's id.

        Raises:
            WorkspaceError: There is no repository, or git refused.
        """
        ...


class Verifier(Protocol):
    """Lets dynamic gates judge one backend."""

    def check(self, gate: DynamicGate) -> GateReport:
        """Let one gate judge; what could not be judged is not run, never passed."""
        ...


OpenRunner = Callable[[PurePosixPath | None], AbstractAsyncContextManager[AgentRunner]]
Scratch = Callable[[Mapping[PurePosixPath, bytes]], AbstractContextManager[str]]
Lock = Callable[[PurePosixPath], AbstractContextManager[None]]
Ask = Callable[[Question], str | None]
OpenMcp = Callable[
    [Iterable[AgentDefinition], Recall], AbstractAsyncContextManager[Mapping[str, tuple[Tool, ...]]]
]
CheckModels = Callable[[Iterable[AgentDefinition], str, Limits], None]


@asynccontextmanager
async def _no_servers(
    _agents: Iterable[AgentDefinition], _recall: Recall
) -> AsyncIterator[Mapping[str, tuple[Tool, ...]]]:
    yield {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What a run needs from the outside world.

    Attributes:
        files: The project's root.
        open_runner: Opens an agent runner that keeps its journal in the run's folder, relative
            to the project (`.sdd/runs/ID`); None: without a journal.
        scratch: Puts files into a new folder on disk for child processes and returns its
            absolute path; the folder is gone afterwards.
        records: Where prompt history records are kept.
        lock: Holds a lock file, relative to the project; WorkspaceError when another run has it.
        ask: Asks the human; None when nobody is there. It may return None: no answer.
        open_mcp: Offers those of the agents' MCP servers that the project allows, for a run;
            what the journal knows of them is not asked again.
        check_models: Refuses agents whose model cannot be asked, under a run's model and bounds.
        git: None without git or outside a repository.
        verify: Lets the dynamic gates judge a backend on disk.
        append: Adds a line to a file of the run's folder, relative to the project; never fails.
        stop: Stops child processes of other threads when the run is interrupted.
        seal: Takes the secrets out of the journal in a run's folder, relative to the project,
            once no run will go on from it.
    """

    files: Files
    clock: Clock
    processes: Processes
    open_runner: OpenRunner
    scratch: Scratch
    lock: Lock
    records: RecordStore
    ask: Ask | None = None
    open_mcp: OpenMcp = _no_servers
    check_models: CheckModels = lambda _agents, _model, _limits: None
    git: Git | None = None
    verify: Callable[[VerifyContext], Verifier] = Verification
    append: Callable[[PurePosixPath, bytes], None] = lambda _path, _line: None
    stop: Callable[[], None] = lambda: None
    seal: Callable[[PurePosixPath], None] = lambda _folder: None
