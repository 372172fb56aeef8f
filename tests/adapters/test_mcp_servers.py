import asyncio
import sys
from pathlib import Path

import pytest

from sdd.adapters.mcp_servers import McpServer, open_servers
from sdd.agents.conversation import ToolError
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


def test_a_servers_tools_are_called_under_its_name(tmp_path: Path) -> None:
    """Its environment is scrubbed but for what the settings name; its errors are told."""
    script = tmp_path / "server.py"
    script.write_text(SERVER)
    server = McpServer(command=(sys.executable, str(script)), variables=("ALLOWED",))
    environment = {"ALLOWED": "yes", "SECRET": "hidden", "PATH": "/usr/bin:/bin"}

    async def weigh() -> tuple[str, str]:
        async with open_servers({"scales": server}, environment, str(tmp_path)) as tools:
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
        async with open_servers({"scales": broken}, {}, str(tmp_path)):
            pass

    with pytest.raises(ConfigError, match="MCP server scales does not start"):
        asyncio.run(start())
