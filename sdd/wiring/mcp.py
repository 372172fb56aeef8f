"""MCP servers, as `[tool.sdd.mcp]` allows them."""

from collections.abc import Mapping
from typing import Any

from sdd.adapters.mcp_servers import McpServer
from sdd.agents.definition import AgentDefinition
from sdd.errors import ConfigError

_KEYS = frozenset({"command", "environment"})
FROM_AGENT = "from-agent"


def read_servers(table: Mapping[str, Any]) -> Mapping[str, McpServer | None]:
    """Read `[mcp.NAME]`: `command`, a list, and the names of variables in `environment`.

    None stands for a server that an agent may describe itself: `from-agent = true`.

    Raises:
        ConfigError: An entry has another form.
    """
    return {str(name): _server(str(name), row) for name, row in table.items()}


def allowed_server(
    allowed: Mapping[str, McpServer | None], name: str, agent: AgentDefinition
) -> McpServer | None:
    """Return how a server that an agent names is started; None: the settings do not allow it.

    Raises:
        ConfigError: The agent should describe it, and does not.
    """
    if name not in allowed or allowed[name] is not None:
        return allowed.get(name)
    own = agent.own_servers.get(name)
    if own is None:
        raise ConfigError(
            f"{agent.path or agent.name} names the MCP server {name} and not its command.",
            hint=f"Give it there, or as command = [...] in [tool.sdd.mcp.{name}].",
        )
    return McpServer(command=own.command, given=own.environment)


def _server(name: str, row: object) -> McpServer | None:
    if row == {FROM_AGENT: True}:
        return None
    if isinstance(row, Mapping) and row.keys() <= _KEYS:
        command, variables = row.get("command"), row.get("environment", [])
        if _texts(command) and command and _texts(variables):
            return McpServer(command=tuple(command), variables=tuple(variables))
    raise ConfigError(
        f"Setting 'mcp.{name}' has an unusable form.",
        hint=f'[tool.sdd.mcp.{name}] command = ["program", "argument"], environment = ["NAME"], '
        f"or {FROM_AGENT} = true",
    )


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)
