"""Trees of Python sources to be audited: a folder on disk read once, or a revision in memory."""

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path, PurePosixPath

from sdd.adapters.disk import SKIPPED
from sdd.adapters.transaction import disk_error
from sdd.errors import WorkspaceError

_ENVIRONMENT = "pyvenv.cfg"
_TOLD = frozenset({".tox", ".venv", "node_modules"})


def matters(name: str) -> bool:
    """Whether a file is Python, or tells that its folder is a virtual environment."""
    return name.endswith((".py", _ENVIRONMENT))


@dataclass(slots=True, kw_only=True)
class SourceTree:
    """Satisfies `ReadableFiles`, and remembers what was read.

    Paths are kept as text: thousands of them are compared before anything else is done.

    Attributes:
        names: The files that matter, sorted by their parts.
        links: Symbolic links to folders; they are not followed.
        skipped: Folders of installed packages that were not entered.
        contents: What has been read so far.
        closed: What could not be read.
    """

    names: Sequence[str]
    links: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    root: Path | None = None
    contents: dict[str, bytes] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)

    def paths(self, under: PurePosixPath = PurePosixPath()) -> Sequence[PurePosixPath]:
        """Return every file that matters below `under`, sorted."""
        paths = map(PurePosixPath, self.names)
        if under == PurePosixPath():
            return list(paths)
        return [path for path in paths if path.is_relative_to(under)]

    def read(self, path: PurePosixPath) -> bytes | None:
        """Return a file's bytes, or None when it is not there.

        Raises:
            WorkspaceError: The file exists and cannot be read.
        """
        return self._read(str(path))

    def listing_hash(self) -> str:
        """Return a hash of the names of the files, not of what is in them."""
        return hashlib.sha256("\0".join(self.names).encode(errors="surrogateescape")).hexdigest()

    def hashes(self) -> dict[str, str]:
        """Return the hash of every file read so far."""
        return {name: _hash(data) for name, data in sorted(self.contents.items())}

    def changed(self, hashes: Mapping[str, str]) -> tuple[str, ...]:
        """Return those of these files that have other contents, or none; reads them all."""
        return tuple(name for name, expected in hashes.items() if self._hash_of(name) != expected)

    def _hash_of(self, name: str) -> str | None:
        try:
            data = self._read(name)
        except WorkspaceError:
            return None
        return None if data is None else _hash(data)

    def _read(self, name: str) -> bytes | None:
        if name not in self.contents and self.root is not None:
            try:
                with open(f"{self.root}/{name}", "rb", buffering=0) as file:  # noqa: PTH123 - fast
                    self.contents[name] = file.read()
            except (FileNotFoundError, IsADirectoryError):
                return None
            except OSError as error:
                self.closed.add(name)
                raise disk_error(f"{name} cannot be read", error) from error
        return self.contents.get(name)


def read_tree(root: Path) -> SourceTree:
    """List a folder; folders of tools and caches are not entered, links not followed."""
    found: dict[_Kind, list[str]] = {kind: [] for kind in _Kind}
    for path, kind in _walk(str(root), ""):
        found[kind].append(path)
    return SourceTree(
        names=_sorted(path for path in found[_Kind.FILE] if matters(path)),
        links=tuple(sorted(found[_Kind.LINK])),
        skipped=tuple(sorted(found[_Kind.SKIPPED])),
        root=root,
    )


def tree_of(files: Mapping[PurePosixPath, bytes]) -> SourceTree:
    """Return files in memory as a tree."""
    contents = {str(path): data for path, data in files.items()}
    return SourceTree(names=_sorted(contents), contents=contents)


def _sorted(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(names, key=lambda name: name.split("/")))


class _Kind(Enum):
    FILE = "file"
    LINK = "link"
    SKIPPED = "skipped"


def _walk(folder: str, prefix: str) -> Iterator[tuple[str, _Kind]]:
    try:
        with os.scandir(folder) as scan:
            entries = list(scan)
    except OSError as error:
        raise disk_error(f"{prefix or folder} cannot be listed", error) from error
    for entry in entries:
        path = f"{prefix}{entry.name}"
        if entry.is_symlink():
            if _leads_to_a_folder(entry):
                yield path, _Kind.LINK
        elif entry.is_dir(follow_symlinks=False):
            if entry.name not in SKIPPED:
                yield from _walk(entry.path, f"{path}/")
            elif entry.name in _TOLD:
                yield path, _Kind.SKIPPED
        elif entry.is_file(follow_symlinks=False):
            yield path, _Kind.FILE


def _leads_to_a_folder(entry: os.DirEntry[str]) -> bool:
    """A loop of links leads nowhere, and is one all the same."""
    try:
        return entry.is_dir() or not entry.is_file()
    except OSError:
        return True


def _hash(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()
