"""Keeps records on the disk: whole, durable, and no name given twice among many processes."""

import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from typing_extensions import override

from sdd.adapters.disk import SKIPPED
from sdd.adapters.waiting import wait_for_lock
from sdd.errors import WorkspaceError
from sdd.records.store import RecordStore

_CHUNK = 1 << 18
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)


class DiskRecordStore(RecordStore):
    """Records below one folder; temporary files and locks live in its `.sdd/`.

    A file is written to a temporary name, flushed to the disk and then linked to its own
    name, which the system does at once or, when the name is taken, not at all.
    """

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self._inside: set[str] = set()

    @property
    @override
    def root(self) -> str:
        """The project's absolute path, which no record shows."""
        return str(self._root)

    @override
    def read(self, path: PurePosixPath) -> bytes | None:
        """Return a file's bytes, or None when there is no such file; links are not followed."""
        place = self._place(path)
        try:
            descriptor = os.open(place, os.O_RDONLY | _NO_LINK)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise _refused(path, "read", error) from error
        try:
            # Thousands of small files: an object for each would double the time.
            chunks = []
            while chunk := os.read(descriptor, _CHUNK):
                chunks.append(chunk)
            return b"".join(chunks)
        except IsADirectoryError:
            return None
        finally:
            os.close(descriptor)

    def paths(self, under: PurePosixPath = PurePosixPath()) -> Sequence[PurePosixPath]:
        """Return every regular file below a folder, sorted; links are not followed."""
        found = _walk(str(self._folder(under)), str(under) if under.parts else "")
        return [PurePosixPath(path) for path in sorted(found)]

    @override
    def names(self, folder: PurePosixPath) -> Sequence[str]:
        """Return the names of what stands in a folder; none when there is no such folder."""
        try:
            return sorted(entry.name for entry in self._folder(folder).iterdir())
        except FileNotFoundError:
            return []
        except OSError as error:
            raise _refused(folder, "listed", error) from error

    @override
    def create_exclusive(self, path: PurePosixPath, data: bytes) -> bool:
        """Create a file with all of `data`, durably; False when the file stands there already."""
        target = Path(self._place(path))
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            # The folder may be a link, made before or since, that leads out of the project.
            self._place(path)
            temporary = self._write_temporary(data)
            try:
                os.link(temporary, target)
            finally:
                temporary.unlink()
            _flush_folder(target.parent)
        except FileExistsError:
            return False
        except OSError as error:
            raise _refused(path, "written", error) from error
        return True

    @override
    @contextmanager
    def alone(self, folder: PurePosixPath) -> Iterator[None]:
        """Keep every other writer out of a folder for a `with` block, in whatever process."""
        name = "-".join(folder.parts) or "root"
        try:
            lock = self._own("locks") / f"{name}.lock"
            held = lock.open("ab")
        except OSError as error:
            raise _refused(folder, "locked", error) from error
        with held:
            wait_for_lock(held.fileno())
            yield

    def _folder(self, path: PurePosixPath) -> Path:
        return Path(self._place(path / "x")).parent

    def _place(self, path: PurePosixPath) -> str:
        name = str(path)
        place = f"{self._root}/{name}"
        folder = name.rpartition("/")[0]
        if folder in self._inside and not name.endswith("/.."):
            return place
        above = (self._root / path).parent
        if path.is_absolute() or not above.resolve().is_relative_to(self._root):
            raise WorkspaceError(
                f"{path} leads out of the project.", hint="Remove the link or '..' in its path."
            )
        if ".." not in path.parts and above.is_dir():
            # Thousands of records stand in few folders: look at each once.
            self._inside.add(folder)
        return place

    def _own(self, name: str) -> Path:
        """Return a folder of our own state, made if it is missing."""
        own = self._root / ".sdd"
        folder = own / name
        folder.mkdir(parents=True, exist_ok=True)
        ignore = own / ".gitignore"
        if not ignore.exists():
            with suppress(FileExistsError), ignore.open("x", encoding="utf-8") as file:
                file.write("*\n")
        return folder

    def _write_temporary(self, data: bytes) -> Path:
        temporary = self._own("tmp") / f"record-{os.getpid()}-{secrets.token_hex(8)}"
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        return temporary


def _walk(folder: str, name: str) -> Iterator[str]:
    try:
        with os.scandir(folder) as scan:
            entries = list(scan)
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise _refused(PurePosixPath(name), "listed", error) from error
    for entry in entries:
        path = f"{name}/{entry.name}" if name else entry.name
        if entry.is_dir(follow_symlinks=False):
            if entry.name not in SKIPPED:
                yield from _walk(entry.path, path)
        elif entry.is_file(follow_symlinks=False):
            yield path


def _flush_folder(folder: Path) -> None:
    # Where folders cannot be opened (Windows), the file system keeps their entries itself.
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _refused(path: PurePosixPath, what: str, error: OSError) -> WorkspaceError:
    return WorkspaceError(
        f"{path} cannot be {what}: {error.strerror or error}.",
        hint="Look at the permissions and the free space of the disk.",
    )
