"""`sdd spec …`: names, arguments and help."""

from pathlib import Path
from typing import Annotated

import typer

from sdd.cli.formats import Format, SpecFormat
from sdd.cli.options import FeatureArgument, FormatOption, Project
from sdd.diagnostics import Severity

SpecFormatOption = Annotated[
    SpecFormat, typer.Option("--format", help="text, json, sarif or github.")
]
spec_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="What the specs say.")


@spec_app.command("check")
def spec_check(
    feature: FeatureArgument = "all",
    *,
    fail_on: Annotated[
        Severity, typer.Option(help="End 1 from this severity on: error, warning or note.")
    ] = Severity.ERROR,
    list_rules: Annotated[bool, typer.Option("--list", help="Only list the checks.")] = False,
    explain: Annotated[
        str | None, typer.Option(help="Only explain a check, for instance field-without-column.")
    ] = None,
    project: Project = None,
    output_format: SpecFormatOption = SpecFormat.TEXT,
) -> int:
    """Say what specs contradict, leave open or say in a form that cannot be read."""
    from sdd.cli.commands.spec import check_command, list_command  # noqa: PLC0415

    if list_rules or explain is not None:
        return list_command(explain, output_format)
    return check_command(feature, project, output_format, fail_on=fail_on)


@spec_app.command("show")
def spec_show(
    feature: FeatureArgument = "all",
    *,
    trace: Annotated[
        bool, typer.Option("--trace", help="Show what answers each requirement.")
    ] = False,
    project: Project = None,
    output_format: FormatOption = Format.TEXT,
) -> int:
    """Show the endpoints and entities that were understood; what is left open stays open."""
    if trace:
        from sdd.cli.commands.spec_trace import trace_command  # noqa: PLC0415

        return trace_command(feature, project, output_format)
    from sdd.cli.commands.spec import show_command  # noqa: PLC0415

    return show_command(feature, project, output_format)


@spec_app.command("diff")
def spec_diff(  # noqa: PLR0913 - the command line has that many options
    feature: FeatureArgument = "all",
    *,
    backend: Annotated[
        Path | None, typer.Option(help="The backend's folder; default: backend/.")
    ] = None,
    accept: Annotated[
        bool, typer.Option("--accept", help="Accept all differences, until one side changes.")
    ] = False,
    reason: Annotated[
        str, typer.Option(help="With --accept: why they are as they should be.")
    ] = "",
    show_accepted: Annotated[
        bool, typer.Option("--show-accepted", help="Show accepted differences too.")
    ] = False,
    fail_on: Annotated[
        Severity, typer.Option(help="End 1 from this severity on: error, warning or note.")
    ] = Severity.WARNING,
    project: Project = None,
    output_format: SpecFormatOption = SpecFormat.TEXT,
) -> int:
    """Say where specs and backend differ, both ways; the code is read and not executed."""
    from sdd.cli.commands.spec_diff import DiffArguments, diff_command  # noqa: PLC0415

    return diff_command(
        DiffArguments(
            feature=feature,
            project=project,
            backend=backend,
            accepting=reason if accept else None,
            fail_on=fail_on,
            show_accepted=show_accepted,
            output_format=output_format,
        )
    )
