"""Fenced blocks that give their text back byte for byte."""

import re
from dataclasses import dataclass
from functools import lru_cache

_OPENING = re.compile(r" {0,3}(?P<marks>`{3,}|~{3,})(?P<info>[^\n]*)\n")
_RUNS = {mark: re.compile(re.escape(mark) + "+") for mark in "`~"}
_LEAST = 3
_MOST_BACKTICKS = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Fenced:
    """A fenced block found in a text: what it holds and where its last line ends."""

    text: str
    end: int


def fence(text: str, info: str = "text") -> str:
    """Wrap a text in a fence longer than any run of its marks inside."""
    lengths = {mark: _longest(mark, text) for mark in _RUNS}
    # A text made of backticks alone would double its size.
    mark = "~" if lengths["`"] > max(lengths["~"], _MOST_BACKTICKS) else "`"
    marks = mark * max(_LEAST, lengths[mark] + 1)
    return f"{marks}{info}\n{text}\n{marks}"


def read_fence(text: str, start: int) -> Fenced | None:
    """Read the fenced block whose opening line begins at `start`; None when there is none.

    A block that is never closed is none.
    """
    opening = _OPENING.match(text, start)
    if opening is None:
        return None
    marks = opening["marks"]
    if marks[0] == "`" and "`" in opening["info"]:
        return None
    closing = _closing(marks).search(text, opening.end() - 1)
    if closing is None:
        return None
    content = text[opening.end() : closing.start() + 1]
    return Fenced(text=_without_last_end(content, opening["info"]), end=closing.end())


@lru_cache(maxsize=64)
def _closing(marks: str) -> re.Pattern[str]:
    # A search for a sign is many times as fast as one for the beginning of a line.
    return re.compile(rf"\n {{0,3}}{re.escape(marks[0])}{{{len(marks)},}}[ \t]*\r?$", re.MULTILINE)


def _without_last_end(content: str, info: str) -> str:
    # Only when the whole file came with CRLF does the last line's return belong to the fence.
    end = "\r\n" if info.endswith("\r") and content.endswith("\r\n") else "\n"
    return content.removesuffix(end)


def _longest(mark: str, text: str) -> int:
    return max((len(run) for run in _RUNS[mark].findall(text)), default=0)
