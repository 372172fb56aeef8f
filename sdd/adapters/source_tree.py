"""Trees of Python sources to be audited: a folder on disk read once, or a revision in memory."""

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path, PurePosixPath

from sdd.adapters.disk import SKIPPED
from sdd.adapters.transaction import disk_error
from sdd.errors import WorkspaceError

_NEEDED = frozenset({".py"})
_ENVIRONMENT = "pyvenv.cfg"
_TOLD = frozenset({".tox", ".venv", "node_modules"})


def matters(path: PurePosixPath) -> bool:
    """Whether a file is Python, or tells that its folder is a virtual environment."""
    return path.suffix in _NEEDED or path.name == _ENVIRONMENT


@dataclass(slots=True)
class SourceTree:
    """Satisfies `ReadableFiles`, and remembers what was read.

    Attributes:
        listing: The files that matter, sorted.
        links: Symbolic links to folders; they are not followed.
        skipped: Folders of installed packages that were not entered.
        contents: What has been read so far.
    """

    listing: Sequence[PurePosixPath]
    links: tuple[PurePosixPath, ...] = ()
    skipped: tuple[PurePosixPath, ...] = ()
    root: Path | None = None
    contents: dict[PurePosixPath, bytes] = field(default_factory=dict)
    closed: set[PurePosixPath] = field(default_factory=set)

    def paths(self, under: PurePosixPath = PurePosixPath()) -> Sequence[PurePosixPath]:
        """Return every file that matters below `under`, sorted."""
        if under == PurePosixPath():
            return self.listing
        return [path for path in self.listing if path.is_relative_to(under)]

    def read(self, path: PurePosixPath) -> bytes | None:
        """Return a file's bytes, or None when it is not there.

        Raises:
            WorkspaceError: The file exists and cannot be read.
        """
        if path not in self.contents and self.root is not None:
            try:
                self.contents[path] = (self.root / path).read_bytes()
            except (FileNotFoundError, IsADirectoryError):
                return None
            except OSError as error:
                self.closed.add(path)
                raise disk_error(f"{path} cannot be read", error) from error
        return self.contents.get(path)

    def listing_hash(self) -> str:
        """Return a hash of the names of the files, not of what is in them."""
        return hashlib.sha256("\0".join(map(str, self.listing)).encode()).hexdigest()

    def hashes(self) -> dict[str, str]:
        """Return the hash of every file read so far."""
        return {str(path): _hash(data) for path, data in sorted(self.contents.items())}

    def holds(self, hashes: Mapping[str, str]) -> bool:
        """Whether these files are there with these contents; reads them."""
        for name, expected in hashes.items():
            try:
                data = self.read(PurePosixPath(name))
            except WorkspaceError:
                return False
            if data is None or _hash(data) != expected:
                return False
        return True


def read_tree(root: Path) -> SourceTree:
    """List a folder; folders of tools and caches are not entered, links not followed."""
    found: dict[_Kind, list[PurePosixPath]] = {kind: [] for kind in _Kind}
    for path, kind in _walk(str(root), ""):
        if kind is not _Kind.FILE or path.endswith((".py", _ENVIRONMENT)):
            found[kind].append(PurePosixPath(path))
    return SourceTree(
        listing=sorted(path for path in found[_Kind.FILE] if matters(path)),
        links=tuple(sorted(found[_Kind.LINK])),
        skipped=tuple(sorted(found[_Kind.SKIPPED])),
        root=root,
    )


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
