"""Opens the records of a project: the disk, the clock, and who writes on which branch."""

from dataclasses import dataclass
from pathlib import Path

from sdd.adapters.clock import SystemClock
from sdd.adapters.disk import DiskFiles
from sdd.adapters.record_store import DiskRecordStore
from sdd.errors import SpecError
from sdd.ports import Clock
from sdd.wiring.project import find_project


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A project's records."""

    root: Path
    files: DiskFiles
    store: DiskRecordStore
    clock: Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who a new record is of, and on which branch; `unknown` where nobody says."""

    user: str
    branch: str


def open_history(project: Path | None) -> History:
    """Open the records of a project; a folder without specs may have records too.

    Raises:
        ConfigError: The folder does not exist.
    """
    start = project or Path.cwd()
    try:
        root = find_project(start, explicit=project is not None)
    except SpecError:
        root = start.resolve()
    return History(
        root=root, files=DiskFiles(root), store=DiskRecordStore(root), clock=SystemClock()
    )


def find_author(history: History) -> Author:
    """Ask the environment and git; only what writes a record pays for that."""
    from sdd.adapters.git import open_git  # noqa: PLC0415 - git takes a while to load
    from sdd.wiring.settings import current_environment  # noqa: PLC0415 - as above

    git = open_git(history.root)
    named = current_environment().get("SDD_USER")
    return Author(
        user=named or (git.user() if git else None) or "unknown",
        branch=(git.branch() if git else None) or "unknown",
    )
