"""The manifest: what runs wrote below the backend's folder, to tell it from a user's edits."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import PurePosixPath

from sdd.changes import digest
from sdd.errors import WorkspaceError
from sdd.ports import ReadableFiles

NAME = ".sdd-manifest.json"
VERSION = 1


class Standing(StrEnum):
    """Whose a file is."""

    ABSENT = "absent"
    OURS = "ours"
    EDITED = "edited"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """Hashes of what we wrote, by path below the backend's folder."""

    backend: PurePosixPath
    hashes: Mapping[PurePosixPath, str] = field(default_factory=dict)

    @property
    def path(self) -> PurePosixPath:
        """Where it is kept, relative to the project."""
        return self.backend / NAME

    def files(self) -> tuple[PurePosixPath, ...]:
        """Return what it lists, relative to the project."""
        return tuple(self.backend / path for path in sorted(self.hashes))

    def standing(self, files: ReadableFiles, path: PurePosixPath) -> Standing:
        """Tell whose the file at a path of the project is."""
        data = files.read(path)
        if data is None:
            return Standing.ABSENT
        known = self.hashes.get(path.relative_to(self.backend))
        if known is None:
            return Standing.FOREIGN
        return Standing.OURS if known == digest(data) else Standing.EDITED

    def owned(self, files: ReadableFiles) -> frozenset[PurePosixPath]:
        """Return the files that stand there as we wrote them."""
        return frozenset(
            path for path in self.files() if self.standing(files, path) is Standing.OURS
        )

    def after(self, writes: Mapping[PurePosixPath, bytes | None]) -> "Manifest":
        """Return the manifest once these files have landed."""
        hashes = dict(self.hashes)
        for path, data in writes.items():
            below = path.relative_to(self.backend)
            if data is None:
                hashes.pop(below, None)
            else:
                hashes[below] = digest(data)
        return Manifest(backend=self.backend, hashes=hashes)

    def dump(self) -> bytes:
        """Write it down; the same hashes give the same bytes."""
        files = {path.as_posix(): self.hashes[path] for path in sorted(self.hashes)}
        return (json.dumps({"version": VERSION, "files": files}, indent=2) + "\n").encode()


def load_manifest(files: ReadableFiles, backend: PurePosixPath) -> Manifest:
    """Read a backend's manifest; without one, nothing there is ours.

    Raises:
        WorkspaceError: It is there and not in our form, for instance with conflict marks.
    """
    path = backend / NAME
    data = files.read(path)
    if data is None:
        return Manifest(backend=backend)
    try:
        listed = json.loads(data)["files"]
        hashes = {PurePosixPath(name): str(value) for name, value in listed.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise WorkspaceError(
            f"{path} is not in the form in which it was written.",
            hint="Restore it from version control; without it every file counts as yours.",
        ) from error
    return Manifest(backend=backend, hashes=hashes)
