"""Path patterns: which files an order may write."""

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

EXCEPT = "!"


def matches(path: PurePosixPath, pattern: str) -> bool:
    """Tell whether a pattern covers a path: `*` within one name, `**` across folders."""
    return re.fullmatch(_regex(pattern), path.as_posix(), re.DOTALL) is not None


def covers(patterns: Iterable[str], path: PurePosixPath) -> bool:
    """Tell whether some pattern covers a path and none that begins with `!` takes it out."""
    listed = tuple(patterns)
    taken_out = (item.removeprefix(EXCEPT) for item in listed if item.startswith(EXCEPT))
    if any(matches(path, item) for item in taken_out):
        return False
    return any(matches(path, item) for item in listed if not item.startswith(EXCEPT))


def _regex(pattern: str) -> str:
    parts = re.split(r"(\*\*/?|\*)", pattern)
    return "".join(_piece(part) for part in parts)


def _piece(part: str) -> str:
    match part:
        case "**/":
            return r"(?:[^/]+/)*"
        case "**":
            return r".*"
        case "*":
            return r"[^/]*"
        case _:
            return re.escape(part)
