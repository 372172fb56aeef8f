"""The composition root: a run's request and ports from options, settings and adapters."""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path, PurePosixPath

from sdd.adapters.clock import SystemClock
from sdd.adapters.disk import DiskFiles
from sdd.adapters.event_log import appender
from sdd.adapters.git import open_git
from sdd.adapters.journal import JOURNAL, Journal, open_replay
from sdd.adapters.journal_seal import seal_journal
from sdd.adapters.locks import hold_lock
from sdd.adapters.mcp_servers import McpServer, open_servers
from sdd.adapters.model_names import ModelNames
from sdd.adapters.processes import LocalProcesses, scrubbed
from sdd.adapters.pydantic_runner import open_runner
from sdd.adapters.record_store import DiskRecordStore
from sdd.adapters.scratch import scratch
from sdd.agents.catalog import Catalog, load_catalog
from sdd.agents.conversation import Tool
from sdd.agents.definition import AgentDefinition
from sdd.agents.runner import REPLAY, AgentRunner, Limits, Recall
from sdd.wiring.bounds import read_bounds
from sdd.wiring.mcp import allowed_server, read_servers
from sdd.wiring.project import find_project
from sdd.wiring.settings import Settings, audit_settings, current_environment, load_settings
from sdd.workflow.offline.scripted import deterministic_models
from sdd.workflow.request import (
    OFFLINE,
    OWN_MODELS,
    Ask,
    CheckModels,
    ImplementRequest,
    Ports,
    language_model,
)

_RUNS = ".sdd/runs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the command line asked for; None: not said, so the settings decide."""

    feature: str
    project: Path | None = None
    model: str | None = None
    agent: str | None = None
    parallel: int | None = None
    budget_usd: Decimal | None = None
    max_tokens: int | None = None
    timeout: float | None = None
    max_rounds: int | None = None
    dry_run: bool = False
    answers: Mapping[str, str] = field(default_factory=dict)
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
    no_input: bool = False
    command: str = ""
    job: str = ""
    user: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposedRun:
    """All that a run needs."""

    project: Path
    request: ImplementRequest
    ports: Ports


def compose_run(asked: Asked, ask: Ask | None, journal: Journal | None = None) -> ComposedRun:
    """Find the project, read its settings, and join ports with adapters.

    A `journal` that is given keeps the models' answers, instead of one in the run's folder.

    Raises:
        SddError: No project, or settings that cannot be used.
    """
    project = find_project(asked.project or Path.cwd(), explicit=asked.project is not None)
    environment = current_environment()
    settings = load_settings(project, environment)
    git = open_git(project)
    user = asked.user or environment.get("SDD_USER") or (git.user() if git else None) or "unknown"
    request = _request(asked, settings, user)
    processes = LocalProcesses(scrubbed(environment))
    catalog = load_catalog(settings.models)
    ports = Ports(
        files=DiskFiles.open(project),
        clock=SystemClock(),
        processes=processes,
        stop=processes.stop,
        seal=lambda folder: seal_journal(project / folder / JOURNAL),
        open_runner=_Runners(project, request.model, environment, catalog, journal),
        scratch=scratch,
        lock=_Locks(project),
        append=appender(project),
        records=DiskRecordStore(project),
        ask=ask,
        open_mcp=_Servers(project, read_servers(settings.mcp), environment),
        check_models=_checks(environment, catalog),
        git=git,
    )
    return ComposedRun(project=project, request=request, ports=ports)


def _request(asked: Asked, settings: Settings, user: str) -> ImplementRequest:
    return ImplementRequest(
        feature=asked.feature,
        model=asked.model or settings.model,
        agent=asked.agent,
        parallel=asked.parallel or settings.parallel,
        budget=Limits(
            usd=settings.budget_usd if asked.budget_usd is None else asked.budget_usd,
            tokens=asked.max_tokens or settings.max_tokens,
            seconds=asked.timeout or settings.timeout,
        ),
        bounds=read_bounds(settings.limits),
        max_rounds=settings.max_rounds if asked.max_rounds is None else asked.max_rounds,
        dry_run=asked.dry_run,
        answers=asked.answers,
        no_input=asked.no_input,
        resume=asked.resume,
        commit=asked.commit,
        layout=asked.layout or settings.layout,
        style=asked.style or settings.style,
        auth_mode=asked.auth_mode or settings.auth_mode,
        thorough=asked.thorough,
        keep=asked.keep,
        overwrite=asked.overwrite,
        allow_partial=asked.allow_partial,
        lead=asked.lead,
        append_findings=asked.append_findings,
        prompt=asked.command,
        job=asked.job,
        backend=settings.backend,
        agent_folders=settings.agents,
        python=settings.python,
        user=user,
        audit=audit_settings(settings.audit),
    )


def _checks(environment: Mapping[str, str], catalog: Catalog) -> CheckModels:
    names = ModelNames(
        catalog=catalog,
        environment=environment,
        scripted=deterministic_models(),
        default=OWN_MODELS,
    )
    return lambda agents, model, limits: names.check(agents, language_model(model), limits)


@dataclass(frozen=True, slots=True)
class _Servers:
    """Starts the MCP servers that agents name and the settings allow; no others."""

    project: Path
    allowed: Mapping[str, McpServer | None]
    environment: Mapping[str, str]

    def __call__(
        self, agents: Iterable[AgentDefinition], recall: Recall
    ) -> AbstractAsyncContextManager[Mapping[str, tuple[Tool, ...]]]:
        wanted = {
            name: chosen
            for agent in agents
            for name in agent.mcp_servers
            if (chosen := allowed_server(self.allowed, name, agent)) is not None
        }
        return open_servers(wanted, self.environment, str(self.project), recall)


@dataclass(frozen=True, slots=True)
class _Locks:
    project: Path

    def __call__(self, path: PurePosixPath) -> AbstractContextManager[None]:
        return hold_lock(self.project / path)


@dataclass(frozen=True, slots=True)
class _Runners:
    """Opens the runner of a run, with its journal or with the one that is replayed."""

    project: Path
    model: str
    environment: Mapping[str, str]
    catalog: Catalog
    journal: Journal | None = None

    def __call__(self, folder: PurePosixPath | None) -> AbstractAsyncContextManager[AgentRunner]:
        return self._open(folder)

    @asynccontextmanager
    async def _open(self, folder: PurePosixPath | None) -> AsyncIterator[AgentRunner]:
        journal = self.journal
        if self.model.startswith(REPLAY):
            run = self.model.removeprefix(REPLAY)
            journal = open_replay(self.project / _RUNS / run / JOURNAL, run)
        place = None if folder is None else self.project / folder
        async with open_runner(
            place,
            scripted=deterministic_models(),
            default=OWN_MODELS if language_model(self.model) is None else OFFLINE,
            catalog=self.catalog,
            environment=self.environment,
            journal=journal,
        ) as runner:
            yield runner
