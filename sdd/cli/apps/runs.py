"""`sdd runs …`: names, arguments and help."""

from typing import Annotated

import typer

from sdd.cli.formats import Format
from sdd.cli.options import FormatOption, Project, Quiet, Verbose

runs_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Runs and their state.")


@runs_app.command("list")
def runs_list(*, project: Project = None, output_format: FormatOption = Format.TEXT) -> int:
    """List the runs of a project, the newest first."""
    from sdd.cli.commands.runs import list_command  # noqa: PLC0415

    return list_command(project, output_format)


@runs_app.command("show")
def runs_show(
    run: Annotated[str, typer.Argument(help="The run's id, as `sdd runs list` shows it.")],
    *,
    project: Project = None,
    output_format: FormatOption = Format.TEXT,
) -> int:
    """Show one run: what it was asked, how it ended, its numbers."""
    from sdd.cli.commands.runs import show_command  # noqa: PLC0415

    return show_command(run, project, output_format)


@runs_app.command("events")
def runs_events(
    run: Annotated[str, typer.Argument(help="The run's id, as `sdd runs list` shows it.")],
    *,
    project: Project = None,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Go on until the run has ended.")
    ] = False,
) -> int:
    """Print what happened in a run, one line of JSON for each event."""
    from sdd.cli.commands.runs import events_command  # noqa: PLC0415

    return events_command(run, project, follow=follow)


@runs_app.command("resume")
def runs_resume(
    run: Annotated[str, typer.Argument(help="The run's id, as `sdd runs list` shows it.")],
    *,
    project: Project = None,
    output_format: FormatOption = Format.TEXT,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> int:
    """Go on with an interrupted run; finished model calls are not made again."""
    from sdd.cli.commands.implement import resume_command  # noqa: PLC0415

    return resume_command(run, project, output_format, quiet=quiet, verbose=verbose)
