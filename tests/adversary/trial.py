"""One run with an adversarial model, and what must hold of it whatever the model does."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from adversary.mistakes import CANARY, LEAKS, PLANTED
from adversary.model import Adversary
from adversary.projects import PROJECTS
from adversary.seat import seated
from fakes import FixedClock, MemoryFiles
from messages_api import Brain, messages_api
from verify.harness import ForkedProcesses
from workflow.harness import MemoryRecords

from sdd.adapters.pydantic_runner import open_runner
from sdd.adapters.scratch import scratch
from sdd.agents.conversation import DeterministicModel
from sdd.agents.runner import AgentRunner
from sdd.errors import ExitCode
from sdd.ports import Completed
from sdd.verify import Verification
from sdd.verify.gates import DynamicGate
from sdd.verify.observation import Observations, Stage
from sdd.verify.observe import observe
from sdd.verify.target import VerifyContext
from sdd.verify.verdict import GateReport, Result
from sdd.workflow import ImplementRequest, Ports, RunReport, implement
from sdd.workflow.events import Event
from sdd.workflow.offline.compiler import Compiler
from sdd.workflow.offline.model import OfflineModel

OFFLINE = OfflineModel(compiler=Compiler())
SOME_GATES = frozenset({"import", "contract"})
MANIFEST = "backend/.sdd-manifest.json"
STATES = {0: {"landed", "unchanged"}, 1: {"failed"}, 3: {"waiting", "landed"}, 4: {"stopped"}}
ASKS_AGAIN = "The same command asks again"


class WarmProcesses:
    """Forked children, one at a time; remembers what they were given of our environment."""

    def __init__(self) -> None:
        self._forked = ForkedProcesses()
        self._turn = threading.Lock()
        self.seen: list[str] = []

    def run(
        self,
        command: Sequence[str],
        *,
        folder: str,
        environment: Mapping[str, str],
        timeout: float,
        stdin: str | None = None,
    ) -> Completed:
        """Run a script in a fork."""
        self.seen.append(json.dumps([list(command), dict(environment), stdin]))
        with self._turn:
            return self._forked.run(
                command, folder=folder, environment=environment, timeout=timeout, stdin=stdin
            )

    def close(self) -> None:
        """End the children."""
        self._forked.close()


@dataclass(frozen=True)
class SomeGates:
    """Lets import and contract judge, and says of the others that they were left out."""

    context: VerifyContext
    seen: dict[str, Observations] = field(default_factory=dict)

    def check(self, gate: DynamicGate) -> GateReport:
        """Let one gate judge."""
        if gate.name not in SOME_GATES:
            return GateReport(gate=gate.name, result=Result.PASSED, summary="left out here")
        if "it" not in self.seen:
            stages = frozenset({Stage.IMPORT, Stage.CONTRACT})
            self.seen["it"] = observe(self.context, stages)
        return gate.check(replace(self.context, observations=self.seen["it"]))  # type: ignore[arg-type]


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What came of one run.

    Attributes:
        wrong: What must hold and does not.
    """

    kind: str
    project: str
    repairs: bool
    report: RunReport
    wrong: tuple[str, ...]

    @property
    def landed(self) -> bool:
        """Whether the run brought the backend where it should be."""
        return self.report.exit_code == 0


