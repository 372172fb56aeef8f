"""Files that exist in memory only."""

from collections.abc import Mapping
from pathlib import PurePosixPath


class MemoryFiles:
    """A tree of texts by path, to be read."""

    def __init__(self, files: Mapping[str, str | bytes]) -> None:
        self._files = {
            PurePosixPath(path): text.encode() if isinstance(text, str) else text
            for path, text in files.items()
        }

    def read(self, path: PurePosixPath) -> bytes | None:
        """Return a file's bytes."""
        return self._files.get(path)

    def paths(self, under: PurePosixPath = PurePosixPath()) -> list[PurePosixPath]:
        """Return every path below a folder."""
        return sorted(path for path in self._files if path.is_relative_to(under))
