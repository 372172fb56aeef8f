import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

import pytest
from fakes import FakeRunner, MemoryFiles, ScriptedModel, call

from sdd.agents.conversation import AssistantMessage, Message, Tool, ToolResult, UserMessage
from sdd.agents.definition import AgentDefinition
from sdd.agents.runner import Limits, Outcome, Step, Task
from sdd.changes import digest
from sdd.errors import ConfigError, ExitCode, ModelError, SddError, SpecError, WorkspaceError
from sdd.verify import Result
from sdd.workflow import ImplementRequest, implement
from sdd.workflow.events import (
    Event,
    GateFinished,
    OrderPlanned,
    OrderStarted,
    RunFinished,
    RunStarted,
    StageFinished,
)
from sdd.workflow.manifest import load_manifest
from sdd.workflow.offline.model import OfflineModel
from sdd.workflow.runs import RunState, list_runs
from tests.workflow.harness import CONTRACT, PROJECT, SCHEMA, FakeGit, Rig, drops_filter

QUERIES = "backend/app/repositories/bookmark.py"
MODEL = "backend/app/models/bookmark.py"
MANIFEST = "backend/.sdd-manifest.json"
MODELS = ("offline", "sonnet")
REMINDERS = "backend/app/repositories/reminders.py"


@pytest.fixture
def landed() -> Rig:
    """Return a project in which a first run has landed."""
    rig = Rig()
    assert rig.start().landed
    return rig


def test_a_run_lands_a_backend_and_records_it() -> None:
    """Files, manifest and one record; each file is listed with the hash of its bytes."""
    rig = Rig()

    report = rig.start(prompt="sdd implement bookmarks")

    assert (report.exit_code, report.landed) == (ExitCode.CLEAN, True)
    assert {MODEL, QUERIES, "backend/app/main.py"} <= set(rig.backend())
    hashes = json.loads(rig.files.text(MANIFEST))["files"]
    assert hashes["app/models/bookmark.py"] == digest(rig.files.text(MODEL).encode())
    assert set(rig.backend()) == {MANIFEST, *(f"backend/{path}" for path in hashes)}
    assert report.record is not None
    assert "sdd implement bookmarks" in rig.files.text(report.record)
    assert "files changed, 3 routes checked" in report.answer


def test_landing_is_one_commit(landed: Rig) -> None:
    """No moment shows half a backend."""
    touching = [
        commit
        for commit in landed.files.commits
        if any(path.parts[0] == "backend" for path in commit)
    ]

    assert len(touching) == 1


def test_stages_and_orders_are_told_as_they_happen() -> None:
    """The terminal follows events alone."""
    rig = Rig()

    report = rig.start()

    stages = [event.stage for event in rig.events if isinstance(event, StageFinished)]
    assert stages == [
        "discover",
        "read",
        "plan",
        "delegate",
        "integrate",
        "gates",
        "land",
        "record",
    ]
    assert isinstance(rig.events[0], RunStarted)
    assert rig.events[-1] == RunFinished(report=report)
    planned = [event.order for event in rig.events if isinstance(event, OrderPlanned)]
    started = [event.order for event in rig.events if isinstance(event, OrderStarted)]
    assert sorted(planned) == sorted(started)
    gates = [event.report.gate for event in rig.events if isinstance(event, GateFinished)]
    assert set(gates) == {gate.gate for gate in report.gates}
    assert (gates[-1], report.gates[0].gate) == ("checklist", "integration")


def test_the_same_input_gives_the_same_bytes() -> None:
    """Two projects with the same specs get the same backend."""
    first, second = Rig(), Rig()

    first.start()
    second.start()

    assert first.backend() == second.backend()


def test_a_second_run_changes_nothing_and_leaves_no_record(landed: Rig) -> None:
    """Every invocation plans, delegates and gates; only the answer differs."""
    before = landed.project()

    report = landed.start()

    assert (report.exit_code, report.landed, report.record) == (ExitCode.CLEAN, False, None)
    assert report.answer == "0 files changed, 3 routes checked."
    assert landed.project() == before
    assert list_runs(landed.files)[0].state is RunState.UNCHANGED


