"""Single lines of files, to be shown beside what is said of them."""

from collections.abc import Callable
from pathlib import Path

ReadLine = Callable[[str, int], str | None]


def read_lines_below(root: Path) -> ReadLine:
    """Return a reader of single lines of files below `root`, for excerpts; None when absent."""
    cache: dict[str, list[str]] = {}

    def read_line(path: str, line: int) -> str | None:
        if path not in cache:
            try:
                text = (root / path).read_text(encoding="utf-8", errors="replace")
            except OSError:
                text = ""
            cache[path] = text.splitlines()
        lines = cache[path]
        return lines[line - 1] if 0 < line <= len(lines) else None

    return read_line
