"""Lines that are added to a file one by one, and read by others meanwhile."""

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

_CHUNK = 1 << 16
_PAUSE = 0.2


def appender(root: Path) -> Callable[[PurePosixPath, bytes], None]:
    """Return what adds a line to a file below a folder; a disk that refuses loses the line alone.

    Each line is one write to the end: two writers never mix within a line, and no handle is kept.
    """

    def append(path: PurePosixPath, line: bytes) -> None:
        with contextlib.suppress(OSError):
            descriptor = os.open(root / path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
            try:
                os.write(descriptor, line)
            finally:
                os.close(descriptor)

    return append


def follow(path: Path, ended: Callable[[], bool]) -> Iterator[bytes]:
    """Yield whole lines without their ends, until nothing comes and the writer has `ended`.

    Raises:
        OSError: The file cannot be read.
    """
    rest = b""
    with path.open("rb") as file:
        last = False
        while True:
            chunk = file.read(_CHUNK)
            if chunk:
                *lines, rest = (rest + chunk).split(b"\n")
                yield from lines
            elif last:
                return
            elif ended():
                last = True  # what was written before the end, and after our look
            else:
                time.sleep(_PAUSE)
