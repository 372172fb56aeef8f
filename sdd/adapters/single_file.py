"""Writes one file at one stroke, outside any project's transaction."""

import contextlib
import os
from pathlib import Path

from sdd.adapters.transaction import disk_error
from sdd.errors import WorkspaceError


def replace_file(path: Path, text: str) -> None:
    """Write a text file so that readers see the old or the new one, never half of it.

    Raises:
        WorkspaceError: The disk refuses; what was there before is still there.
    """
    if path.is_dir():
        raise WorkspaceError(f"{path} is a folder, not a file.", hint="Name a file in it.")
    if path.exists() and not path.is_file():  # a pipe, a terminal, /dev/null
        _write(path, text, path)
        return
    staged = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        _write(staged, text, path)
        with contextlib.suppress(FileNotFoundError):
            staged.chmod(path.stat().st_mode)
        staged.replace(path.resolve() if path.is_symlink() else path)
    except OSError as error:
        raise disk_error(f"{path} cannot be written", error) from error
    finally:
        with contextlib.suppress(OSError):
            staged.unlink(missing_ok=True)


def _write(place: Path, text: str, shown: Path) -> None:
    try:
        # A file name that is no UTF-8 is shown escaped, as in `\\udcff`.
        place.write_bytes(text.encode(errors="backslashreplace"))
    except OSError as error:
        raise disk_error(f"{shown} cannot be written", error) from error
