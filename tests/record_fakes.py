"""Records in memory, for everything that is written exclusively."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import PurePosixPath

from fakes import MemoryFiles


class MemoryStore(MemoryFiles):
    """Files in memory that can also be created exclusively; `files` shows their bytes."""

    root = ""

    @property
    def files(self) -> dict[PurePosixPath, bytes]:
        """The whole tree as path → bytes."""
        return self._data

    def names(self, folder: PurePosixPath) -> Sequence[str]:
        """Return the names of the files in a folder."""
        return sorted(path.name for path in self._data if path.parent == folder)

    def create_exclusive(self, path: PurePosixPath, data: bytes) -> bool:
        """Create a file unless it is there."""
        if path in self._data:
            return False
        self._data[path] = data
        return True

    def alone(self, folder: PurePosixPath) -> AbstractContextManager[None]:
        """Nobody else is there."""
        return nullcontext()
