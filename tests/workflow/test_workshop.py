import asyncio
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from types import SimpleNamespace

from fakes import FakeRunner, FixedClock, MemoryFiles, ScriptedModel, ScriptedProcesses, call, say

from sdd.agents.conversation import DeterministicModel, UserMessage
from sdd.agents.definition import AgentDefinition
from sdd.agents.runner import Limits
from sdd.diagnostics import Diagnostic, Severity
from sdd.errors import ExitCode
from sdd.text import Span
from sdd.verify.verdict import GateReport, Result
from sdd.workflow.context import Context, Project, Work
from sdd.workflow.delegate import Errand, Team
from sdd.workflow.events import Event
from sdd.workflow.judge import Judgement
from sdd.workflow.ledger import Ledger
from sdd.workflow.manifest import Manifest
from sdd.workflow.plan import AGENTS
from sdd.workflow.request import ImplementRequest, Ports
from sdd.workflow.runs import Run, RunState, show_run
from sdd.workflow.tools import Services
from sdd.workflow.treasury import Treasury
from sdd.workflow.workshop import Made, Workshop
from tests.workflow.test_plan import plan_of

QUERY = "backend/app/repositories/task.py"
MODEL = "backend/app/models/task.py"
RUN = Run(id="r1", feature="task-crud", model="offline", inputs="x")
SERVICES = Services(run_tests=lambda *_: "", audit=lambda *_: "", ask=lambda *_: None)


@dataclass
class Inspector:
    """Judges by one rule: no file of the backend may hold the word BAD."""

    missing: str = ""
    base: MemoryFiles = field(default_factory=MemoryFiles)
    seen: list[dict[str, str]] = field(default_factory=list)

    async def __call__(self, work: Work) -> Judgement:
        """Judge what would land."""
        files = work.overlay(self.base)
        texts = {
            str(path): (files.read(path) or b"").decode()
            for path in files.paths(PurePosixPath("backend"))
        }
        self.seen.append(texts)
        found = tuple(
            Diagnostic(
                rule="unscoped-read",
                severity=Severity.ERROR,
                message="This query is not confined.",
                span=Span(path=path, line=1),
                reason="It has no owner.",
            )
            for path, text in texts.items()
            if "BAD" in text
        )
        reports = [
            GateReport(
                gate="audit",
                result=Result.FAILED if found else Result.PASSED,
                diagnostics=found,
                counts=(("routes", 3), ("proved", 2), ("unknown", 1)),
            )
        ]
        if self.missing:
            reason = "There is no pytest."
            reports.append(GateReport(gate=self.missing, result=Result.NOT_RUN, reason=reason))
        return Judgement(reports=tuple(reports), passed=not found and not self.missing)


@dataclass
class Bench:
    """A workshop with fakes all around."""

    models: Mapping[str, DeterministicModel]
    base: dict[str, str] = field(default_factory=dict)
    ours: Sequence[str] = ()
    request: dict[str, object] = field(default_factory=dict)
    inspector: Inspector = field(default_factory=Inspector)
    events: list[Event] = field(default_factory=list)
    orders: tuple[str, ...] = ("models", "repositories")

    def make(self) -> Made | None:
        """Let the agents work."""
        self.files = MemoryFiles(self.base)
        self.inspector.base = self.files
        self.runner = FakeRunner(models=self.models)
        ports = Ports(
            files=self.files,
            clock=FixedClock(),
            processes=ScriptedProcesses(),
            open_runner=lambda _: nullcontext(self.runner),  # type: ignore[arg-type, return-value]
            scratch=lambda _: nullcontext("/nowhere"),
            lock=lambda _: nullcontext(),
            records=None,  # type: ignore[arg-type]
        )
        asked = ImplementRequest(feature="task-crud", **self.request)  # type: ignore[arg-type]
        context = Context(request=asked, ports=ports, emit=self.events.append)
        self.ledger = Ledger(context, RUN, resumed=False)
        plan = plan_of()
        backend = PurePosixPath("backend")
        ours = {PurePosixPath(path): self.base[path].encode() for path in self.ours}
        manifest = Manifest(backend=backend).after(ours)
        definitions = {
            name: AgentDefinition(name=name, description="", prompt="", path="") for name in AGENTS
        }
        workshop = Workshop(
            context=context,
            ledger=self.ledger,
            project=Project(
                documents=SimpleNamespace(feature="task-crud", paths=()),  # type: ignore[arg-type]
                agents=definitions,
                base=self.files,
                manifest=manifest,
            ),
            plan=plan,
            team=Team(
                runner=self.runner,
                definitions=definitions,
                base=self.files,
                owned=manifest.owned(self.files),
                services=SERVICES,
                treasury=Treasury(asked.budget, asked.bounds),
            ),
            errands=tuple(
                (Errand(order=plan.order(order), prompt=f"do {order}"),) for order in self.orders
            ),
            judge=self.inspector,
        )
        return asyncio.run(workshop.make())


def writes(*texts: str, path: str = QUERY) -> ScriptedModel:
    """Return a model that writes another text in each of its turns."""
    answers = []
    for text in texts:
        answers += [call("write_file", path=path, content=text), say(f"wrote {text}")]
    return ScriptedModel(*answers)


def test_work_that_passes_is_made() -> None:
    """One round of work, one round of gates, nothing written to the project."""
    bench = Bench(models={"task-crud-subagent": writes("good", "good")}, orders=("repositories",))

    made = bench.make()

    assert made is not None
    assert made.work.writes == {PurePosixPath(QUERY): b"good"}
    assert bench.files.commits == []
    assert bench.ledger.report.routes.unknown == 1


