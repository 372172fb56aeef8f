"""The port through which records get onto the disk, and numbers that are never given twice."""

import re
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import PurePosixPath
from typing import Protocol

_NUMBER = re.compile(r"(\d{1,5})(?=-)")


class RecordStore(Protocol):
    """A tree of records, written by many processes at once."""

    @property
    def root(self) -> str:
        """The tree's absolute path, which no record shows; empty where it has none."""
        ...

    def read(self, path: PurePosixPath) -> bytes | None:
        """Return a file's bytes, or None when there is no such file."""
        ...

    def names(self, folder: PurePosixPath) -> Sequence[str]:
        """Return the names of the files in a folder; none when there is no such folder."""
        ...

    def alone(self, folder: PurePosixPath) -> AbstractContextManager[None]:
        """Keep every other writer out of a folder for a `with` block, in whatever process.

        Whoever dies inside keeps nobody out.

        Raises:
            WorkspaceError: The disk refused, and why.
        """
        ...

    def create_exclusive(self, path: PurePosixPath, data: bytes) -> bool:
        """Create a file with all of `data`, durably; False when the file stands there already.

        No other process ever sees a part of the file, not even after a crash.

        Raises:
            WorkspaceError: The disk refused, and why.
        """
        ...


def number_of(name: str) -> int | None:
    """Return the number at the head of a record's file name."""
    match = _NUMBER.match(name)
    return int(match.group()) if match else None


def next_number(store: RecordStore, folder: PurePosixPath) -> int:
    """Return the number after a folder's highest; hold `store.alone(folder)` while using it."""
    return max((number_of(name) or 0 for name in store.names(folder)), default=0) + 1