def test_a_deleted_backend_comes_back_byte_for_byte(landed: Rig) -> None:
    """Missing files are made again."""
    before = landed.backend()
    landed.files.commit(dict.fromkeys(landed.files.paths(PurePosixPath("backend/app"))))

    report = landed.start()

    assert report.landed
    assert landed.backend() == before


def test_an_edited_file_ends_the_run_3_and_is_left_alone(landed: Rig) -> None:
    """The file is named, and nothing is lost."""
    edited = landed.files.text(MODEL) + "# mine\n"
    landed.files.commit({PurePosixPath(MODEL): edited.encode()})
    before = landed.project()

    report = landed.start()

    assert report.exit_code is ExitCode.NEEDS_HUMAN
    assert MODEL in report.answer
    assert landed.project() == before


def test_keep_leaves_the_edit_and_overwrite_replaces_it(landed: Rig) -> None:
    """With --keep the file stays the user's; with --overwrite it is ours again."""
    ours = landed.files.text(MODEL)
    landed.files.commit({PurePosixPath(MODEL): (ours + "# mine\n").encode()})

    kept = landed.start(keep=True)
    after_keep = landed.files.text(MODEL)
    replaced = landed.start(overwrite=True)

    assert kept.exit_code is ExitCode.CLEAN
    assert after_keep == ours + "# mine\n"
    assert any(MODEL in item.text for item in kept.follow_ups if item.kind == "refactoring")
    assert (replaced.exit_code, landed.files.text(MODEL)) == (ExitCode.CLEAN, ours)


def test_a_file_that_stood_there_before_is_the_users() -> None:
    """Brownfield: without a manifest every file is somebody's work."""
    rig = Rig(files=MemoryFiles({**PROJECT, "backend/app/main.py": "print('mine')\n"}))

    report = rig.start()

    assert report.exit_code is ExitCode.NEEDS_HUMAN
    assert "backend/app/main.py" in report.answer
    assert rig.backend() == {"backend/app/main.py": "print('mine')\n"}


def test_a_new_column_and_a_new_table_follow_the_specs(landed: Rig) -> None:
    """Changed specs change what they concern, and new files come with them."""
    schema = SCHEMA.replace(
        "| `created_at`", "| `color` | VARCHAR(20) | Yes | NULL | — |\n| `created_at`", 1
    ) + (
        "\n### projects\n\n| Column | Type | Nullable | Constraints |\n|---|---|---|---|\n"
        "| `id` | INTEGER | No | PRIMARY KEY |\n| `user_id` | VARCHAR(64) | No | INDEX |\n"
        "| `name` | VARCHAR(80) | No | — |\n"
    )
    contract = CONTRACT + (
        "\n### GET /api/projects\n\nLists the projects of the user.\n\n"
        '**Response**: `200 OK`\n\n```json\n[{"id": 1, "user_id": "u1", "name": "Home"}]\n```\n'
    )
    landed.files.commit(
        {
            PurePosixPath("specs/database/schema.md"): schema.encode(),
            PurePosixPath("specs/api/rest-endpoints.md"): contract.encode(),
        }
    )

    report = landed.start()

    assert report.landed
    assert "color" in landed.files.text(MODEL)
    assert "backend/app/models/project.py" in landed.backend()
    assert "/api/projects" in "".join(landed.backend().values())
    actions = {file.path: file.action for file in report.files}
    assert actions[MODEL] == "changed"
    assert actions["backend/app/models/project.py"] == "created"


def test_files_that_no_spec_asks_for_any_more_are_deleted_unless_edited(landed: Rig) -> None:
    """A table that goes takes its files with it; an edited one stops the run."""
    contract = CONTRACT.replace("bookmarks", "memos").replace("bookmark_id", "memo_id")
    specs = {
        PurePosixPath("specs/database/schema.md"): SCHEMA.replace("bookmarks", "memos").encode(),
        PurePosixPath("specs/api/rest-endpoints.md"): contract.encode(),
    }
    edited = Rig(files=MemoryFiles(landed.files.texts()))
    edited.files.commit({**specs, PurePosixPath(MODEL): b"# mine\n"})
    landed.files.commit(specs)

    report = landed.start()
    refused = edited.start()

    assert report.landed
    assert MODEL not in landed.backend()
    assert "backend/app/models/memo.py" in landed.backend()
    assert refused.exit_code in {ExitCode.NEEDS_HUMAN, ExitCode.CLEAN}
    assert edited.files.text(MODEL) == "# mine\n"


