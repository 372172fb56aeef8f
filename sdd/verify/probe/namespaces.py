"""Runs a command in namespaces of its own, for machines that have no bubblewrap.

`python namespaces.py FOLDER net|no-net VISIBLE COMMAND…`: the command sees the machine's files
without being able to write any but those of FOLDER and of a private /tmp, sees no process but its
own, and, with `no-net`, no network but its own loopback. It has no privilege in there, not even
root's. VISIBLE are folders, joined by colons, that stay in sight even if they lie in /tmp.
Ends with the command's status, or 125 where the system allows no such namespaces.
"""

import contextlib
import ctypes
import os
import signal
import socket
import struct
import sys
from pathlib import Path
from typing import NoReturn

_REFUSED = 125
_NEW_MOUNTS, _NEW_UTS, _NEW_IPC = 0x00020000, 0x04000000, 0x08000000
_NEW_USER, _NEW_PROCESSES, _NEW_NETWORK = 0x10000000, 0x20000000, 0x40000000
_BIND, _RECURSIVE, _PRIVATE = 4096, 16384, 1 << 18
_NO_SUID, _NO_DEVICES = 2, 4
_READ_ONLY = 1
_ALL_BELOW = 0x8000
_SET_ATTRIBUTES = 442  # mount_setattr: one number on every architecture
_HERE = -100
_DIE_WITH_PARENT, _NO_NEW_PRIVILEGES = 1, 38
_LOOPBACK_UP = struct.pack("16sh14x", b"lo", 0x1 | 0x40)
_SET_FLAGS = 0x8914
_INSIDE = 1000
_HIDDEN = ("/tmp", "/run", "/dev/shm", "/var/tmp")  # noqa: S108 - hidden, not used

_c = ctypes.CDLL(None, use_errno=True)


def main(folder: str, network: str, visible: str, command: list[str]) -> int:
    """Confine this process, run the command as another's child, return its status."""
    _check(_c.prctl(_DIE_WITH_PARENT, signal.SIGKILL, 0, 0, 0))
    _leave(without_network=network == "no-net")
    child = os.fork()
    return _status(child) if child else _inside(folder, visible, command)


def _inside(folder: str, visible: str, command: list[str]) -> NoReturn:
    _check(_c.prctl(_DIE_WITH_PARENT, signal.SIGKILL, 0, 0, 0))
    _mount(b"proc", b"/proc", b"proc")
    _close_off(folder, [place for place in visible.split(":") if place])
    # The first process of a namespace takes no signals and its end is everybody's: it only waits.
    worker = os.fork()
    if worker:
        os._exit(_status(worker) & 0xFF)
    _check(_c.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0))
    os.chdir(folder)
    os.execvp(command[0], command)  # noqa: S606 - that is what it is for


def _leave(*, without_network: bool) -> None:
    user, group = os.getuid(), os.getgid()
    wanted = _NEW_USER | _NEW_MOUNTS | _NEW_UTS | _NEW_IPC | _NEW_PROCESSES
    _check(_c.unshare(wanted | (_NEW_NETWORK if without_network else 0)))
    # Not root in there: a user without privileges loses them all when the command starts.
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"{user or _INSIDE} {user} 1", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"{group or _INSIDE} {group} 1", encoding="ascii")
    if without_network:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
            fcntl.ioctl(any_socket, _SET_FLAGS, _LOOPBACK_UP)


def _close_off(folder: str, visible: list[str]) -> None:
    _mount(None, b"/", None, _RECURSIVE | _PRIVATE)
    kept = {place: os.open(place, os.O_PATH | os.O_DIRECTORY) for place in (*visible, folder)}
    _attributes("/", add=_READ_ONLY)
    for place in _HIDDEN:
        if Path(place).is_dir() and not Path(place).is_symlink():
            _mount(b"tmpfs", place.encode(), b"tmpfs", _NO_SUID | _NO_DEVICES)
    for place, handle in kept.items():
        with contextlib.suppress(OSError):  # it stands there, unless it was hidden a moment ago
            Path(place).mkdir(parents=True)
        _mount(f"/proc/self/fd/{handle}".encode(), os.fsencode(place), None, _BIND | _RECURSIVE)
        os.close(handle)
    _attributes(folder, remove=_READ_ONLY)


def _mount(source: bytes | None, target: bytes, kind: bytes | None, flags: int = 0) -> None:
    _check(_c.mount(source, target, kind, ctypes.c_ulong(flags), None))


def _attributes(place: str, *, add: int = 0, remove: int = 0) -> None:
    values = struct.pack("QQQQ", add, remove, 0, 0)
    below = _ALL_BELOW if add else 0
    target = os.fsencode(place)
    _check(_c.syscall(_SET_ATTRIBUTES, _HERE, target, below, values, len(values)))


def _check(result: int) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _status(child: int) -> int:
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    try:
        import fcntl  # not where there are no namespaces either

        ended = main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:])
    except (ImportError, OSError, AttributeError) as error:
        sys.stderr.write(f"no namespaces here: {error}\n")
        ended = _REFUSED
    os._exit(ended)
