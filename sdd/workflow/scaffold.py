"""A project's first files: agents, templates and, where there are no specs, a small example."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath

from sdd.changes import ChangeSet, digest, plan_changes
from sdd.ports import ReadableFiles

MANIFEST = PurePosixPath(".specify/sdd-init.json")
_SPECS = PurePosixPath("specs")
# Not `.md`: in a project that holds this package they would be taken for its own specs.
_STARTER = ".md.in"
_SOURCES = (
    ("sdd.agents", "definitions", PurePosixPath("agents")),
    ("sdd.records", "templates", PurePosixPath(".specify/templates")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaffold:
    """What `sdd init` would write, and what it leaves alone because a user changed it."""

    changes: ChangeSet
    kept: tuple[PurePosixPath, ...]


def plan_scaffold(files: ReadableFiles) -> Scaffold:
    """Plan the files that a project lacks and those of ours that are out of date.

    A file that differs from what an earlier `sdd init` wrote is the user's and stays.
    """
    written = _manifest(files)
    wanted: dict[PurePosixPath, bytes | None] = {}
    kept = []
    for path, new in _ours(files):
        old = files.read(path)
        if old is None or old == new or digest(old) == written.get(str(path)):
            wanted[path] = new
        else:
            kept.append(path)
    hashes = {str(path): digest(data) for path, data in wanted.items() if data is not None}
    manifest = json.dumps({**written, **hashes}, indent=2, sort_keys=True) + "\n"
    wanted[MANIFEST] = manifest.encode()
    return Scaffold(changes=plan_changes(files, wanted), kept=tuple(sorted(kept)))


def _manifest(files: ReadableFiles) -> Mapping[str, str]:
    try:
        found = json.loads(files.read(MANIFEST) or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _ours(files: ReadableFiles) -> Iterator[tuple[PurePosixPath, bytes]]:
    for package, folder, place in _SOURCES:
        yield from _below(resources.files(package) / folder, place)
    written = {path for path in _manifest(files) if path.startswith(f"{_SPECS}/")}
    if written or not files.paths(_SPECS):
        yield from _below(resources.files("sdd.workflow") / "starter" / "specs", _SPECS)


def _below(folder: Traversable, place: PurePosixPath) -> Iterator[tuple[PurePosixPath, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if entry.is_dir():
            yield from _below(entry, place / entry.name)
        elif entry.name.endswith((".md", _STARTER)):
            yield place / entry.name.removesuffix(".in"), entry.read_bytes()
