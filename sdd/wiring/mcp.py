"""MCP servers, as `[tool.sdd.mcp]` allows them."""

from collections.abc import Mapping
from typing import Any

from sdd.adapters.mcp_servers import McpServer
from sdd.errors import ConfigError

_KEYS = frozenset({"command", "environment"})


def read_servers(table: Mapping[str, Any]) -> Mapping[str, McpServer]:
    """Read `[mcp.NAME]`: `command`, a list, and the names of variables in `environment`.

    Raises:
        ConfigError: An entry has another form.
    """
    return {str(name): _server(str(name), row) for name, row in table.items()}


def _server(name: str, row: object) -> McpServer:
    if isinstance(row, Mapping) and row.keys() <= _KEYS:
        command, variables = row.get("command"), row.get("environment", [])
        if _texts(command) and command and _texts(variables):
            return McpServer(command=tuple(command), variables=tuple(variables))
    raise ConfigError(
        f"Setting 'mcp.{name}' has an unusable form.",
        hint=f'[tool.sdd.mcp.{name}] command = ["program", "argument"], environment = ["NAME"]',
    )


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)
