"""Lands a run: tells a user's edits from our files, and writes everything at once or nothing."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from types import MappingProxyType

from sdd.changes import Change, ChangeSet, plan_changes
from sdd.ports import ReadableFiles
from sdd.text import decode
from sdd.workflow.manifest import Manifest, Standing
from sdd.workflow.report import FileReport
from sdd.workflow.ticks import Ticks

Writes = Mapping[PurePosixPath, bytes | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What may land.

    Attributes:
        writes: The changes, without what is left to the user.
        conflicts: Files of the user that the run would have changed, and may not.
        kept: Files of the user that stay although the run would have changed them (`--keep`).
    """

    writes: Writes
    conflicts: tuple[PurePosixPath, ...] = ()
    kept: tuple[PurePosixPath, ...] = ()


def settle(
    writes: Writes, base: ReadableFiles, manifest: Manifest, *, keep: bool, overwrite: bool
) -> Settlement:
    """Separate what we may write from what a user made or edited.

    Args:
        writes: What the agents changed, relative to the project.
        base: The project before the run.
        manifest: What earlier runs wrote.
        keep: The user's files stay.
        overwrite: The user's files are replaced.
    """
    users = tuple(
        path
        for path in sorted(writes)
        if manifest.standing(base, path) in {Standing.EDITED, Standing.FOREIGN}
    )
    if overwrite or not users:
        return Settlement(writes=writes)
    rest = {path: data for path, data in writes.items() if path not in users}
    if keep:
        return Settlement(writes=rest, kept=users)
    return Settlement(writes=writes, conflicts=users)


def plan_landing(
    writes: Writes,
    base: ReadableFiles,
    manifest: Manifest,
    purposes: Mapping[PurePosixPath, str],
    ticks: Ticks,
    answers: Mapping[str, str] = MappingProxyType({}),
) -> ChangeSet:
    """Join the agents' files, the manifest and ticked tasks into one change set.

    Args:
        writes: What the agents changed and may land.
        base: The project before the run; landing fails where it is no longer so.
        manifest: What earlier runs wrote.
        purposes: One line on each file, for the report.
        ticks: What is ticked in `tasks.md`, on evidence.
        answers: What a human answered, by question id.
    """
    wanted = dict(writes)
    changes = plan_changes(base, wanted, purposes)
    if not changes:
        return changes
    landed = {change.path: change.new for change in changes.changes}
    after = manifest.after(landed).with_ticks(ticks.ids).with_answers(answers)
    own = plan_changes(
        base, {after.path: after.dump(), **ticks.writes}, _own_purposes(after, ticks)
    )
    return ChangeSet(changes=(*changes.changes, *own.changes))


def _own_purposes(manifest: Manifest, ticks: Ticks) -> dict[PurePosixPath, str]:
    purposes = dict.fromkeys(ticks.writes, "Tasks, ticked where the evidence is complete")
    return {**purposes, manifest.path: "What runs wrote, to tell it from your edits"}


def file_reports(changes: Sequence[Change], base: ReadableFiles) -> tuple[FileReport, ...]:
    """Say of each changed file what happens to it, and how many lines come and go."""
    return tuple(_file_report(change, base) for change in changes)


def _file_report(change: Change, base: ReadableFiles) -> FileReport:
    lines = _diff_lines(change, base)
    added = sum(line.startswith("+") and not line.startswith("+++") for line in lines)
    removed = sum(line.startswith("-") and not line.startswith("---") for line in lines)
    return FileReport(
        path=str(change.path),
        action=_action(change),
        purpose=change.purpose,
        lines_added=added,
        lines_removed=removed,
    )


def _action(change: Change) -> str:
    if change.new is None:
        return "deleted"
    return "created" if change.expected is None else "changed"


def unified_diff(changes: Sequence[Change], base: ReadableFiles) -> str:
    """Write the changes as one unified diff, in the order of their paths."""
    ordered = sorted(changes, key=lambda change: change.path)
    return "".join(line for change in ordered for line in _diff_lines(change, base))


def _diff_lines(change: Change, base: ReadableFiles) -> list[str]:
    old = base.read(change.path)
    before = "/dev/null" if old is None else f"a/{change.path}"
    after = "/dev/null" if change.new is None else f"b/{change.path}"
    lines = difflib.unified_diff(_lines(old), _lines(change.new), before, after)
    return [
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    ]


def _lines(data: bytes | None) -> list[str]:
    return [] if data is None else decode("", data).text.splitlines(keepends=True)
