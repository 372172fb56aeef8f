"""Where in the backend something stands: files and lines relative to its folder."""

import inspect
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

_FOREIGN = frozenset({"site-packages", ".venv", "venv", "node_modules"})


def relative(file: str | None, folder: Path) -> str | None:
    """Return a file's path below the folder, or None when it is not the backend's own."""
    if not file:
        return None
    path = Path(file)
    if not path.is_absolute():
        return None
    # A backend that imports itself from above is reached through a link.
    path = path if path.is_relative_to(folder) else path.resolve()
    if not path.is_relative_to(folder):
        return None
    inside = path.relative_to(folder)
    return None if _FOREIGN & set(inside.parts) else inside.as_posix()


def of_function(function: Callable[..., Any] | None, folder: Path) -> dict[str, Any]:
    """Return name, file and line of a handler's `def`; an empty mapping when it is not ours."""
    if function is None:
        return {}
    try:
        target = inspect.unwrap(function)
        code = getattr(target, "__code__", None)
        file = code.co_filename if code else inspect.getsourcefile(target)
    except (TypeError, ValueError):
        return {}
    path = relative(file, folder)
    if path is None or code is None:
        return {}
    line = _line_of_def(target, code.co_firstlineno)
    return {"name": code.co_name, "file": path, "line": line}


def _line_of_def(function: Callable[..., Any], first: int) -> int:
    """Skip decorators: a code object begins at the first of them."""
    try:
        lines, _ = inspect.getsourcelines(function)
    except (OSError, TypeError):
        return first
    for offset, line in enumerate(lines):
        if line.lstrip().startswith(("def ", "async def ")):
            return first + offset
    return first


def of_error(error: BaseException, folder: Path) -> dict[str, Any]:
    """Return what an exception says and the innermost place in the backend that it came from."""
    file: str | None = None
    line = 0
    for frame in traceback.extract_tb(error.__traceback__):
        path = relative(frame.filename, folder)
        if path is not None:
            file, line = path, frame.lineno or 1
    if isinstance(error, SyntaxError) and relative(error.filename, folder):
        file, line = relative(error.filename, folder), error.lineno or 1
    first_line = (str(error).strip().splitlines() or [""])[0]
    return {
        "exception": type(error).__name__,
        "message": first_line[:400],
        "file": file,
        "line": line,
    }
