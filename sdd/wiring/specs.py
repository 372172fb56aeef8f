"""Reads a project's specs from the disk."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from sdd.adapters.disk import DiskFiles
from sdd.diagnostics import Diagnostic, by_place
from sdd.errors import SpecError
from sdd.records.tasks import check_tasks
from sdd.records.tick_evidence import check_ticks
from sdd.speclang import Reading, check_specs, documents_of, read_specs
from sdd.text import decode
from sdd.wiring.project import find_project


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadProject:
    """A project's specs as they were understood.

    Attributes:
        diagnostics: Of the reading and of the checks beyond it, task lists included, by place.
    """

    root: Path
    reading: Reading
    diagnostics: tuple[Diagnostic, ...]


def read_project(project: Path | None, feature: str) -> ReadProject:
    """Read the documents of a feature, or of all.

    Raises:
        SpecError: There is no project, no such feature, or nothing to read.
    """
    root = find_project(project or Path.cwd(), explicit=project is not None)
    files = DiskFiles(root)
    paths = documents_of(files, feature)
    if not paths:
        raise SpecError(
            f"No spec documents in {root.name}/specs.",
            hint="Write specs/api/rest-endpoints.md and specs/database/schema.md, or `sdd init`.",
        )
    reading = read_specs([decode(str(path), files.read(path) or b"") for path in paths])
    found = dict.fromkeys(
        (*reading.diagnostics, *check_specs(reading), *_check_task_lists(files, paths))
    )
    return ReadProject(root=root, reading=reading, diagnostics=by_place(found))


def _check_task_lists(files: DiskFiles, documents: Iterable[PurePosixPath]) -> Iterator[Diagnostic]:
    """Yield what is wrong with the task lists that stand beside the documents."""
    for path in sorted({document.parent / "tasks.md" for document in documents}):
        if (data := files.read(path)) is not None:
            source = decode(str(path), data)
            yield from check_tasks(source)
            yield from check_ticks(source, files)
