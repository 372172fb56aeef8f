from collections.abc import Sequence

from fakes import FakeRunner, ScriptedModel, call, say
from typing_extensions import override

from sdd.agents.conversation import AssistantMessage, Message, Tool, ToolResult
from sdd.errors import ExitCode
from tests.workflow.harness import Rig

ENGINEER = "fastapi-backend-engineer"


class _Leading(ScriptedModel):
    """Leads where it is asked to, and compiles its own order like everybody else."""

    def __init__(self, rig: Rig, *waves: tuple[str, ...]) -> None:
        super().__init__(*(call("delegate", orders=list(wave)) for wave in waves), say("All sent."))
        self._compiler = rig.model

    @override
    def respond(self, messages: Sequence[Message], tools: Sequence[Tool]) -> AssistantMessage:
        """Return the next wave, or the compiler's answer."""
        if any(tool.name == "delegate" for tool in tools):
            return super().respond(messages, tools)
        return self._compiler.respond(messages, tools)


def keys(runner: FakeRunner) -> list[str]:
    """Return the turns in the order in which they began."""
    return [task.key for _, task in runner.tasks]


def test_the_engineer_sends_the_others_in_waves_of_its_own() -> None:
    """It calls agents as a tool and hears what they say; what it left out we send."""
    rig = Rig()
    lead = _Leading(rig, ("models",), ("schemas", "auth"), ("models",), ("nothing",))
    runner = FakeRunner(model=rig.model, models={ENGINEER: lead})
    rig.runner = runner

    report = rig.start(model="sonnet", lead=True)

    assert report.exit_code == ExitCode.CLEAN, report.answer
    assert keys(runner)[:4] == ["coordination-0", "models-0", "schemas-0", "auth-0"]
    assert set(keys(runner)[4:]) == {
        f"{order}-0" for order in ("repositories", "routes", "errors", "assembly", "tests")
    }
    results = [item for item in lead.seen[-1] if isinstance(item, ToolResult)]
    assert [result.failed for result in results] == [False, False, True, True]
    assert "backend/app/models/bookmark.py" in results[0].text
    assert rig.backend() == _by_our_plan()


def test_an_engineer_may_look_and_send_and_nothing_else() -> None:
    """It writes no files; its prompt names every order with its paths."""
    rig = Rig()
    offered: list[set[str]] = []

    def look(_: Sequence[Message], tools: Sequence[Tool]) -> AssistantMessage:
        offered.append({tool.name for tool in tools})
        return say("I send nobody.")

    runner = FakeRunner(model=rig.model, models={ENGINEER: ScriptedModel(look, name="lead")})
    rig.runner = runner

    report = rig.start(model="sonnet", lead=True)

    assert offered[0] == {"read_file", "list_files", "search", "delegate"}
    assert "`routes`: Routes" in runner.tasks[0][1].prompt
    assert report.gates != ()


def _by_our_plan() -> dict[str, str]:
    rig = Rig()
    rig.start(model="sonnet")
    return rig.backend()
