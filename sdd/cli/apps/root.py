"""The command `sdd` itself, before it has commands."""

from typing import Annotated

import typer


def make_app() -> typer.Typer:
    """Return an application without commands."""
    made = typer.Typer(
        name="sdd",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        help="From Markdown specs to a FastAPI backend whose user isolation is checked.",
    )
    made.callback()(main)
    return made


def _version(value: bool) -> None:  # noqa: FBT001 - Typer's callback form
    if value:
        from sdd import __version__  # noqa: PLC0415

        typer.echo(f"sdd {__version__}")
        raise typer.Exit


def main(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """From Markdown specs to a FastAPI backend whose user isolation is checked."""
