"""An agent definition as the rest of the program sees it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnServer:
    """An MCP server that a definition describes itself."""

    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentDefinition:
    """One agent: front matter and system prompt of a Markdown file.

    Attributes:
        tools: Names as our tool set knows them; None: all tools.
        model: As written (`sonnet`, a full id, free text); None or `inherit`: the run's.
        prompt: The Markdown body.
        mcp_servers: Names of the MCP servers that it uses.
        own_servers: Those of them that it describes itself, by name.
        extra: Every other key of the front matter, kept as read.
    """

    name: str
    description: str
    prompt: str
    path: str
    model: str | None = None
    tools: tuple[str, ...] | None = None
    color: str | None = None
    mcp_servers: tuple[str, ...] = ()
    own_servers: Mapping[str, OwnServer] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
