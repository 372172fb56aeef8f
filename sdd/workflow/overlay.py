"""Copy-on-write files: agents write here, and nothing reaches the project before landing."""

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from sdd.errors import WorkspaceError
from sdd.ports import ReadableFiles


class Overlay:
    """Files over a base that stays as it is; satisfies the port `Files`.

    Args:
        base: What is seen where nothing was written.
        writes: What was written already; None hides a file of the base.
    """

    def __init__(
        self, base: ReadableFiles, writes: Mapping[PurePosixPath, bytes | None] | None = None
    ) -> None:
        self._base = base
        self._writes: dict[PurePosixPath, bytes | None] = dict(writes or {})

    def read(self, path: PurePosixPath) -> bytes | None:
        """Return a file's bytes as the overlay shows them."""
        if path in self._writes:
            return self._writes[path]
        return self._base.read(path)

    def paths(self, under: PurePosixPath = PurePosixPath()) -> Sequence[PurePosixPath]:
        """Return every file below `under` that the overlay shows, sorted."""
        below = {path for path in self._base.paths(under) if path not in self._writes}
        written = {
            path
            for path, data in self._writes.items()
            if data is not None and path.is_relative_to(under)
        }
        return sorted(below | written)

    def commit(self, writes: Mapping[PurePosixPath, bytes | None]) -> None:
        """Write into the overlay alone.

        Raises:
            WorkspaceError: A path leads out of the project; nothing was written.
        """
        for path in writes:
            if path.is_absolute() or ".." in path.parts:
                raise WorkspaceError(f"{path} lies outside the project.")
        self._writes.update(writes)

    def writes(self) -> dict[PurePosixPath, bytes | None]:
        """Return what differs from the base, by path; None stands for a deleted file."""
        return {
            path: data
            for path, data in sorted(self._writes.items())
            if self._base.read(path) != data
        }

    def stood(self, path: PurePosixPath) -> bool:
        """Tell whether a file was there before anything was written."""
        return self._base.read(path) is not None

    def snapshot(self) -> "Overlay":
        """Return an overlay that shows the same and is independent from now on."""
        return Overlay(self._base, self._writes)
