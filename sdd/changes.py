"""What shall be written: the one way in which files change, whole or not at all."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from sdd.diagnostics import Edit
from sdd.errors import EditConflictError
from sdd.ports import Files, ReadableFiles


def digest(data: bytes) -> str:
    """Return the SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One file's new content.

    Attributes:
        path: Relative to the root that the change set is applied to.
        expected: SHA-256 of the bytes that must stand there now; None: no file may stand there.
        new: The new bytes; None deletes the file.
        purpose: What the file does, in one line for the report.
    """

    path: PurePosixPath
    expected: str | None
    new: bytes | None
    purpose: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSet:
    """Changes that land together or not at all, at most one for each path."""

    changes: tuple[Change, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether anything changes."""
        return bool(self.changes)

    def conflicts(self, files: ReadableFiles) -> tuple[PurePosixPath, ...]:
        """Return the paths where something else stands than was expected."""
        return tuple(
            change.path
            for change in self.changes
            if _present(files, change.path) != change.expected
        )


def _present(files: ReadableFiles, path: PurePosixPath) -> str | None:
    data = files.read(path)
    return None if data is None else digest(data)


def plan_changes(
    files: ReadableFiles,
    wanted: Mapping[PurePosixPath, bytes | None],
    purposes: Mapping[PurePosixPath, str] | None = None,
) -> ChangeSet:
    """Compare what is wanted with what stands there; equal files make no change."""
    changes = []
    for path, new in sorted(wanted.items()):
        old = files.read(path)
        if old != new:
            expected = None if old is None else digest(old)
            purpose = (purposes or {}).get(path, "")
            changes.append(Change(path=path, expected=expected, new=new, purpose=purpose))
    return ChangeSet(changes=tuple(changes))


_LINE_END = re.compile(r"\r\n|\r|\n")
_BOM = "\ufeff"


def edited(data: bytes, edits: Iterable[Edit]) -> bytes:
    """Return a UTF-8 text with edits made to it; line ends and byte-order mark stay as they are.

    Edits must not overlap; at one place they are made in the order given.

    Raises:
        ValueError: The text is not UTF-8, or an edit lies outside of it or overlaps another.
    """
    text = data.decode("utf-8")
    mark = _BOM if text.startswith(_BOM) else ""
    text = text.removeprefix(_BOM)
    starts = [0, *(found.end() for found in _LINE_END.finditer(text))]
    found = _LINE_END.search(text)
    line_end = found.group() if found else "\n"
    parts: list[str] = []
    done = 0
    ordered = sorted(edits, key=lambda edit: (edit.span.line, edit.span.column))
    for edit in ordered:
        span = edit.span
        start = _offset(starts, span.line, span.column)
        end = _offset(starts, span.end_line or span.line, span.end_column or span.column)
        if start < done or end < start or end > len(text):
            raise ValueError(f"The edit at {span} overlaps another or lies outside of the text.")
        parts += [text[done:start], edit.new_text.replace("\n", line_end)]
        done = end
    return (mark + "".join(parts) + text[done:]).encode("utf-8")


def _offset(starts: list[int], line: int, column: int) -> int:
    if not 0 < line <= len(starts):
        raise ValueError(f"There is no line {line}.")
    return starts[line - 1] + column - 1


def apply_changes(change_set: ChangeSet, files: Files) -> None:
    """Write a change set, all of it or nothing.

    Raises:
        EditConflictError: A file changed since the set was planned; nothing was written.
        WorkspaceError: The disk refused; nothing was written.
    """
    conflicts = change_set.conflicts(files)
    if conflicts:
        names = ", ".join(str(path) for path in conflicts)
        raise EditConflictError(
            f"Changed while we worked: {names}.", hint="Run the command again on the new state."
        )
    files.commit({change.path: change.new for change in change_set.changes})
