import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pytest
from fakes import FakeRunner, MemoryFiles

from sdd.agents.conversation import Tool
from sdd.agents.definition import AgentDefinition
from sdd.agents.runner import Limits, Outcome, Step, Task
from sdd.errors import ConfigError, ExitCode, ModelError, SddError, SpecError, WorkspaceError
from sdd.workflow import ImplementRequest, implement
from sdd.workflow.offline.model import OfflineModel
from sdd.workflow.runs import list_runs
from tests.workflow.harness import PROJECT, Rig

MANIFEST = "backend/.sdd-manifest.json"


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


def test_the_offline_model_gets_its_order_and_documents_and_nothing_else() -> None:
    """Its prompt names documents; their text comes through read_file alone."""
    rig = Rig(model=OfflineModel())
    rig.start()

    for _, task in rig.fake_runner.tasks:
        assert "Milk" not in task.prompt
        assert "specs/api/rest-endpoints.md" in task.prompt or "schema.md" in task.prompt


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


def test_an_mcp_server_that_nobody_starts_is_told() -> None:
    """An agent that would work without tools it names does not do so unnoticed."""
    agent = "---\nname: test-subagent\ndescription: Tests.\nmcpServers: [scales]\n---\nYou test.\n"
    rig = Rig(files=MemoryFiles({**PROJECT, "agents/test-subagent.md": agent}))

    report = rig.start()

    (told,) = (item for item in report.diagnostics if item.rule == "mcp-server-not-allowed")
    assert "test-subagent works without the MCP server scales" in told.message
    assert told.hint is not None
    assert "[tool.sdd.mcp.scales]" in told.hint
