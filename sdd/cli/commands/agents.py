"""`sdd agents`: which agent definitions a project has, and what is wrong with them."""

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from rich.table import Table
from rich.text import Text

from sdd.adapters.disk import DiskFiles
from sdd.agents.definition import AgentDefinition
from sdd.agents.load import LoadedAgents, load_agents
from sdd.cli.diagnostics import print_diagnostics
from sdd.cli.excerpts import read_lines_below
from sdd.cli.formats import Format
from sdd.cli.json_output import dumps
from sdd.cli.output import make_output
from sdd.cli.streams import write
from sdd.diagnostics import errors
from sdd.errors import ConfigError, ExitCode
from sdd.names import counted, nearest
from sdd.wiring.settings import current_settings


@dataclass(frozen=True, slots=True)
class _Found:
    root: Path
    agents: LoadedAgents


def _find(project: Path | None, folders: tuple[Path, ...] = ()) -> _Found:
    root = (project or Path.cwd()).resolve()
    named = tuple(PurePosixPath(folder.as_posix()) for folder in folders)
    settings = current_settings(root)
    return _Found(
        root, load_agents(DiskFiles(root), named or tuple(map(PurePosixPath, settings.agents)))
    )


def list_command(project: Path | None, output_format: Format) -> int:
    """Print each definition with its model, its tools and the first line of its description."""
    found = _find(project)
    if output_format is Format.JSON:
        write(dumps({"schema_version": 1, "agents": found.agents.definitions}))
        return ExitCode.CLEAN
    output = make_output()
    if not found.agents.definitions:
        output.err.print("No agent definitions here; the built-in ones are used.")
    table = Table.grid(padding=(0, 2), expand=True)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
    for agent in found.agents.definitions:
        about = next(iter(agent.description.splitlines()), "")
        table.add_row(
            Text(agent.name, style="bold"), agent.model or "inherit", Text(about, style="dim")
        )
    output.out.print(table)
    return ExitCode.CLEAN


def show_command(name: str, project: Path | None, output_format: Format) -> int:
    """Print one definition as it was understood."""
    found = _find(project)
    agent = _named(name, found.agents.definitions)
    if output_format is Format.JSON:
        write(dumps({"schema_version": 1, "agent": agent}))
        return ExitCode.CLEAN
    out = make_output().out
    tools = "all" if agent.tools is None else ", ".join(agent.tools) or "none"
    for key, value in (
        ("name", agent.name),
        ("file", agent.path),
        ("model", agent.model or "inherit"),
        ("tools", tools),
        ("description", agent.description),
    ):
        out.print(Text.assemble((f"{key}: ", "bold"), value), soft_wrap=True)
    out.print()
    out.print(Text(agent.prompt), soft_wrap=True)
    return ExitCode.CLEAN


def _named(name: str, definitions: tuple[AgentDefinition, ...]) -> AgentDefinition:
    for agent in definitions:
        if agent.name == name:
            return agent
    names = [agent.name for agent in definitions]
    near = nearest(name, names)
    raise ConfigError(
        f"No agent '{name}' is defined here.",
        hint=f"Nearest: {', '.join(near)}."
        if near
        else f"There are: {', '.join(names) or 'none'}.",
    )


def check_command(folders: tuple[Path, ...], project: Path | None, output_format: Format) -> int:
    """Print what is wrong with definitions; ends 1 when something is an error."""
    found = _find(project, folders)
    agents = found.agents
    bad = errors(agents.diagnostics)
    if output_format is Format.JSON:
        passed_over = [str(item.path) for item in agents.passed_over]
        write(
            dumps(
                {
                    "schema_version": 1,
                    "agents": [agent.name for agent in agents.definitions],
                    "passed_over": passed_over,
                    "diagnostics": agents.diagnostics,
                }
            )
        )
        return ExitCode.FINDINGS if bad else ExitCode.CLEAN
    output = make_output()
    print_diagnostics(output.out, agents.diagnostics, read_lines_below(found.root))
    for item in agents.passed_over:
        output.err.print(Text(f"{item.path}: passed over: {item.reason}", style="dim"))
    output.err.print(
        f"{counted(len(agents.definitions), 'definition')}, "
        f"{counted(len(agents.diagnostics), 'remark')}, "
        f"{counted(len(bad), 'error')}."
    )
    return ExitCode.FINDINGS if bad else ExitCode.CLEAN
