"""MCP servers that a project has allowed, and their tools as agents call them."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from sdd.adapters.processes import scrubbed
from sdd.agents.conversation import Tool, ToolError
from sdd.agents.runner import Recall
from sdd.errors import ConfigError, MissingExtraError

if TYPE_CHECKING:
    from mcp import ClientSession

_STARTING = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class McpServer:
    """How a server is started.

    Attributes:
        command: Program and arguments; it is spoken to on its standard streams.
        variables: Names of the variables that it gets of our environment, beside the usual ones.
        given: Variables with the values that it gets besides.
    """

    command: tuple[str, ...]
    variables: tuple[str, ...] = ()
    given: Mapping[str, str] = field(default_factory=dict)


@asynccontextmanager
async def open_servers(
    servers: Mapping[str, McpServer],
    environment: Mapping[str, str],
    folder: str,
    recall: Recall,
) -> AsyncIterator[Mapping[str, tuple[Tool, ...]]]:
    """Offer servers for a `with` block: the tools of each, called `mcp__SERVER__TOOL`.

    A server is started when it is first needed: what tools it has is kept by `recall`, and so is
    what they gave, so a resumed run starts it for new calls alone and a replayed one not at all.

    Raises:
        ConfigError: A server does not start.
        MissingExtraError: The client is not installed.
    """
    if servers and find_spec("mcp") is None:
        raise MissingExtraError("agents", "Speaking to MCP servers")
    started = {
        name: _Started(name, _parameters(server, environment, folder))
        for name, server in servers.items()
    }
    try:
        tools: dict[str, tuple[Tool, ...]] = {}
        for name, server in started.items():
            listed = json.loads(await recall(f"mcp/{name}", server.listing))
            tools[name] = tuple(_tool(server, item) for item in listed)
        yield tools
    finally:
        for server in started.values():
            await server.close()


def _parameters(
    server: McpServer, environment: Mapping[str, str], folder: str
) -> Mapping[str, Any]:
    ours = {key: environment[key] for key in server.variables if key in environment}
    return {
        "command": server.command[0],
        "args": list(server.command[1:]),
        "env": {**scrubbed(environment), **server.given, **ours},
        "cwd": folder,
    }


class _Started:
    """A server that is started once, when it is first needed."""

    def __init__(self, name: str, parameters: Mapping[str, Any]) -> None:
        self.name = name
        self._parameters = parameters
        self._over = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._ready: asyncio.Future[ClientSession] | None = None

    async def session(self) -> "ClientSession":
        """Return the session with it.

        Raises:
            ConfigError: It does not start.
        """
        if self._ready is None:
            self._ready = asyncio.get_running_loop().create_future()
            # In a task of its own: the library's task groups would wrap every error of the block.
            self._task = asyncio.ensure_future(self._hold(self._ready))
        await asyncio.wait([self._ready], timeout=_STARTING)
        if not self._ready.done():
            raise self._failed(f"it says nothing for {_STARTING:g} s")
        return self._ready.result()

    async def listing(self) -> str:
        """Return its tools as JSON."""
        listed = await (await self.session()).list_tools()
        return json.dumps([_described(tool) for tool in listed.tools])

    async def close(self) -> None:
        """End it, if it was started."""
        self._over.set()
        if self._task is not None:
            if self._ready is not None and not self._ready.done():
                self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _hold(self, ready: "asyncio.Future[ClientSession]") -> None:
        """Keep it running until it is over; whatever goes wrong before is told once."""
        from mcp import ClientSession, StdioServerParameters  # noqa: PLC0415 - slow to import
        from mcp.client.stdio import stdio_client  # noqa: PLC0415

        try:
            async with (
                stdio_client(StdioServerParameters(**self._parameters)) as streams,
                ClientSession(*streams) as session,
            ):
                await session.initialize()
                ready.set_result(session)
                await self._over.wait()
        except Exception as error:
            if ready.done():
                raise
            ready.set_exception(self._failed(str(_innermost(error))))

    def _failed(self, why: str) -> ConfigError:
        reason = f"The MCP server {self.name} does not start: {why}."
        return ConfigError(reason, hint=f"Check [tool.sdd.mcp.{self.name}].")


def _innermost(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _described(tool: Any) -> Mapping[str, Any]:  # noqa: ANN401 - of the library
    schema = getattr(tool, "input_schema", None) or getattr(tool, "inputSchema", None)
    return {
        "name": tool.name,
        "description": tool.description or tool.name,
        "parameters": schema or {"type": "object"},
    }


def _tool(server: _Started, described: Mapping[str, Any]) -> Tool:
    name = str(described["name"])

    async def call(arguments: Mapping[str, Any]) -> str:
        result: Any = await (await server.session()).call_tool(name, dict(arguments))
        text = "\n".join(getattr(block, "text", "") for block in result.content)
        if getattr(result, "is_error", False) or getattr(result, "isError", False):
            raise ToolError(text or f"{name} failed and does not say why.")
        return text

    return Tool(
        name=f"mcp__{server.name}__{name}",
        description=described["description"],
        parameters=described["parameters"],
        call=call,
        outside=True,
    )
