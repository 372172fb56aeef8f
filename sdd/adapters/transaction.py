"""Several files changed as one: staged, logged, moved into place, or taken back."""

import contextlib
import errno
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from sdd.adapters.waiting import wait_for_lock
from sdd.changes import digest
from sdd.errors import WorkspaceError

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_DENIED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


def disk_error(what: str, error: OSError) -> WorkspaceError:
    """Say in one sentence what the disk refused, and why."""
    if error.errno in _FULL:
        return WorkspaceError(f"{what}: the disk is full.", hint="Free some space and try again.")
    if error.errno in _DENIED:
        hint = "Give yourself permission, or work on a copy."
        return WorkspaceError(f"{what}: permission denied.", hint=hint)
    reason = (error.strerror or str(error)).lower()
    return WorkspaceError(f"{what}: {reason}.")


def write_synced(path: Path, data: bytes) -> None:
    """Write a file and wait until it is on the disk."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Move:
    """One file of a commit; paths as text, for the log.

    Attributes:
        staged: Where the new bytes wait; None: the file is deleted.
        backup: Where the old bytes are kept; None: there was no file.
        new: SHA-256 of the new bytes, by which a later edit of the user is recognised.
    """

    target: str
    staged: str | None
    backup: str | None
    new: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Log:
    """What a commit is about to do, on disk before the first move."""

    moves: tuple[_Move, ...]
    folders: tuple[str, ...]


class Transaction:
    """Commits and their undoing below one root; one at a time, across processes.

    The log is written before the first move and removed after the last: while it exists, the
    commit has not happened, and whoever finds it puts the old files back.
    """

    def __init__(
        self,
        root: Path,
        state: Path,
        replace: Callable[[Path, Path], object],
        write: Callable[[Path, bytes], None],
    ) -> None:
        self._root = root
        self._state = state
        self._log = state / "commit.json"
        self._folder = state / "commit"
        self._replace = replace
        self._write = write

    def commit(self, places: Mapping[Path, bytes | None]) -> None:
        """Write all files, or none.

        Raises:
            WorkspaceError: Nothing was changed, and why.
        """
        with self._alone():
            self._undo_leftover()
            try:
                log = self._stage(places)
            except OSError as error:
                self._clear()
                raise self._refused(error) from error
            except BaseException:
                self._clear()
                raise
            self._move(log)
        for place, data in places.items():
            if data is None:
                self._prune(place.parent)

    def recover(self) -> Sequence[Path]:
        """Take back an interrupted commit; returns what was restored.

        Raises:
            WorkspaceError: It cannot be taken back, and why.
        """
        if not self._log.exists():
            return ()
        with self._alone():
            return self._undo_leftover()

    def _undo_leftover(self) -> Sequence[Path]:
        if not self._log.exists():
            self._clear()
            return ()
        try:
            raw = json.loads(self._log.read_text("utf-8"))
            log = _Log(
                moves=tuple(_Move(**move) for move in raw["moves"]), folders=tuple(raw["folders"])
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise WorkspaceError(
                f"{self._log} cannot be read, so an interrupted landing cannot be taken back.",
                hint="Compare the project with its history, then delete that file.",
            ) from error
        return self._undo(log)

    def _stage(self, places: Mapping[Path, bytes | None]) -> _Log:
        moves = []
        folders: list[str] = []
        for number, (target, data) in enumerate(places.items()):
            folder = self._folder_for(target)
            folder.mkdir(parents=True, exist_ok=True)
            staged = None if data is None else folder / f"{number}.new"
            backup = folder / f"{number}.old" if target.exists() else None
            if staged is not None and data is not None:
                self._write(staged, data)
            if backup is not None:
                _keep(target, backup, staged)
            moves.append(
                _Move(
                    target=str(target),
                    staged=str(staged) if staged else None,
                    backup=str(backup) if backup else None,
                    new=None if data is None else digest(data),
                )
            )
            folders += (name for name in self._missing(target.parent) if name not in folders)
        log = _Log(moves=tuple(moves), folders=tuple(folders))
        partial = self._log.with_suffix(".part")
        self._write(partial, json.dumps(asdict(log)).encode())
        os.replace(partial, self._log)  # noqa: PTH105 - not the seam: no test breaks the log itself
        return log

    def _move(self, log: _Log) -> None:
        try:
            for move in log.moves:
                target = Path(move.target)
                if move.staged is None:
                    target.unlink(missing_ok=True)
                else:
                    target.parent.mkdir(parents=True, exist_ok=True)
                    self._replace(Path(move.staged), target)
            _sync_folders({Path(move.target).parent for move in log.moves})
            self._log.unlink()
        except OSError as error:
            self._undo(log)
            raise self._refused(error) from error
        except BaseException:
            self._undo(log)
            raise
        self._clear(log)

    def _undo(self, log: _Log) -> Sequence[Path]:
        restored = []
        try:
            for move in reversed(log.moves):
                target = Path(move.target)
                if _landed(target, move):
                    _restore(target, move)
                    restored.append(target)
            for folder in reversed(log.folders):
                with contextlib.suppress(OSError):
                    Path(folder).rmdir()
            self._log.unlink(missing_ok=True)
        except OSError as error:
            raise disk_error("An interrupted landing cannot be taken back", error) from error
        self._clear(log)
        return restored

    def _folder_for(self, target: Path) -> Path:
        """Return a staging folder on the target's own file system, else moves are no moves."""
        existing = next(parent for parent in target.parents if parent.exists())
        self._state.mkdir(parents=True, exist_ok=True)
        if existing.stat().st_dev == self._state.stat().st_dev:
            return self._folder
        return existing / ".sdd-commit"

    def _missing(self, folder: Path) -> Iterator[str]:
        missing = []
        while folder != self._root and not folder.exists():
            missing.append(str(folder))
            folder = folder.parent
        yield from reversed(missing)

    def _clear(self, log: _Log | None = None) -> None:
        folders = {self._folder}
        for move in log.moves if log else ():
            folders |= {Path(name).parent for name in (move.staged, move.backup) if name}
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)

    def _prune(self, folder: Path) -> None:
        while folder != self._root and folder.is_relative_to(self._root):
            try:
                folder.rmdir()
            except OSError:
                return
            folder = folder.parent

    def _refused(self, error: OSError) -> WorkspaceError:
        name = Path(str(error.filename2 or error.filename or self._root))
        if name.is_relative_to(self._folder):
            name = self._root
        shown = name.relative_to(self._root) if name.is_relative_to(self._root) else name
        place = "The project's folder" if shown == Path() else str(shown)
        return disk_error(f"Nothing was changed, since {place} cannot be written", error)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the commit lock of this root; it is freed when the process ends, however it ends."""
        try:
            self._state.mkdir(parents=True, exist_ok=True)
            ignore = self._state / ".gitignore"
            if not ignore.exists():
                ignore.write_text("*\n", encoding="utf-8")
            lock = (self._state / "commit.lock").open("ab")
        except OSError as error:
            raise self._refused(error) from error
        with lock:
            wait_for_lock(lock.fileno())
            yield


def _keep(target: Path, backup: Path, staged: Path | None) -> None:
    """Keep the old file under another name, and give the new one its permissions."""
    try:
        os.link(target, backup)
    except OSError:  # no hard links here
        shutil.copy2(target, backup)
    if staged is not None:
        shutil.copymode(target, staged)


def _landed(target: Path, move: _Move) -> bool:
    """Tell whether this move was made, and nobody has edited the file since."""
    if move.new is None:
        return not target.exists()
    return target.is_file() and digest(target.read_bytes()) == move.new


def _restore(target: Path, move: _Move) -> None:
    if move.backup is None:
        target.unlink(missing_ok=True)
        return
    backup = Path(move.backup)
    if backup.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(backup, target)  # noqa: PTH105 - undoing has no seam


def _sync_folders(folders: set[Path]) -> None:
    for folder in folders:
        with contextlib.suppress(OSError):  # not every system opens folders
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