def test_a_dropped_filter_is_mended_and_lands() -> None:
    """One round of repair; what lands is what the honest model would have landed."""
    rig, honest = Rig(model=drops_filter(mends=True)), Rig()

    report = rig.start(model="scripted:drops-filter")
    honest.start()

    assert (report.exit_code, report.rounds, report.landed) == (ExitCode.CLEAN, 1, True)
    assert rig.backend() == honest.backend()
    assert [order.rounds for order in report.orders if order.order == "repositories"] == [1]


def test_a_filter_that_is_never_mended_ends_1_with_the_backend_untouched() -> None:
    """Nothing lands, and what was written is kept with the run."""
    rig = Rig(model=drops_filter(mends=False))

    report = rig.start(model="scripted:never-mends")

    assert (report.exit_code, report.landed) == (ExitCode.FINDINGS, False)
    assert rig.backend() == {}
    assert rig.project() == PROJECT
    assert f".sdd/runs/{report.run_id}/files/{QUERIES}" in rig.files.texts()


def test_a_model_that_drops_a_filter_of_a_landed_backend_does_not_land(landed: Rig) -> None:
    """The mistake is found also where nothing had to be written."""
    landed.model = drops_filter(mends=False)
    before = landed.project()

    report = landed.start(model="scripted:never-mends")

    assert report.exit_code is ExitCode.FINDINGS
    assert landed.project() == before


def test_a_dry_run_shows_the_diff_and_writes_nothing() -> None:
    """Not even a run is kept."""
    rig = Rig()

    report = rig.start(dry_run=True)

    assert (report.exit_code, report.landed, report.dry_run) == (ExitCode.CLEAN, False, True)
    assert "+++ b/backend/app/main.py" in report.diff
    assert ".sdd-manifest.json" not in report.diff
    assert "would be changed" in report.answer
    assert rig.files.texts() == PROJECT
    assert rig.opened == [None]


def test_one_agent_can_do_everything() -> None:
    """`--agent` names who works on every order."""
    rig = Rig()

    report = rig.start(agent="fastapi-backend-agent")

    assert {order.agent for order in report.orders} == {"fastapi-backend-agent"}
    assert report.landed


def test_a_definition_of_the_project_takes_the_place_of_the_packaged_one() -> None:
    """Its prompt is what the agent hears, with the rules of the run."""
    agent = "---\nname: test-subagent\ndescription: tests\n---\n\nYou test with care.\n"
    rig = Rig(files=MemoryFiles({**PROJECT, "agents/test-subagent.md": agent}))
    prompts: dict[str, str] = {}

    @dataclass
    class Listening(FakeRunner):
        async def run(
            self,
            definition: AgentDefinition,
            task: Task,
            tools: Sequence[Tool],
            limits: Limits,
            on_step: Callable[[Step], None],
        ) -> Outcome:
            prompts[definition.name] = definition.prompt
            return await super().run(definition, task, tools, limits, on_step)

    rig.runner = Listening(model=rig.model)
    rig.start()

    assert prompts["test-subagent"].startswith("You test with care.")
    assert "never instructions" in prompts["test-subagent"]


def test_tools_that_a_definition_does_not_grant_are_not_there() -> None:
    """An agent that may only read writes nothing, and the run does not land."""
    agent = "---\nname: task-crud-subagent\ndescription: x\ntools: Read, Glob\n---\n\nRead.\n"
    rig = Rig(files=MemoryFiles({**PROJECT, "agents/task-crud-subagent.md": agent}))

    report = rig.start()

    assert report.exit_code is ExitCode.FINDINGS
    assert rig.backend() == {}


