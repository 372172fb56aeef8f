"""Records in memory, for everything that is written exclusively."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import PurePosixPath

from fakes import MemoryFiles

from sdd.diagnostics import Diagnostic
from sdd.records.library_checking import check_record, check_together, with_folders
from sdd.records.reading import Phr


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


def check_phrs(
    phrs: Iterable[Phr], *, known_paths: Iterable[PurePosixPath] | None = None
) -> tuple[Diagnostic, ...]:
    """Check records, and their links where the project's files are given."""
    known = None if known_paths is None else with_folders(known_paths)
    return check_together(map(check_record, phrs), known)
