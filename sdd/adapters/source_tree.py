"""Trees of Python sources to be audited: a folder on disk read once, or a revision in memory."""

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from sdd.adapters.disk import SKIPPED
from sdd.adapters.transaction import disk_error
from sdd.errors import WorkspaceError

_NEEDED = frozenset({".py"})
_ENVIRONMENT = "pyvenv.cfg"


def matters(path: PurePosixPath) -> bool:
    """Whether a file is Python, or tells that its folder is a virtual environment."""
    return path.suffix in _NEEDED or path.name == _ENVIRONMENT


@dataclass(slots=True)
class SourceTree:
    """Satisfies `ReadableFiles`, and remembers what was read.

    Attributes:
        listing: The files that matter, sorted.
        links: Symbolic links to folders; they are not followed.
        contents: What has been read so far.
    """

    listing: Sequence[PurePosixPath]
    links: tuple[PurePosixPath, ...] = ()
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
    files: list[PurePosixPath] = []
    links: list[PurePosixPath] = []
    for path, is_link in _walk(str(root), ""):
        if is_link:
            links.append(PurePosixPath(path))
        elif path.endswith((".py", _ENVIRONMENT)):
            files.append(PurePosixPath(path))
    listing = sorted(path for path in files if matters(path))
    return SourceTree(listing=listing, links=tuple(sorted(links)), root=root)


def _walk(folder: str, prefix: str) -> Iterator[tuple[str, bool]]:
    try:
        with os.scandir(folder) as scan:
            entries = list(scan)
    except OSError as error:
        raise disk_error(f"{prefix or folder} cannot be listed", error) from error
    for entry in entries:
        path = f"{prefix}{entry.name}"
        if entry.is_symlink():
            if _leads_to_a_folder(entry):
                yield path, True
        elif entry.is_dir(follow_symlinks=False):
            if entry.name not in SKIPPED:
                yield from _walk(entry.path, f"{path}/")
        elif entry.is_file(follow_symlinks=False):
            yield path, False


def _leads_to_a_folder(entry: os.DirEntry[str]) -> bool:
    """A loop of links leads nowhere, and is one all the same."""
    try:
        return entry.is_dir() or not entry.is_file()
    except OSError:
        return True


def _hash(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()
