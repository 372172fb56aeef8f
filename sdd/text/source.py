"""Text as it came from a file, with its path and what had to be done to read it."""

import codecs
from dataclasses import dataclass

from sdd.text.span import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceText:
    """A decoded text file; its line ends are line feeds alone.

    Attributes:
        path: Relative POSIX path, as shown to the user.
        text: The text, without byte-order mark.
        notes: What was unusual about the bytes, each in a few words, for a diagnostic.
    """

    path: str
    text: str
    notes: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """Return the lines without their ends."""
        return self.text.split("\n")

    def span(self, line: int, end_line: int | None = None) -> Span:
        """Return the span of whole lines, counted from 1."""
        return Span(path=self.path, line=line, end_line=end_line)


def decode(path: str, data: bytes) -> SourceText:
    """Decode a text file; what is not UTF-8 is read as Windows-1252 and noted.

    UTF-16 with a byte-order mark is accepted; NUL bytes are noted as "binary".
    """
    notes: list[str] = []
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = data.decode("utf-16", errors="replace")
        notes.append("UTF-16")
    else:
        data = data.removeprefix(codecs.BOM_UTF8)
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            text = data.decode("cp1252", errors="replace")
            notes.append("not UTF-8")
    if "\x00" in text:
        notes.append("binary")
    return SourceText(
        path=path, text=text.replace("\r\n", "\n").replace("\r", "\n"), notes=tuple(notes)
    )
