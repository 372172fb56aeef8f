"""One run for each project at a time."""

import contextlib
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sdd.adapters.transaction import disk_error
from sdd.errors import WorkspaceError


@contextmanager
def hold_lock(path: Path) -> Iterator[None]:
    """Hold a lock file for a `with` block; one left by a process that is gone is taken over.

    Raises:
        WorkspaceError: Another process that still lives holds it.
    """
    mine = json.dumps({"pid": os.getpid(), "host": socket.gethostname()})
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _take(path, mine)
    except OSError as error:
        raise disk_error(f"{path} cannot be locked", error) from error
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            if path.read_text("utf-8") == mine:
                path.unlink()


def is_held(path: Path) -> bool:
    """Tell whether a process that lives, as far as we can see, holds a lock."""
    pid, host = _holder(path)
    return pid is not None and (host != socket.gethostname() or _lives(pid))


def _take(path: Path, mine: str) -> None:
    for _ in range(20):
        # A link appears whole or not at all: nobody reads a half-written lock.
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.write_text(mine, encoding="utf-8")
        try:
            os.link(draft, path)
        except FileExistsError:
            _refuse_if_alive(path)
            _remove_stale(path)
        else:
            return
        finally:
            draft.unlink(missing_ok=True)
    raise WorkspaceError(f"{path} cannot be locked: others keep taking it.", hint="Try again.")


def _refuse_if_alive(path: Path) -> None:
    pid, host = _holder(path)
    if is_held(path):
        where = "" if host == socket.gethostname() else f" on {host}"
        raise WorkspaceError(
            f"Another run is at work in this project (process {pid}{where}).",
            hint=f"Wait until it ends; if it does not exist any more, delete {path}.",
        )


def _holder(path: Path) -> tuple[int | None, str]:
    try:
        held = json.loads(path.read_text("utf-8"))
        return int(held["pid"]), str(held["host"])
    except (OSError, ValueError, KeyError, TypeError):
        return None, ""


def _remove_stale(path: Path) -> None:
    # Renamed first: of two that find the same stale lock, one alone succeeds, and what the
    # other created in the meantime is seen and put back.
    aside = path.with_name(f"{path.name}.stale.{os.getpid()}")
    with contextlib.suppress(FileNotFoundError):
        path.rename(aside)
        pid, host = _holder(aside)
        if pid is not None and host == socket.gethostname() and _lives(pid):
            with contextlib.suppress(FileExistsError):
                os.link(aside, path)
        aside.unlink(missing_ok=True)


def _lives(pid: int) -> bool:
    if os.name == "nt":  # signal 0 would end the process there
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return False
    return state == "Z"
