"""`sdd adr …`: names, arguments and help."""

from typing import Annotated

import typer

from sdd.cli.formats import Format
from sdd.cli.options import FormatOption, Project

adr_app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Architecture decision records."
)
Record = Annotated[str, typer.Argument(help="The record's number or path.")]


@adr_app.command("suggest")
def adr_suggest(
    feature: Annotated[str | None, typer.Argument(help="Only this feature's documents.")] = None,
    *,
    accept: Annotated[
        bool, typer.Option("--accept", help="Write a proposed record of each suggestion.")
    ] = False,
    no_input: Annotated[bool, typer.Option("--no-input", help="Never ask.")] = False,
    project: Project = None,
    output_format: FormatOption = Format.TEXT,
) -> int:
    """Suggest what deserves a decision record; a terminal is asked, else nothing is created."""
    from sdd.cli.commands.adr import Consent, suggest_command  # noqa: PLC0415

    consent = Consent.GIVEN if accept else Consent.REFUSED if no_input else Consent.ASKED
    return suggest_command(feature, project, output_format, consent=consent)


@adr_app.command("new")
def adr_new(
    title: Annotated[str, typer.Argument(help="What was decided, in a few words.")],
    *,
    feature: Annotated[str, typer.Option(help="The feature it came up in.")] = "none",
    project: Project = None,
) -> int:
    """Create a proposed decision record."""
    from sdd.cli.commands.adr import new_command  # noqa: PLC0415

    return new_command(title, feature, project)


@adr_app.command("list")
def adr_list(*, project: Project = None, output_format: FormatOption = Format.TEXT) -> int:
    """List the decision records."""
    from sdd.cli.commands.adr import list_command  # noqa: PLC0415

    return list_command(project, output_format)


@adr_app.command("show")
def adr_show(record: Record, *, project: Project = None) -> int:
    """Print a decision record."""
    from sdd.cli.commands.adr import show_command  # noqa: PLC0415

    return show_command(record, project)


@adr_app.command("supersede")
def adr_supersede(
    old: Record,
    new: Annotated[str, typer.Argument(help="The record that takes its place.")],
    *,
    project: Project = None,
) -> int:
    """Mark a decision record as superseded by another."""
    from sdd.cli.commands.adr import supersede_command  # noqa: PLC0415

    return supersede_command(old, new, project)


@adr_app.command("check")
def adr_check(*, project: Project = None, output_format: FormatOption = Format.TEXT) -> int:
    """Say what is wrong with the decision records."""
    from sdd.cli.commands.adr import check_command  # noqa: PLC0415

    return check_command(project, output_format)
