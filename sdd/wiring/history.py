"""Joins the records of a project with the disk, the clock, git and the user's name."""

from dataclasses import dataclass
from pathlib import Path

from sdd.adapters.clock import SystemClock
from sdd.adapters.disk import DiskFiles
from sdd.adapters.git import open_git
from sdd.adapters.record_store import DiskRecordStore
from sdd.errors import SpecError
from sdd.ports import Clock
from sdd.wiring.project import find_project
from sdd.wiring.settings import current_environment


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A project's records and what a new one needs to know."""

    root: Path
    files: DiskFiles
    store: DiskRecordStore
    clock: Clock
    branch: str
    user: str


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
    git = open_git(root)
    named = current_environment().get("SDD_USER")
    return History(
        root=root,
        files=DiskFiles(root),
        store=DiskRecordStore(root),
        clock=SystemClock(),
        branch=(git.branch() if git else None) or "unknown",
        user=named or (git.user() if git else None) or "unknown",
    )