@dataclass(kw_only=True)
class Arena:
    """Where trials take place: warm processes, and what an honest model makes of each project."""

    all_gates: bool = False
    processes: WarmProcesses = field(default_factory=WarmProcesses)
    _honest: dict[str, dict[str, str]] = field(default_factory=dict)

    def honest(self, project: str) -> dict[str, str]:
        """Return the project as an honest run leaves it."""
        if project not in self._honest:
            files = MemoryFiles(PROJECTS[project])
            report = self._run(project, files, OFFLINE, [])[0]
            assert report.exit_code == 0, report.answer
            self._honest[project] = _visible(files)
        return self._honest[project]

    def serve(
        self,
        feature: str,
        files: MemoryFiles,
        faults: Callable[[Brain], Brain] = lambda brain: brain,
    ) -> tuple[RunReport, list[str]]:
        """Run a project with an honest model behind an API that may have its faults.

        Returns:
            The report, and the requests as JSON.
        """
        return self._run(feature, files, OFFLINE, [], served=True, faults=faults)

    def trial(
        self, project: str, model: Adversary, *, landed_before: bool = False, served: bool = False
    ) -> Trial:
        """Let a model work and judge what came of it."""
        honest = self.honest(project)
        start = honest if landed_before else PROJECTS[project]
        files = MemoryFiles(start)
        before = _visible(files)
        events: list[Event] = []
        first = len(self.processes.seen)
        report, requests = self._run(project, files, model, events, served=served)
        told = [repr(events), *self.processes.seen[first:], *requests]
        wrong = tuple(_wrong(report, before, files, honest, told, model))
        return Trial(
            kind=model.mistake.name,
            project=project,
            repairs=model.repairs,
            report=report,
            wrong=wrong,
        )

    def _run(
        self,
        project: str,
        files: MemoryFiles,
        model: DeterministicModel,
        events: list[Event],
        *,
        served: bool = False,
        faults: Callable[[Brain], Brain] = lambda brain: brain,
    ) -> tuple[RunReport, list[str]]:
        with messages_api(brain=faults(seated(model))) if served else nullcontext() as api:
            environment = {"ANTHROPIC_API_KEY": CANARY}
            if api is not None:
                environment["ANTHROPIC_BASE_URL"] = api.url

            @asynccontextmanager
            async def runner(_: PurePosixPath | None) -> AsyncIterator[AgentRunner]:
                scripted = {"offline": model}
                async with open_runner(None, scripted=scripted, environment=environment) as opened:
                    yield opened

            request = ImplementRequest(
                feature=project, model="sonnet" if served else "offline", no_input=True
            )
            ports = self._ports(files, runner)
            report = asyncio.run(implement(request, ports, events.append))
            requests = [json.dumps(item) for item in api.requests] if api is not None else []
        return report, requests

    def _ports(self, files: MemoryFiles, runner: object) -> Ports:
        @contextmanager
        def unlocked(_: PurePosixPath) -> Iterator[None]:
            yield

        return Ports(
            files=files,
            clock=FixedClock(),
            processes=self.processes,  # type: ignore[arg-type]
            open_runner=runner,  # type: ignore[arg-type]
            scratch=scratch,
            lock=unlocked,
            records=MemoryRecords(files),  # type: ignore[arg-type]
            verify=Verification if self.all_gates else SomeGates,
        )


def _visible(files: MemoryFiles) -> dict[str, str]:
    return {path: text for path, text in files.texts().items() if not path.startswith(".sdd/")}


def _wrong(
    report: RunReport,
    before: Mapping[str, str],
    files: MemoryFiles,
    honest: Mapping[str, str],
    told: list[str],
    model: Adversary,
) -> Iterator[str]:
    after = _visible(files)
    changed = {path for path in {*before, *after} if before.get(path) != after.get(path)}
    yield from _ended(files, report)
    yield from _strayed(report, changed)
    if report.exit_code == 0:
        yield from _spoilt(after, honest)
    yield from _leaked(told, files, leaks=model.mistake.name == LEAKS)


def _ended(files: MemoryFiles, report: RunReport) -> Iterator[str]:
    state = str(json.loads(files.text(f".sdd/runs/{report.run_id}/run.json"))["state"])
    defined = STATES.get(int(report.exit_code), set())
    if report.exit_code == ExitCode.FINDINGS and ASKS_AGAIN in report.answer:
        defined = {"stopped"}  # a turn that failed: the run goes on with another one
    if state not in defined:
        yield f"state {state} with exit code {report.exit_code}"


def _strayed(report: RunReport, changed: set[str]) -> Iterator[str]:
    beyond = [path for path in changed if not path.startswith(("backend/", "history/prompts/"))]
    if beyond:
        yield f"changed {', '.join(sorted(beyond))}"
    if changed and not report.landed:
        yield f"changed without landing: {', '.join(sorted(changed))}"


def _spoilt(after: Mapping[str, str], honest: Mapping[str, str]) -> Iterator[str]:
    ours = {path for path in {*after, *honest} if path.startswith("backend/")}
    theirs = {path for path in ours - {MANIFEST} if after.get(path) != honest.get(path)}
    if theirs:
        yield f"landed with the mistake in {', '.join(sorted(theirs))}"


def _leaked(told: list[str], files: MemoryFiles, *, leaks: bool) -> Iterator[str]:
    """Find secrets where none belongs; a model that makes one up has said it itself."""
    for text in () if leaks else told:
        if CANARY in text:
            place = text.index(CANARY)
            yield f"a secret was told: …{text[max(place - 80, 0) : place]}…"
    for path, text in files.texts().items():
        if path.startswith((".sdd/", "history/")) and "/files/" not in path:
            yield from (f"a secret stands in {path}" for word in (CANARY, PLANTED) if word in text)
