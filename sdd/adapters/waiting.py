"""Waits for a file that one process at a time may hold; death lets go of it."""

import contextlib
import sys


def wait_for_lock(descriptor: int) -> None:
    """Hold an open file until it is closed, after waiting until nobody else holds it.

    Where the file's file system knows no locks, nobody is kept out.
    """
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415 - there alone

        while True:
            with contextlib.suppress(OSError):  # it gives up after ten seconds
                msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)
                return
    else:
        import fcntl  # noqa: PLC0415 - there alone

        with contextlib.suppress(OSError):  # some network file systems know no locks
            fcntl.flock(descriptor, fcntl.LOCK_EX)
