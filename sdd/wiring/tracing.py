"""Traces a project's requirements through its specs, its code and its tests."""

from pathlib import Path, PurePosixPath

from sdd.adapters.disk import DiskFiles
from sdd.adapters.source_tree import read_tree
from sdd.speclang.tracing import Trace, trace
from sdd.text import decode
from sdd.wiring.specs import read_project

_LARGEST = 1_000_000


def trace_project(project: Path | None, feature: str) -> tuple[Trace, ...]:
    """Trace the requirements of a feature, or of all, to what answers them.

    Raises:
        SpecError: There is no project, no such feature, or nothing to read.
    """
    found = read_project(project, feature)
    files = DiskFiles(found.root)
    folder = PurePosixPath("backend" if (found.root / "backend").is_dir() else "")
    names = (name for name in read_tree(found.root / folder).names if name.endswith(".py"))
    paths = (folder / name for name in names)
    contents = ((str(path), files.read(path)) for path in paths)
    sources = {
        name: decode(name, data).text for name, data in contents if data and len(data) <= _LARGEST
    }
    return trace(found.reading.application, sources)
