"""The synchronous style, made from the asynchronous one by its tokens."""

import io
import tokenize
from collections.abc import Mapping

STYLES = ("async", "sync")
DEFAULT_STYLE = "async"
_WORDS = frozenset({"async", "await"})
_NAMES: Mapping[str, str] = {
    "AsyncAdaptedQueuePool": "QueuePool",
    "AsyncIterator": "Iterator",
    "AsyncSession": "DatabaseSession",
    "async_sessionmaker": "sessionmaker",
    "asynccontextmanager": "contextmanager",
    "create_async_engine": "create_engine",
}


def synchronous(body: str) -> str:
    """Take `async` and `await` out of Python source, and name the synchronous counterparts.

    Strings and comments stay as they are: what a spec says is never taken for code.
    """
    lines = body.splitlines(keepends=True)
    for token in reversed(list(tokenize.generate_tokens(io.StringIO(body).readline))):
        if token.type != tokenize.NAME:
            continue
        row, start, end = token.start[0] - 1, token.start[1], token.end[1]
        line = lines[row]
        if token.string in _WORDS:
            lines[row] = line[:start] + line[end:].lstrip(" ")
        elif token.string in _NAMES:
            lines[row] = line[:start] + _NAMES[token.string] + line[end:]
    return "".join(lines)