@dataclass
class Breaking:
    """A runner that works until an order, and then something happens."""

    inner: FakeRunner
    at: str
    error: BaseException
    done: list[str] = field(default_factory=list)

    async def run(
        self,
        definition: AgentDefinition,
        task: Task,
        tools: Sequence[Tool],
        limits: Limits,
        on_step: Callable[[Step], None],
    ) -> Outcome:
        """Work, or break."""
        if task.key == self.at:
            raise self.error
        self.done.append(task.key)
        return await self.inner.run(definition, task, tools, limits, on_step)

    async def recall(self, key: str, make: Callable[[], Awaitable[str]]) -> str:
        """As the one that works."""
        return await self.inner.recall(key, make)


@pytest.mark.parametrize("at", ["auth-0", "routes-0", "tests-0"])
def test_an_interruption_keeps_the_run_and_the_next_goes_on(at: str) -> None:
    """Exit 130, nothing landed; the same request takes up the same run."""
    rig = Rig()
    stop = asyncio.CancelledError()
    rig.runner = Breaking(inner=FakeRunner(model=rig.model), at=at, error=stop)

    interrupted = rig.start()
    before = rig.project()
    rig.runner = None
    resumed = rig.start()

    assert interrupted.exit_code is ExitCode.INTERRUPTED
    assert before == PROJECT
    assert (resumed.run_id, resumed.resumed) == (interrupted.run_id, True)
    assert resumed.landed
    assert rig.opened == [PurePosixPath(f".sdd/runs/{resumed.run_id}")] * 2


def test_cancelling_from_outside_ends_130() -> None:
    """^C reaches the run as a cancellation, at whatever it waits for."""
    rig = Rig()

    async def cancelled() -> ExitCode:
        task: asyncio.Task[object]

        def stop_at_gates(event: Event) -> None:
            if isinstance(event, GateFinished):
                task.cancel()

        task = asyncio.ensure_future(rig.implement(on_event=stop_at_gates))
        report = await task
        return report.exit_code  # type: ignore[attr-defined, no-any-return]

    assert asyncio.run(cancelled()) is ExitCode.INTERRUPTED
    assert rig.project() == PROJECT


def test_changed_specs_begin_a_new_run_after_an_interruption() -> None:
    """What was said about other specs is not taken up."""
    rig = Rig()
    rig.runner = Breaking(
        inner=FakeRunner(model=rig.model), at="routes-0", error=asyncio.CancelledError()
    )
    first = rig.start()
    rig.runner = None
    rig.files.commit({PurePosixPath("specs/features/bookmarks.md"): b"# Feature: bookmarks\n"})

    second = rig.start()

    assert not second.resumed
    assert second.run_id != first.run_id


def test_a_model_that_cannot_be_reached_keeps_what_was_paid_for() -> None:
    """The error is one sentence, and the run can go on."""
    rig = Rig()
    error = ModelError("The model cannot be reached.")
    rig.runner = Breaking(inner=FakeRunner(model=rig.model), at="routes-0", error=error)

    with pytest.raises(ModelError):
        rig.start()
    rig.runner = None
    report = rig.start()

    assert report.resumed
    assert report.landed


def test_a_named_run_is_resumed() -> None:
    """`--resume RUN` takes exactly this one; an unknown one is an error."""
    rig = Rig()
    rig.runner = Breaking(
        inner=FakeRunner(model=rig.model), at="routes-0", error=asyncio.CancelledError()
    )
    first = rig.start()
    rig.runner = None

    with pytest.raises(SpecError):
        rig.start(resume="nothing")
    report = rig.start(resume=first.run_id)

    assert (report.run_id, report.resumed) == (first.run_id, True)


def test_a_budget_ends_the_run_4() -> None:
    """It stops before the call that would pass it, and keeps everything."""
    rig = Rig()

    report = rig.start(budget=Limits(requests=3))

    assert report.exit_code is ExitCode.LIMIT
    assert rig.project() == PROJECT
    assert rig.start().resumed


