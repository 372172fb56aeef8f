"""Folders on disk that last as long as a child process needs them."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from sdd.adapters.transaction import disk_error
from sdd.errors import WorkspaceError


@contextmanager
def scratch(files: Mapping[PurePosixPath, bytes]) -> Iterator[str]:
    """Put files into a new folder and yield its absolute path; the folder is gone afterwards.

    Raises:
        WorkspaceError: A path leads outside the folder, or the disk refuses.
    """
    with tempfile.TemporaryDirectory(prefix="sdd-", ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        for path, data in files.items():
            if path.is_absolute() or ".." in path.parts:
                raise WorkspaceError(f"{path} lies outside the project.")
            try:
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_bytes(data)
            except OSError as error:
                raise disk_error(f"{path} cannot be copied to be run", error) from error
        yield str(folder)