def test_a_diagnostic_goes_back_to_its_agent_and_the_mended_work_is_made() -> None:
    """The agent whose file is at fault hears rule, place and reason, in the same conversation."""
    bench = Bench(models={"task-crud-subagent": writes("BAD", "good")}, orders=("repositories",))

    made = bench.make()

    assert made is not None
    assert made.work.writes == {PurePosixPath(QUERY): b"good"}
    assert bench.ledger.report.rounds == 1
    key, task = bench.runner.tasks[-1][1].key, bench.runner.tasks[-1][1]
    assert key == "repositories-1"
    for part in ("unscoped-read", f"{QUERY}:1", "It has no owner."):
        assert part in task.prompt
    assert any(isinstance(message, UserMessage) for message in task.history)


def test_only_the_agent_at_fault_is_asked() -> None:
    """Who wrote nothing wrong is left alone."""
    models: dict[str, DeterministicModel] = {
        "task-crud-subagent": ScriptedModel(
            call("write_file", path=MODEL, content="fine"),
            say("done"),
        ),
        "endpoint-subagent": writes("BAD", "good", path="backend/app/api/tasks.py"),
    }
    bench = Bench(models=models, orders=("models", "routes"))

    bench.make()

    assert [task.key for _, task in bench.runner.tasks] == ["models-0", "routes-0", "routes-1"]


def test_after_the_last_round_the_run_ends_1_and_keeps_everything() -> None:
    """Nothing lands, and what was written is kept with the run."""
    bench = Bench(
        models={"task-crud-subagent": writes("BAD 0", "BAD 1", "BAD 2", "BAD 3")},
        orders=("repositories",),
        request={"max_rounds": 2},
    )

    assert bench.make() is None
    report = bench.ledger.report
    assert (report.exit_code, report.rounds, report.landed) == (ExitCode.FINDINGS, 2, False)
    assert "audit" in report.answer
    assert bench.files.text(f".sdd/runs/r1/files/{QUERY}") == "BAD 2"
    assert show_run(bench.files, "r1").state is RunState.FAILED
    assert not bench.files.paths(PurePosixPath("backend"))


def test_agents_that_change_nothing_more_end_the_repair() -> None:
    """Further rounds would say the same."""
    bench = Bench(
        models={"task-crud-subagent": writes("BAD", "BAD", "BAD")}, orders=("repositories",)
    )

    assert bench.make() is None
    assert len(bench.inspector.seen) == 1
    assert "changed nothing more" in bench.ledger.report.answer


def test_a_gate_that_was_not_run_does_not_land() -> None:
    """Not run is no pass, and the report says what is missing."""
    bench = Bench(
        models={"task-crud-subagent": writes("good")},
        orders=("repositories",),
        inspector=Inspector(missing="tests"),
    )

    assert bench.make() is None
    assert bench.ledger.report.exit_code is ExitCode.FINDINGS
    assert "The gate tests was not run: There is no pytest." in bench.ledger.report.answer


def test_an_edited_file_ends_the_run_3_before_any_gate() -> None:
    """The file is named, and nothing is judged or written."""
    bench = Bench(
        models={"task-crud-subagent": writes("good")},
        orders=("repositories",),
        base={QUERY: "edited by hand"},
    )

    assert bench.make() is None
    assert bench.ledger.report.exit_code is ExitCode.NEEDS_HUMAN
    assert QUERY in bench.ledger.report.answer
    assert bench.inspector.seen == []
    assert bench.files.text(QUERY) == "edited by hand"


def test_with_keep_gates_judge_the_users_file_in_its_place() -> None:
    """What is judged is what will stand there."""
    bench = Bench(
        models={
            "task-crud-subagent": ScriptedModel(
                call("write_file", path=QUERY, content="good"),
                call("write_file", path="backend/app/repositories/other.py", content="good"),
                say("done"),
            )
        },
        orders=("repositories",),
        base={QUERY: "edited by hand"},
        request={"keep": True},
    )

    made = bench.make()

    assert made is not None
    assert bench.inspector.seen[-1][QUERY] == "edited by hand"
    assert list(made.settlement.writes) == [PurePosixPath("backend/app/repositories/other.py")]
    assert made.settlement.kept == (PurePosixPath(QUERY),)


def test_with_overwrite_the_users_file_is_replaced() -> None:
    """It was asked for."""
    bench = Bench(
        models={"task-crud-subagent": writes("good")},
        orders=("repositories",),
        base={QUERY: "edited by hand"},
        request={"overwrite": True},
    )

    made = bench.make()

    assert made is not None
    assert made.settlement.writes == {PurePosixPath(QUERY): b"good"}


def test_a_budget_that_is_reached_ends_the_run_4() -> None:
    """Nothing lands; the report says how to go on."""
    bench = Bench(
        models={"task-crud-subagent": ScriptedModel(*[call("list_files")] * 9)},
        orders=("repositories",),
        request={"budget": Limits(requests=3)},
    )

    assert bench.make() is None
    assert bench.ledger.report.exit_code is ExitCode.LIMIT
    assert "larger budget" in bench.ledger.report.answer
    assert show_run(bench.files, "r1").state is RunState.STOPPED


def test_a_dry_run_keeps_nothing() -> None:
    """Not even a failed one leaves a trace."""
    bench = Bench(
        models={"task-crud-subagent": writes("BAD", "BAD")},
        orders=("repositories",),
        request={"dry_run": True},
    )

    assert bench.make() is None
    assert bench.files.texts() == {}
