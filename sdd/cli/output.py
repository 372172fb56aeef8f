"""Where output goes: results to stdout, progress and remarks to stderr."""

import sys
from dataclasses import dataclass
from typing import TextIO

from rich.console import Console

_PIPE_WIDTH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """The two consoles of a command and how much it says."""

    out: Console
    err: Console
    quiet: bool = False
    verbose: bool = False

    @property
    def live(self) -> bool:
        """Whether progress may be drawn in place: a terminal, and not quiet."""
        return self.err.is_terminal and not self.err.is_dumb_terminal and not self.quiet


def make_output(*, quiet: bool = False, verbose: bool = False) -> Output:
    """Make the consoles; colour only on a terminal and without `NO_COLOR` (Rich sees to both)."""
    return Output(
        out=_console(sys.stdout),
        err=_console(sys.stderr),
        quiet=quiet,
        verbose=verbose,
    )


def _console(file: TextIO) -> Console:
    """In a pipe nobody folds lines for us: tables are as wide as they need to be."""
    width = None if file.isatty() else _PIPE_WIDTH
    return Console(file=file, highlight=False, width=width)
