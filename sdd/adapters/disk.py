"""A folder on disk as `Files`: nothing outside it is read or written, and changes land whole."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from sdd.adapters.transaction import Transaction, disk_error, write_synced
from sdd.errors import WorkspaceError

STATE = ".sdd"
SKIPPED = frozenset(
    {
        ".git",
        ".hypothesis",
        ".mypy_cache",
        ".pytest_cache",
        ".ruff_cache",
        ".tox",
        ".venv",
        "__pycache__",
        "node_modules",
        STATE,
    }
)


class DiskFiles:
    """Files below one folder.

    Paths are relative, without `..`; what a symbolic link leads to outside the folder is refused.
    `commit` writes all or nothing, also when the process is killed in between: the next
    `DiskFiles.open` (or `commit`) takes back what was half done.

    Args:
        root: The folder; it need not exist before the first commit.
        replace: Moves a file over another; the seam at which tests break things.
        write: Writes bytes and waits until they are on the disk; likewise.
    """

    def __init__(
        self,
        root: Path,
        *,
        replace: Callable[[Path, Path], object] = os.replace,
        write: Callable[[Path, bytes], None] = write_synced,
    ) -> None:
        self._root = Path(os.path.realpath(root))
        self._transaction = Transaction(self._root, self._root / STATE, replace, write)

    @classmethod
    def open(cls, root: Path) -> "DiskFiles":
        """Return the files of a folder, after taking back a commit that was interrupted."""
        files = cls(root)
        files.recover()
        return files

    @property
    def root(self) -> Path:
        """Return the folder, links resolved."""
        return self._root

    def read(self, path: PurePosixPath) -> bytes | None:
        """Return a file's bytes, or None when there is no such file.

        Raises:
            WorkspaceError: The path leads outside, or the file cannot be read.
        """
        place = self._inside(path)
        try:
            return place.read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None
        except OSError as error:
            raise disk_error(f"{path} cannot be read", error) from error

    def paths(self, under: PurePosixPath = PurePosixPath()) -> Sequence[PurePosixPath]:
        """Return every regular file below `under`, sorted; links are not followed.

        Folders of tools (`.git`, `.venv`, caches, our own state) are not entered.
        """
        start = self._inside(under)
        found = (Path(path).relative_to(self._root) for path in _walk(start))
        return sorted(PurePosixPath(path.as_posix()) for path in found)

    def commit(self, writes: Mapping[PurePosixPath, bytes | None]) -> None:
        """Write all these files (None deletes), or none of them.

        Raises:
            WorkspaceError: Nothing was changed, and why.
        """
        places = {self._writable(path): data for path, data in writes.items()}
        if places:
            self._transaction.commit(places)

    def recover(self) -> tuple[PurePosixPath, ...]:
        """Take back a commit that was interrupted; returns the paths that were restored.

        Raises:
            WorkspaceError: It cannot be taken back, and why.
        """
        restored = self._transaction.recover()
        return tuple(PurePosixPath(path.relative_to(self._root).as_posix()) for path in restored)

    def _inside(self, path: PurePosixPath) -> Path:
        if path.is_absolute() or ".." in path.parts or "\0" in str(path):
            raise WorkspaceError(
                f"{path!s} is no path inside the project.",
                hint="Use relative paths without `..`.",
            )
        place = self._root / path
        try:
            real = Path(os.path.realpath(place))
        except OSError as error:
            raise disk_error(f"{path} cannot be reached", error) from error
        if real != self._root and not real.is_relative_to(self._root):
            raise WorkspaceError(
                f"{path} leads outside the project through a symbolic link.",
                hint="Replace the link with the file or folder itself.",
            )
        return place

    def _writable(self, path: PurePosixPath) -> Path:
        place = self._inside(path)
        if place == self._root:
            raise WorkspaceError("The project's folder itself cannot be written as a file.")
        if place.is_symlink():
            raise WorkspaceError(
                f"{path} is a symbolic link, and nothing is written through links.",
                hint="Replace the link with the file itself.",
            )
        if place.is_dir():
            raise WorkspaceError(f"{path} is a folder, not a file; nothing was changed.")
        return place


def _walk(folder: Path) -> Iterator[str]:
    try:
        with os.scandir(folder) as scan:
            entries = list(scan)
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise disk_error(f"{folder} cannot be listed", error) from error
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            if entry.name not in SKIPPED:
                yield from _walk(Path(entry.path))
        elif entry.is_file(follow_symlinks=False):
            yield entry.path
