"""Lines of styled pieces: on a terminal printed by Rich, elsewhere plain, without loading it."""

import sys
from typing import Protocol, TextIO

from sdd.cli.streams import write

Piece = str | tuple[str, str]
_PIPE_WIDTH = 200
# What a terminal would obey: a source line that is shown must not move the cursor.
_CONTROLS = {code: None for code in (*range(32), 127) if chr(code) not in "\t\n"}


class Paper(Protocol):
    """Something that lines are written on.

    Attributes:
        width: How many characters fit on a line that is not to be folded.
    """

    width: int

    def line(self, *pieces: Piece) -> None:
        """Write one line; a piece is a text, or a text and its style."""


class PlainPaper:
    """Lines without styles, kept or written to standard output."""

    def __init__(self, file: TextIO | None = None) -> None:
        self.width = _PIPE_WIDTH
        self._file = file

    def line(self, *pieces: Piece) -> None:
        """Write one line."""
        text = "".join(one if isinstance(one, str) else one[0] for one in pieces)
        text = f"{text.translate(_CONTROLS)}\n"
        if self._file is not None:
            self._file.write(text)
        else:
            write(text)


class StyledPaper:
    """Lines on a terminal; Rich knows what it can show."""

    def __init__(self) -> None:
        from rich.text import Text  # noqa: PLC0415 - as below

        from sdd.cli.output import make_output  # noqa: PLC0415 - loads Rich

        self._console = make_output().out
        self._text = Text
        self.width = self._console.width

    def line(self, *pieces: Piece) -> None:
        """Write one line."""
        clean = [
            one.translate(_CONTROLS)
            if isinstance(one, str)
            else (one[0].translate(_CONTROLS), one[1])
            for one in pieces
        ]
        self._console.print(self._text.assemble(*clean), soft_wrap=True)


def standard_paper() -> Paper:
    """Return paper for standard output."""
    return StyledPaper() if sys.stdout.isatty() else PlainPaper()
