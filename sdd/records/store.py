"""The port through which records get onto the disk, and numbers that are never given twice."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import Protocol

CLAIMS = PurePosixPath(".sdd/claims")
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

    def create_exclusive(self, path: PurePosixPath, data: bytes) -> bool:
        """Create a file with all of `data`, durably; False when the file stands there already.

        No other process ever sees a part of the file, not even after a crash.

        Raises:
            WorkspaceError: The disk refused, and why.
        """
        ...

    def remove(self, path: PurePosixPath) -> None:
        """Delete a file that this process created; a missing one is no error."""
        ...


def number_of(name: str) -> int | None:
    """Return the number at the head of a record's file name."""
    match = _NUMBER.match(name)
    return int(match.group()) if match else None


@contextmanager
def claimed_number(store: RecordStore, folder: PurePosixPath) -> Iterator[int]:
    """Hold a number in a folder that nobody else has or will get while it is held.

    The claim is a file of its own, because two records with one number may have different
    names. Whoever dies with a claim leaves a gap, never a duplicate.
    """
    number = _highest(store, folder) + 1
    while True:
        claim = CLAIMS / folder / f"{number:04d}"
        if not store.create_exclusive(claim, b""):
            number += 1
            continue
        try:
            # Between our look and our claim another process may have used and freed it.
            if number not in map(number_of, store.names(folder)):
                yield number
                return
        finally:
            store.remove(claim)
        number = _highest(store, folder) + 1


def _highest(store: RecordStore, folder: PurePosixPath) -> int:
    return max((number_of(name) or 0 for name in store.names(folder)), default=0)
