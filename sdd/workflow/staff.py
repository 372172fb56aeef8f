"""Chooses the agents of a run from the project's definitions, or the packaged ones."""

from collections.abc import Collection, Iterable, Mapping
from pathlib import PurePosixPath

from sdd.agents.definition import AgentDefinition
from sdd.agents.load import LoadedAgents, default_definitions, load_agents
from sdd.diagnostics import Diagnostic, Severity, errors
from sdd.errors import ConfigError
from sdd.names import nearest
from sdd.ports import ReadableFiles
from sdd.workflow.plan import AGENTS


def choose_agents(
    files: ReadableFiles, folders: tuple[str, ...], only: str | None
) -> tuple[Mapping[str, AgentDefinition], tuple[Diagnostic, ...]]:
    """Return the definition that takes the place of each planned agent, and what is odd.

    Args:
        files: The project.
        folders: Where definitions are looked for.
        only: One agent that does everything.

    Raises:
        ConfigError: The agent asked for does not exist, or a needed file is broken.
    """
    loaded = load_agents(files, tuple(map(PurePosixPath, folders)))
    packaged = {item.name: item for item in default_definitions()}
    needed = (only,) if only else AGENTS
    _require_sound(loaded, needed)
    if only:
        agent = loaded.find(only) or packaged.get(only)
        if agent is None:
            raise _unknown(only, loaded, packaged)
        return dict.fromkeys(AGENTS, agent), loaded.diagnostics
    chosen: dict[str, AgentDefinition] = {}
    absent: list[str] = []
    for name in AGENTS:
        own = loaded.find(name)
        chosen[name] = own or packaged[name]
        if own is None:
            absent.append(name)
    return chosen, (*loaded.diagnostics, *_packaged_note(absent, folders))


def _require_sound(loaded: LoadedAgents, needed: tuple[str, ...]) -> None:
    for diagnostic in errors(loaded.diagnostics):
        stem = PurePosixPath(diagnostic.span.path).stem if diagnostic.span else ""
        if {diagnostic.subject, stem} & set(needed):
            where = f"{diagnostic.span}: " if diagnostic.span else ""
            raise ConfigError(f"{where}{diagnostic.message}", hint=diagnostic.hint)


def _unknown(
    name: str, loaded: LoadedAgents, packaged: Mapping[str, AgentDefinition]
) -> ConfigError:
    known = sorted({item.name for item in loaded.definitions} | set(packaged))
    near = nearest(name, known, most=1)
    hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(known)}."
    return ConfigError(f"There is no agent called {name}.", hint=hint)


def _packaged_note(absent: list[str], folders: tuple[str, ...]) -> tuple[Diagnostic, ...]:
    if not absent:
        return ()
    message = f"Not defined in this project, the packaged ones work: {', '.join(absent)}."
    return (
        Diagnostic(
            rule="packaged-agent",
            severity=Severity.WARNING,
            message=message,
            hint=f"`sdd init` puts them into {folders[0] if folders else 'agents'}/.",
            subject=",".join(absent),
        ),
    )


def unserved(agents: Iterable[AgentDefinition], servers: Collection[str]) -> tuple[Diagnostic, ...]:
    """Warn about MCP servers that agents name and a run does not start: their tools are missing."""
    return tuple(
        Diagnostic(
            rule="mcp-server-not-allowed",
            severity=Severity.WARNING,
            message=f"{agent.name} works without the MCP server {name}: no setting allows it.",
            hint=f"Allow it with [tool.sdd.mcp.{name}], or take it out of mcpServers.",
            subject=name,
        )
        for agent in agents
        for name in agent.mcp_servers
        if name not in servers
    )