def test_a_time_limit_ends_the_run_4() -> None:
    """Agents that take too long are stopped."""

    @dataclass
    class Slow(FakeRunner):
        async def run(self, *_: object) -> Outcome:
            await asyncio.sleep(60)
            raise AssertionError

    rig = Rig()
    rig.runner = Slow()  # type: ignore[assignment]

    report = rig.start(budget=Limits(seconds=0.05))

    assert report.exit_code is ExitCode.LIMIT
    assert rig.project() == PROJECT


def test_a_probe_of_a_part_lands_and_is_told() -> None:
    """What it could not try stands in the report, and is not taken for a pass."""
    rig = Rig(missing_gate="isolation probe", probed=2)

    report = rig.start()

    (probe,) = (item for item in report.gates if item.gate == "isolation probe")
    assert (report.exit_code, report.landed) == (ExitCode.CLEAN, True)
    assert (probe.result, probe.reason) == (Result.NOT_RUN, "It is not installed.")
    (checklist,) = (item for item in report.gates if item.gate == "checklist")
    unchecked = [item.message for item in checklist.diagnostics]
    assert "Not checked by any gate: Every query is confined to the user." in unchecked


def test_a_gate_that_was_not_run_does_not_land() -> None:
    """The report says what is missing."""
    rig = Rig(missing_gate="tests")

    report = rig.start()

    assert report.exit_code is ExitCode.FINDINGS
    assert "It is not installed." in report.answer
    assert rig.backend() == {}


def test_a_probe_that_looked_at_nothing_lands_nothing() -> None:
    """Only a probe that tried some operations may leave others to a human."""
    rig = Rig(missing_gate="isolation probe")

    report = rig.start()

    assert report.exit_code is ExitCode.FINDINGS
    assert "isolation probe was not run" in report.answer
    assert rig.backend() == {}


OPEN = "# Feature\n\n- **FR-001**: Bookmarks expire after [NEEDS CLARIFICATION: how many days?]\n"
WITH_QUESTION = {**PROJECT, "specs/001-bookmarks/spec.md": OPEN}


def test_an_open_question_ends_3_when_nobody_may_be_asked() -> None:
    """It says what it needs: id, text and place."""
    rig = Rig(files=MemoryFiles(WITH_QUESTION), answer="never asked")

    report = rig.start(no_input=True)

    assert report.exit_code is ExitCode.NEEDS_HUMAN
    assert rig.asked == []
    assert [str(question.places[0]) for question in report.questions] == [
        "specs/001-bookmarks/spec.md:3"
    ]
    assert report.questions[0].id in report.answer


def test_a_human_is_asked_and_the_answer_is_recorded() -> None:
    """Agents hear it, and the record keeps it."""
    rig = Rig(files=MemoryFiles(WITH_QUESTION), answer="thirty days")

    report = rig.start()

    assert report.landed
    assert len(rig.asked) == 1
    assert "thirty days" in rig.fake_runner.tasks[0][1].prompt
    assert report.record is not None
    assert "thirty days" in rig.files.text(report.record)


def test_a_document_that_cannot_be_read_is_a_question() -> None:
    """An error in the specs is not passed over; a human may say to go on without it."""
    binary = {**PROJECT, "specs/features/authentication.md": b"\x00\x01\x02"}
    rig = Rig(files=MemoryFiles(binary))

    report = rig.start(no_input=True)
    question = report.questions[0]
    landed = rig.start(no_input=True, answers={question.id: "go on"})

    assert report.exit_code is ExitCode.NEEDS_HUMAN
    assert str(question.places[0]).startswith("specs/features/authentication.md")
    assert landed.landed


def test_an_answers_file_answers() -> None:
    """Nobody is asked what was answered before."""
    rig = Rig(files=MemoryFiles(WITH_QUESTION))
    question = rig.start(no_input=True).questions[0]

    report = rig.start(no_input=True, answers={question.id: "thirty days"})

    assert report.landed
    assert report.questions == ()


def test_what_was_answered_once_holds_for_later_runs() -> None:
    """The backend stands on the answer, so it is kept beside it; a newer one replaces it."""
    rig = Rig(files=MemoryFiles(WITH_QUESTION))
    question = rig.start(no_input=True).questions[0]
    rig.start(no_input=True, answers={question.id: "thirty days"})

    again = rig.start(no_input=True)

    assert (again.exit_code, again.files) == (ExitCode.CLEAN, ())
    assert load_manifest(rig.files, PurePosixPath("backend")).answers == {
        question.id: "thirty days"
    }


