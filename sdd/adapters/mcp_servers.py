"""MCP servers that a project has allowed, and their tools as agents call them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from sdd.adapters.processes import scrubbed
from sdd.agents.conversation import Tool, ToolError
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
    """

    command: tuple[str, ...]
    variables: tuple[str, ...] = ()


@asynccontextmanager
async def open_servers(
    servers: Mapping[str, McpServer], environment: Mapping[str, str], folder: str
) -> AsyncIterator[Mapping[str, tuple[Tool, ...]]]:
    """Start servers for a `with` block and return the tools of each, called `mcp__SERVER__TOOL`.

    Raises:
        ConfigError: A server does not start.
        MissingExtraError: The client is not installed.
    """
    if not servers:
        yield {}
        return
    if find_spec("mcp") is None:
        raise MissingExtraError("agents", "Speaking to MCP servers")
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[Mapping[str, tuple[Tool, ...]]] = loop.create_future()
    over = asyncio.Event()
    # In a task of its own: the library's task groups would wrap every error of the block.
    task = asyncio.ensure_future(_hold(servers, environment, folder, ready, over))
    try:
        await asyncio.wait([ready], timeout=_STARTING)
        if not ready.done():
            raise ConfigError(
                f"An MCP server did not start within {_STARTING:g} s: {', '.join(servers)}.",
                hint="Check [tool.sdd.mcp].",
            )
        yield ready.result()
    finally:
        over.set()
        if not ready.done():
            task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _hold(
    servers: Mapping[str, McpServer],
    environment: Mapping[str, str],
    folder: str,
    ready: asyncio.Future[Mapping[str, tuple[Tool, ...]]],
    over: asyncio.Event,
) -> None:
    """Keep servers running until it is over; whatever goes wrong before is told once."""
    starting = ""
    try:
        async with AsyncExitStack() as stack:
            tools: dict[str, tuple[Tool, ...]] = {}
            for name, server in servers.items():
                starting = name
                tools[name] = await _start(stack, name, server, environment, folder)
            ready.set_result(tools)
            await over.wait()
    except Exception as error:
        if ready.done():
            raise
        reason = f"The MCP server {starting} does not start: {_innermost(error)}."
        failed = ConfigError(reason, hint=f"Check [tool.sdd.mcp.{starting}].")
        ready.set_exception(failed)


async def _start(
    stack: AsyncExitStack,
    name: str,
    server: McpServer,
    environment: Mapping[str, str],
    folder: str,
) -> tuple[Tool, ...]:
    from mcp import ClientSession, StdioServerParameters  # noqa: PLC0415 - slow to import
    from mcp.client.stdio import stdio_client  # noqa: PLC0415

    given = {key: environment[key] for key in server.variables if key in environment}
    started = StdioServerParameters(
        command=server.command[0],
        args=list(server.command[1:]),
        env={**scrubbed(environment), **given},
        cwd=folder,
    )
    streams = await stack.enter_async_context(stdio_client(started))
    session = await stack.enter_async_context(ClientSession(*streams))
    await session.initialize()
    listed = await session.list_tools()
    return tuple(_tool(session, name, tool) for tool in listed.tools)


def _innermost(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _tool(session: "ClientSession", server: str, tool: Any) -> Tool:  # noqa: ANN401 - of the library
    return Tool(
        name=f"mcp__{server}__{tool.name}",
        description=tool.description or tool.name,
        parameters=_schema(tool),
        call=_caller(session, tool.name),
    )


def _schema(tool: Any) -> Mapping[str, Any]:  # noqa: ANN401 - of the library
    found = getattr(tool, "input_schema", None) or getattr(tool, "inputSchema", None)
    return found or {"type": "object"}


def _caller(session: "ClientSession", name: str) -> Callable[[Mapping[str, Any]], Awaitable[str]]:
    async def call(arguments: Mapping[str, Any]) -> str:
        result: Any = await session.call_tool(name, dict(arguments))
        text = "\n".join(getattr(block, "text", "") for block in result.content)
        if getattr(result, "is_error", False) or getattr(result, "isError", False):
            raise ToolError(text or f"{name} failed and does not say why.")
        return text

    return call
