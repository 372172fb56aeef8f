"""`sdd phr …`: names, arguments and help."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand
from typing_extensions import override

from sdd.cli.formats import Format
from sdd.cli.options import FormatOption, Project

phr_app = typer.Typer(
    invoke_without_command=True,
    rich_markup_mode=None,
    help="Prompt history records; without a subcommand: write one.",
)


@phr_app.callback()
def phr(  # noqa: PLR0913 - one argument for each option
    context: typer.Context,
    *,
    title: Annotated[str | None, typer.Option(help="Three to seven words.")] = None,
    stage: Annotated[str | None, typer.Option(help="spec, plan, tasks, green, general, …")] = None,
    feature: Annotated[str | None, typer.Option(help="The feature's folder name.")] = None,
    prompt: Annotated[str | None, typer.Option(help="The prompt itself.")] = None,
    prompt_file: Annotated[
        str | None, typer.Option(help="File with the prompt; - for standard input.")
    ] = None,
    response_file: Annotated[
        str | None, typer.Option(help="File with the response; - for standard input.")
    ] = None,
    model: Annotated[str, typer.Option(help="The model that answered.")] = "unknown",
    surface: Annotated[str, typer.Option(help="Where it was asked.")] = "agent",
    command: Annotated[str, typer.Option(help="The command that asked it.")] = "none",
    label: Annotated[list[str] | None, typer.Option(help="A label; repeatable.")] = None,
    file: Annotated[list[str] | None, typer.Option(help="A changed file; repeatable.")] = None,
    test: Annotated[list[str] | None, typer.Option(help="A test run; repeatable.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print what spec-kit-plus's script prints.")
    ] = False,
    no_input: Annotated[bool, typer.Option("--no-input", help="Never ask.")] = False,
    project: Project = None,
) -> int | None:
    """Write a prompt history record, or work with those that there are."""
    if context.invoked_subcommand is not None:
        return None
    from sdd.cli.commands.phr_record import RecordArguments, record_command  # noqa: PLC0415

    return record_command(
        RecordArguments(
            title=title,
            stage=stage,
            feature=feature,
            prompt=prompt,
            prompt_file=prompt_file,
            response_file=response_file,
            model=model,
            surface=surface,
            command=command,
            labels=tuple(label or ()),
            files=tuple(file or ()),
            tests=tuple(test or ()),
            json=as_json,
            no_input=no_input,
            project=project,
        )
    )


@phr_app.command("list")
def phr_list(
    feature: Annotated[str | None, typer.Argument(help="Only this feature's records.")] = None,
    *,
    project: Project = None,
    output_format: FormatOption = Format.TEXT,
) -> int:
    """List the records."""
    from sdd.cli.commands.phr_list import list_command  # noqa: PLC0415

    return list_command(feature, project, output_format)


@phr_app.command("show")
def phr_show(
    record: Annotated[str, typer.Argument(help="Path, number or part of the file name.")],
    *,
    project: Project = None,
    output_format: FormatOption = Format.TEXT,
) -> int:
    """Print a record."""
    from sdd.cli.commands.phr_show import show_command  # noqa: PLC0415

    return show_command(record, project, output_format)


@phr_app.command("search")
def phr_search(
    text: Annotated[str, typer.Argument(help="What to look for, in any case.")],
    *,
    project: Project = None,
    output_format: FormatOption = Format.TEXT,
) -> int:
    """Find a text in the records."""
    from sdd.cli.commands.phr_list import search_command  # noqa: PLC0415

    return search_command(text, project, output_format)


@phr_app.command("check")
def phr_check(*, project: Project = None, output_format: FormatOption = Format.TEXT) -> int:
    """Say what is wrong with the records."""
    from sdd.cli.commands.phr_check import check_command  # noqa: PLC0415

    return check_command(project, output_format)


@phr_app.command("fix")
def phr_fix(
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Write without asking.")] = False,
    project: Project = None,
) -> int:
    """Repair what needs no judgement."""
    from sdd.cli.commands.phr_check import fix_command  # noqa: PLC0415

    return fix_command(project, yes=yes)


@phr_app.command("stats")
def phr_stats(*, project: Project = None, output_format: FormatOption = Format.TEXT) -> int:
    """Count the records."""
    from sdd.cli.commands.phr_list import stats_command  # noqa: PLC0415

    return stats_command(project, output_format)


@phr_app.command("import")
def phr_import(
    transcripts: Annotated[
        list[Path] | None,
        typer.Argument(help="Claude Code's JSONL files; default: this project's sessions."),
    ] = None,
    *,
    feature: Annotated[str | None, typer.Option(help="The feature's folder name.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be recorded; write nothing.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the records as JSON.")] = False,
    project: Project = None,
) -> int:
    """Record the prompts of Claude Code's sessions that have no record yet."""
    from sdd.cli.commands.claude_code import import_command  # noqa: PLC0415

    return import_command(
        tuple(transcripts or ()), project, feature=feature, dry_run=dry_run, json=as_json
    )


class _HookCommand(TyperCommand):
    """A command whose wrong usage ends 1: a hook's 2 would be an order to Claude Code."""

    @override
    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except Exception as error:
            if not hasattr(error, "format_message"):
                raise
            sys.stderr.write(f"error: {error.format_message()}\n")
            raise typer.Exit(1) from error


@phr_app.command("hook", cls=_HookCommand)
def phr_hook(
    *,
    install: Annotated[
        bool, typer.Option("--install", help="Put the hook into .claude/settings.json.")
    ] = False,
    uninstall: Annotated[
        bool, typer.Option("--uninstall", help="Take the hook out of .claude/settings.json.")
    ] = False,
    project: Project = None,
) -> int:
    """Record a session as Claude Code's hook, which tells it on standard input; ends 0 or 1."""
    from sdd.cli.commands.claude_code import hook_command  # noqa: PLC0415

    return hook_command(project, install=install, uninstall=uninstall)