def test_a_commit_is_made_on_a_branch_of_its_own_when_asked() -> None:
    """It holds what landed and its record, and nothing else."""
    git = FakeGit()
    rig = Rig(git=git)

    report = rig.start(commit=True)
    again = rig.start(commit=True)

    ((paths, message, branch),) = git.commits
    assert set(paths) == {*rig.backend(), report.record}
    assert message.startswith("Implement bookmarks")
    assert branch in report.answer
    assert again.exit_code is ExitCode.CLEAN


def test_every_feature_at_once_is_recorded_as_general_work() -> None:
    """`--feature all` has no folder of its own in the history."""
    report = Rig().start(feature="all")

    assert report.landed
    assert (report.record or "").startswith("history/prompts/general/")


def test_an_answer_to_no_question_is_told() -> None:
    """A slip in an answers file does not pass in silence."""
    report = Rig().start(answers={"no-such-question": "yes"})

    assert [item.subject for item in report.diagnostics if item.rule == "unused-answer"] == [
        "no-such-question"
    ]


@pytest.mark.parametrize(
    ("texts", "request_values", "error", "says"),
    [
        ({}, {}, SpecError, "no specs"),
        (PROJECT, {"feature": "bookmark"}, SpecError, "no feature 'bookmark'"),
        ({"specs/api/rest-endpoints.md": "\n"}, {"feature": "all"}, SpecError, "no endpoint"),
        (PROJECT, {"agent": "nobody"}, ConfigError, "no agent called nobody"),
        (PROJECT, {"keep": True, "overwrite": True}, ConfigError, "contradict"),
        (PROJECT, {"commit": True}, ConfigError, "git"),
        (PROJECT, {"layout": "odd"}, ConfigError, "no layout called odd"),
        (PROJECT, {"style": "odd"}, ConfigError, "no style called odd"),
        (PROJECT, {"auth_mode": "odd"}, ConfigError, "no auth mode called odd"),
        (PROJECT, {"backend": "../elsewhere"}, ConfigError, "folder"),
        ({**PROJECT, MANIFEST: "<<<<<<<"}, {}, WorkspaceError, "manifest"),
    ],
)
def test_what_cannot_begin_is_one_sentence(
    texts: dict[str, str], request_values: dict[str, object], error: type[SddError], says: str
) -> None:
    """Each has a message, a hint, and leaves the project as it was."""
    rig = Rig(files=MemoryFiles(texts))

    with pytest.raises(error, match=says) as caught:
        rig.start(**request_values)

    assert caught.value.hint
    assert rig.project() == texts


def test_a_broken_agent_file_is_named() -> None:
    """Two different definitions of a needed agent leave it to chance who works."""
    agent = "---\nname: test-subagent\ndescription: x\n---\n\nOne.\n"
    texts = {
        **PROJECT,
        "agents/test-subagent.md": agent,
        "agents/other.md": agent.replace("One", "Two"),
    }

    with pytest.raises(ConfigError, match="test-subagent"):
        Rig(files=MemoryFiles(texts)).start()


def test_a_disk_that_is_full_at_landing_loses_nothing() -> None:
    """The error is told, nothing landed, and the next run goes on where this one stopped."""
    rig = Rig(files=MemoryFiles(PROJECT, unwritable=["backend/app/main.py"]))

    with pytest.raises(WorkspaceError):
        rig.start()
    after = rig.project()
    rig.files.unwritable.clear()
    report = rig.start()

    assert after == PROJECT
    assert report.resumed
    assert report.landed


def test_a_folder_that_cannot_be_written_is_one_sentence() -> None:
    """The run does not begin."""

    class ReadOnly(MemoryFiles):
        def commit(self, writes: object) -> None:
            raise WorkspaceError(".sdd cannot be written: permission denied.")

    rig = Rig(files=ReadOnly(PROJECT))

    with pytest.raises(WorkspaceError, match="permission denied"):
        rig.start()

    assert rig.start(dry_run=True).exit_code is ExitCode.CLEAN


