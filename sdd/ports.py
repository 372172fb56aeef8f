"""What the program needs from the outside world, each as a Protocol of a few lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the present moment, with its UTC offset."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never run backwards, for durations."""
        ...


class ReadableFiles(Protocol):
    """A tree of files below one root, addressed by relative POSIX paths."""

    def read(self, path: PurePosixPath) -> bytes | None:
        """Return a file's bytes, or None when there is no such file.

        Raises:
            WorkspaceError: The file exists and cannot be read.
        """
        ...

    def paths(self, under: PurePosixPath = PurePosixPath()) -> Sequence[PurePosixPath]:
        """Return every regular file below `under`, sorted; links are not followed."""
        ...


class Files(ReadableFiles, Protocol):
    """A tree of files that can also be changed."""

    def commit(self, writes: Mapping[PurePosixPath, bytes | None]) -> None:
        """Write all these files (None deletes), or none of them.

        Raises:
            WorkspaceError: Nothing was changed, and why.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """How a child process ended; `timed_out` when it was stopped at its time limit."""

    status: int
    stdout: str
    stderr: str
    seconds: float
    timed_out: bool = False


class Processes(Protocol):
    """Runs child processes with a scrubbed environment."""

    def run(
        self,
        command: Sequence[str],
        *,
        folder: str,
        environment: Mapping[str, str],
        timeout: float,
        stdin: str | None = None,
    ) -> Completed:
        """Run a command to its end; nothing of our own environment is passed on but the given.

        Raises:
            WorkspaceError: The program does not exist or cannot be started.
        """
        ...
