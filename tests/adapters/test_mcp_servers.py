import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from fakes import ScriptedModel, call, say

from sdd.adapters.journal import Journal, open_replay
from sdd.adapters.mcp_servers import McpServer, open_servers
from sdd.adapters.pydantic_runner import open_runner
from sdd.agents.conversation import ToolError
from sdd.agents.definition import AgentDefinition
from sdd.agents.runner import Limits, Outcome, Task
from sdd.errors import ConfigError

SERVER = '''
import os
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError

server = MCPServer("scales")

@server.tool()
def weigh(bag: str) -> str:
    """Weighs a bag."""
    if bag == "lead":
        raise ToolError("too heavy")
    return f"{bag}: 3 kg, {os.environ.get('ALLOWED', '-')}, {os.environ.get('SECRET', '-')}"

server.run("stdio")
'''


async def made(_: str, make: Callable[[], Awaitable[str]]) -> str:
    """Remember nothing."""
    return await make()


def test_a_servers_tools_are_called_under_its_name(tmp_path: Path) -> None:
    """Its environment is scrubbed but for what the settings name; its errors are told."""
    script = tmp_path / "server.py"
    script.write_text(SERVER)
    server = McpServer(command=(sys.executable, str(script)), variables=("ALLOWED",))
    environment = {"ALLOWED": "yes", "SECRET": "hidden", "PATH": "/usr/bin:/bin"}

    async def weigh() -> tuple[str, str]:
        async with open_servers({"scales": server}, environment, str(tmp_path), made) as tools:
            (tool,) = tools["scales"]
            assert tool.parameters["required"] == ["bag"]
            answer = tool.call({"bag": "red"})
            assert not isinstance(answer, str)
            text = await answer
            with pytest.raises(ToolError, match="too heavy"):
                await tool.call({"bag": "lead"})  # type: ignore[misc]
            return tool.name, text

    assert asyncio.run(weigh()) == ("mcp__scales__weigh", "red: 3 kg, yes, -")


def test_a_server_that_does_not_start_is_named(tmp_path: Path) -> None:
    """The sentence names the setting to look at."""
    broken = McpServer(command=(sys.executable, "-c", "raise SystemExit(1)"))

    async def start() -> None:
        async with open_servers({"scales": broken}, {}, str(tmp_path), made):
            pass

    with pytest.raises(ConfigError, match="MCP server scales does not start"):
        asyncio.run(start())


COUNTING = """
from pathlib import Path
from mcp.server.mcpserver import MCPServer

server = MCPServer("scales")
log = Path(__file__).with_name("calls")
log.open("a").write("started;")

@server.tool()
def weigh(bag: str) -> str:
    \"\"\"Weighs a bag.\"\"\"
    log.open("a").write(bag + ";")
    return f"{bag}: {len(log.read_text())} kg"

server.run("stdio")
"""


def test_what_a_server_gave_is_neither_asked_again_nor_is_it_started_for_that(
    tmp_path: Path,
) -> None:
    """A resumed run has its answers from the journal, and so has a replay, in the same words."""
    script = tmp_path / "server.py"
    script.write_text(COUNTING)
    server = McpServer(command=(sys.executable, str(script)))
    agent = AgentDefinition(name="porter", description="", prompt="", path="")
    weigh = call("mcp__scales__weigh", bag="red")
    model = ScriptedModel(weigh, weigh, say("done"))

    async def live(journal: Journal | None = None) -> Outcome:
        async with (
            open_runner(tmp_path / "r1", scripted={"offline": model}, journal=journal) as runner,
            open_servers({"scales": server}, {}, str(tmp_path), runner.recall) as tools,
        ):
            task = Task(key="order-0", prompt="Weigh.")
            return await runner.run(agent, task, tools["scales"], Limits(), lambda _: None)

    first, resumed = asyncio.run(live()), asyncio.run(live())
    replayed = asyncio.run(live(open_replay(tmp_path / "r1" / "journal.db", "r1")))

    assert (tmp_path / "calls").read_text() == "started;red;red;"
    assert first.messages == resumed.messages == replayed.messages
    assert "red: 12 kg" in str(first.messages)
    assert "red: 16 kg" in str(first.messages)