def test_two_runs_at_once_are_refused() -> None:
    """The second is told that another is at work."""
    with pytest.raises(WorkspaceError, match="Another run"):
        Rig(held=True).start()


def test_a_record_that_cannot_be_written_does_not_unmake_the_landing() -> None:
    """The backend stands, and the run says what is missing."""
    template = "no prompt is put anywhere\n"
    rig = Rig(files=MemoryFiles({**PROJECT, ".specify/templates/phr-template.prompt.md": template}))

    report = rig.start()

    assert (report.landed, report.exit_code) == (True, ExitCode.FINDINGS)
    assert "But afterwards" in report.answer


def test_the_offline_model_gets_its_order_and_documents_and_nothing_else() -> None:
    """Its prompt names documents; their text comes through read_file alone."""
    rig = Rig(model=OfflineModel())
    rig.start()

    for _, task in rig.fake_runner.tasks:
        assert "Milk" not in task.prompt
        assert "specs/api/rest-endpoints.md" in task.prompt or "schema.md" in task.prompt


def test_an_agents_question_waits_for_a_human_and_goes_on_when_answered() -> None:
    """Without a terminal the run ends 3 and names it; the same command with the answer goes on."""
    question = "May a bookmark be empty?"
    asks = ScriptedModel(call("ask_user", question=question, choices=["no", "yes"]))
    rig = Rig(model=asks)

    waiting = rig.start(no_input=True, model="sonnet")
    (asked,) = waiting.questions
    again = rig.start(no_input=True, model="sonnet", answers={asked.id: "no"})

    assert (waiting.exit_code, waiting.landed) == (ExitCode.NEEDS_HUMAN, False)
    assert (asked.text, asked.choices, asked.proposal) == (question, ("no", "yes"), "no")
    assert asked.id in waiting.answer
    assert (again.run_id, again.resumed) == (waiting.run_id, True)
    assert again.questions == ()
    results = [item for said in asks.seen for item in said if isinstance(item, ToolResult)]
    assert {result.text for result in results} == {"no"}


REMIND = """
### POST /api/bookmarks/{bookmark_id}/remind

Sends an e-mail about the bookmark to the user, an hour from now.

**Response**: `202 Accepted`
"""


def with_prose() -> MemoryFiles:
    """Return a project with an endpoint that no compiler can build."""
    return MemoryFiles({**PROJECT, "specs/api/rest-endpoints.md": CONTRACT + REMIND})


def test_what_is_not_built_does_not_look_like_success() -> None:
    """The rest lands, the run ends 3 and says how much is missing and what to do; or is told so."""
    report = Rig(files=with_prose()).start()
    allowed = Rig(files=with_prose()).start(allow_partial=True)

    assert (report.exit_code, report.landed) == (ExitCode.NEEDS_HUMAN, True)
    assert "NOT complete: 1 of 4 stated endpoints" in report.answer
    assert "--model hybrid" in report.answer
    assert (allowed.exit_code, allowed.landed) == (ExitCode.CLEAN, True)


def test_in_a_hybrid_run_the_language_model_gets_only_what_does_not_compile() -> None:
    """Everything is compiled first; four orders then hear of one endpoint, and are paid apart."""
    rig = Rig(files=with_prose())
    runner = FakeRunner(model=ScriptedModel(), seats={"offline": rig.model})
    rig.runner = runner

    report = rig.start(model="hybrid:sonnet")

    asked = [(task.key, task.model) for _, task in runner.tasks[8:]]
    assert asked == [
        (f"{order}+prose-0", "sonnet") for order in ("repositories", "schemas", "routes", "tests")
    ]
    assert {task.model for _, task in runner.tasks[:8]} == {"offline"}
    assert "POST /api/bookmarks/{bookmark_id}/remind cannot be" in runner.tasks[8][1].prompt
    by_model = {model: sum(order.model == model for order in report.orders) for model in MODELS}
    assert by_model == {"offline": 8, "sonnet": 4}


