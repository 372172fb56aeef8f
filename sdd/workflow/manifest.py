"""The manifest: what runs wrote, ticked and were told, to tell it from what people did."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
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
    """What we wrote below the backend's folder, and which boxes we ticked.

    Attributes:
        hashes: By path below the backend's folder.
        ticked: Ids of tasks by the path of their `tasks.md`, relative to the project.
        compiled: What a language model added to, by order: a digest of what the compiler made
            and of what it left over.
        answers: What a human answered, by question id: it holds for later runs and for `verify`.
    """

    backend: PurePosixPath
    hashes: Mapping[PurePosixPath, str] = field(default_factory=dict)
    ticked: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    compiled: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)

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
        return replace(self, hashes=hashes)

    def with_ticks(self, ticks: Mapping[str, Iterable[str]]) -> "Manifest":
        """Return the manifest once these boxes are ticked too."""
        ticked = {path: set(ids) for path, ids in self.ticked.items()}
        for path, ids in ticks.items():
            ticked.setdefault(path, set()).update(ids)
        return replace(self, ticked={path: tuple(sorted(ids)) for path, ids in ticked.items()})

    def with_answers(self, answers: Mapping[str, str]) -> "Manifest":
        """Return the manifest once these questions are answered too."""
        return replace(self, answers={**self.answers, **answers})

    def dump(self) -> bytes:
        """Write it down; the same hashes give the same bytes."""
        files = {path.as_posix(): self.hashes[path] for path in sorted(self.hashes)}
        ticked = {path: list(ids) for path, ids in sorted(self.ticked.items()) if ids}
        value: dict[str, object] = {"version": VERSION, "files": files, "ticked": ticked}
        if self.compiled:
            value["compiled"] = dict(sorted(self.compiled.items()))
        if self.answers:
            value["answers"] = dict(sorted(self.answers.items()))
        return (json.dumps(value, indent=2) + "\n").encode()


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
        value = json.loads(data)
        hashes = {PurePosixPath(name): str(text) for name, text in value["files"].items()}
        ticked = {str(name): tuple(ids) for name, ids in value.get("ticked", {}).items()}
        compiled = {str(name): str(text) for name, text in value.get("compiled", {}).items()}
        answers = {str(key): str(text) for key, text in value.get("answers", {}).items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise WorkspaceError(
            f"{path} is not in the form in which it was written.",
            hint="Restore it from version control; without it every file counts as yours.",
        ) from error
    return Manifest(
        backend=backend, hashes=hashes, ticked=ticked, compiled=compiled, answers=answers
    )
