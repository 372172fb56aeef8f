"""The project as it stood when the run began; everything is planned against this."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath

from sdd.ports import ReadableFiles
from sdd.workflow.toolpaths import visible

MOST_BYTES = 2_000_000
_DOCUMENTS = frozenset({".md", ".yaml", ".yml", ".json"})  # specs are read whatever their size


class Snapshot:
    """Files held in memory; satisfies the port `ReadableFiles`.

    What agents must not see (secrets, caches, `.git`) is not in it. Links are not followed.
    """

    def __init__(self, contents: Mapping[PurePosixPath, bytes]) -> None:
        self._contents = dict(sorted(contents.items()))

    def read(self, path: PurePosixPath) -> bytes | None:
        """Return a file's bytes as they were, or None."""
        return self._contents.get(path)

    def paths(self, under: PurePosixPath = PurePosixPath()) -> Sequence[PurePosixPath]:
        """Return every path below `under`, sorted."""
        return [path for path in self._contents if path.is_relative_to(under)]


def take_snapshot(
    files: ReadableFiles, folders: Iterable[PurePosixPath], single: Iterable[PurePosixPath] = ()
) -> Snapshot:
    """Read what lies below the folders, and single files, once.

    Raises:
        WorkspaceError: A file cannot be read.
    """
    contents: dict[PurePosixPath, bytes] = {}
    below = (path for folder in folders for path in files.paths(folder))
    for path in (*below, *single):
        if path in contents or not visible(path):
            continue
        data = files.read(path)
        if data is not None and (len(data) <= MOST_BYTES or path.suffix in _DOCUMENTS):
            contents[path] = data
    return Snapshot(contents)