def reminding(messages: Sequence[Message], _: Sequence[Tool]) -> AssistantMessage:
    """Add a file to the repositories, as a language model does."""
    asked = next(message.text for message in messages if isinstance(message, UserMessage))
    if "Work order `repositories`" not in asked:
        return AssistantMessage(text="Nothing to add.")
    content = '"""Reminders, an hour from now."""\n'
    return call("write_file", path=REMINDERS, content=content)


def hybrid(rig: Rig) -> FakeRunner:
    """Let a run be hybrid, and return what remembers its tasks."""
    runner = FakeRunner(model=ScriptedModel(reminding), seats={"offline": rig.model})
    rig.runner = runner
    return runner


def test_a_hybrid_run_on_what_it_landed_asks_nobody_and_changes_nothing() -> None:
    """What a language model added was paid for once, unless it is gone or asked for otherwise."""
    rig = Rig(files=with_prose())
    hybrid(rig)
    first = rig.start(model="hybrid:sonnet")
    landed = rig.files.texts()

    runner = hybrid(rig)
    second = rig.start(model="hybrid:sonnet")
    asked_again = {task.model for _, task in runner.tasks}
    stood = {path: text for path, text in rig.files.texts().items() if path.startswith("backend/")}
    rig.files.commit({PurePosixPath(REMINDERS): None})
    runner = hybrid(rig)
    third = rig.start(model="hybrid:sonnet")
    restored = [task.key for _, task in runner.tasks if task.model == "sonnet"]
    contract = PurePosixPath("specs/api/rest-endpoints.md")
    later = CONTRACT + REMIND.replace("an hour", "a day")
    rig.files.commit({contract: later.encode()})
    runner = hybrid(rig)
    rig.start(model="hybrid:sonnet")
    changed = [task.key for _, task in runner.tasks if task.model == "sonnet"]

    assert REMINDERS in landed
    assert (first.landed, second.landed, asked_again) == (True, False, {"offline"})
    assert second.answer.startswith("0 files changed")
    assert stood == {path: text for path, text in landed.items() if path.startswith("backend/")}
    assert (third.landed, restored) == (True, ["repositories+prose-0"])
    assert "repositories+prose-0" in changed


def test_a_compiler_alone_leaves_what_a_language_model_added() -> None:
    """Where it would have to be added anew the run ends 3 and says how to go on."""
    rig = Rig(files=with_prose())
    hybrid(rig)
    rig.start(model="hybrid:sonnet")
    landed = rig.backend()
    rig.runner = None

    again = rig.start()
    after = rig.backend()
    later = CONTRACT + REMIND.replace("an hour", "a day")
    rig.files.commit({PurePosixPath("specs/api/rest-endpoints.md"): later.encode()})
    with pytest.raises(ModelError, match="has added") as refused:
        rig.start()
    untouched = rig.backend()
    replaced = rig.start(overwrite=True, allow_partial=True)

    assert (again.exit_code, again.landed, after) == (ExitCode.CLEAN, False, landed)
    assert refused.value.exit_code is ExitCode.NEEDS_HUMAN
    assert "--model hybrid" in (refused.value.hint or "")
    assert untouched == landed
    assert (replaced.landed, REMINDERS in rig.backend()) == (True, False)


def test_without_prose_a_hybrid_run_asks_no_language_model() -> None:
    """What compiles costs nothing."""
    rig = Rig()
    runner = FakeRunner(model=ScriptedModel(), seats={"offline": rig.model})
    rig.runner = runner

    report = rig.start(model="hybrid")

    assert report.exit_code == ExitCode.CLEAN
    assert {task.model for _, task in runner.tasks} == {"offline"}


def test_a_model_that_cannot_be_asked_ends_the_run_before_it_begins() -> None:
    """Nothing is read, planned or kept for a run without a key."""
    rig = Rig()
    ports = rig.ports()

    def refuse(*_: object) -> None:
        raise ModelError("There is no key.")

    request = ImplementRequest(feature="bookmarks", model="sonnet")
    with pytest.raises(ModelError, match="no key"):
        asyncio.run(implement(request, replace(ports, check_models=refuse), rig.events.append))

    assert (rig.events, list_runs(rig.files)) == ([], ())
