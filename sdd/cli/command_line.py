"""The command line as the user typed it, for records."""

import shlex
import sys
from collections.abc import Iterator, Sequence

_PROJECT = "--project"


def as_typed(words: Sequence[str] | None = None) -> str:
    """Return `sdd …` with its arguments, quoted where a shell would need it.

    The project's folder is left out: a record lies in it, and names no place of a machine.

    Args:
        words: The words after `sdd`; None: those of this process.
    """
    return shlex.join(["sdd", *_without_project(sys.argv[1:] if words is None else words)])


def _without_project(words: Sequence[str]) -> Iterator[str]:
    is_value = False
    for word in words:
        if is_value:
            is_value = False
        elif word == _PROJECT:
            is_value = True
        elif not word.startswith(f"{_PROJECT}="):
            yield word
