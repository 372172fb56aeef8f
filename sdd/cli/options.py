"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from sdd.cli.formats import Format

Project = Annotated[
    Path | None,
    typer.Option(
        "--project", help="The project's folder; default: this one or the nearest above it."
    ),
]
FormatOption = Annotated[Format, typer.Option("--format", help="text or json.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Only results and errors.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Everything there is to say.")]
FeatureArgument = Annotated[str, typer.Argument(help="A feature of specs/; default: all.")]
