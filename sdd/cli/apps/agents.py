"""`sdd agents …`: names, arguments and help."""

from pathlib import Path
from typing import Annotated

import typer

from sdd.cli.formats import Format
from sdd.cli.options import FormatOption, Project

agents_app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Agent definitions of agents/*.md."
)


@agents_app.command("list")
def agents_list(*, project: Project = None, output_format: FormatOption = Format.TEXT) -> int:
    """List the agent definitions of a project."""
    from sdd.cli.commands.agents import list_command  # noqa: PLC0415

    return list_command(project, output_format)


@agents_app.command("show")
def agents_show(
    name: Annotated[str, typer.Argument(help="The agent's name.")],
    *,
    project: Project = None,
    output_format: FormatOption = Format.TEXT,
) -> int:
    """Show one definition as it was understood."""
    from sdd.cli.commands.agents import show_command  # noqa: PLC0415

    return show_command(name, project, output_format)


@agents_app.command("check")
def agents_check(
    folders: Annotated[
        list[Path] | None, typer.Argument(help="Folders with definitions, below the project.")
    ] = None,
    *,
    project: Project = None,
    output_format: FormatOption = Format.TEXT,
) -> int:
    """Say what is wrong with agent definitions, and how to write it properly."""
    from sdd.cli.commands.agents import check_command  # noqa: PLC0415

    return check_command(tuple(folders or ()), project, output_format)
