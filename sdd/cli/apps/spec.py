"""`sdd spec …`: names, arguments and help."""

from typing import Annotated

import typer

from sdd.cli.options import FeatureArgument, FormatOption, Project
from sdd.cli.output import Format
from sdd.diagnostics import Severity

spec_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="What the specs say.")


@spec_app.command("check")
def spec_check(
    feature: FeatureArgument = "all",
    *,
    fail_on: Annotated[
        Severity, typer.Option(help="End 1 from this severity on: error, warning or note.")
    ] = Severity.ERROR,
    project: Project = None,
    output_format: FormatOption = Format.TEXT,
) -> int:
    """Say what specs contradict, leave open or say in a form that cannot be read."""
    from sdd.cli.commands.spec import check_command  # noqa: PLC0415

    return check_command(feature, project, output_format, fail_on=fail_on)


@spec_app.command("show")
def spec_show(
    feature: FeatureArgument = "all",
    *,
    project: Project = None,
    output_format: FormatOption = Format.TEXT,
) -> int:
    """Show the endpoints and entities that were understood; what is left open stays open."""
    from sdd.cli.commands.spec import show_command  # noqa: PLC0415

    return show_command(feature, project, output_format)
