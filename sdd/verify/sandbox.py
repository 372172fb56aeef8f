"""Keeps a command from the network and from writing where it may not, as well as we can here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from sdd.errors import WorkspaceError
from sdd.ports import Processes

BUBBLEWRAP = "bubblewrap"
NAMESPACES = "namespaces"
LIMITS_ONLY = "process limits only"
_TRIAL_SECONDS = 10.0
_HIDDEN = "/tmp"  # noqa: S108 - the child gets one of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """How children are confined; `name` is told in every summary."""

    name: str
    prefix: tuple[str, ...] = ()

    def wrap(self, command: Sequence[str]) -> list[str]:
        """Return the command inside the sandbox."""
        return [*self.prefix, *command]


def find_sandbox(processes: Processes, folder: str, python: str, *, network: bool) -> Sandbox:
    """Return the best confinement that works here: each is tried before it is relied upon.

    Args:
        processes: Starts the trials.
        python: The interpreter that must be reachable inside.
        folder: The backend's folder: the one place beside a private /tmp that may be written.
        network: Whether the machine's network must stay, because a database is reached over it.
    """
    visible = tuple(dict.fromkeys(_hidden_but_needed(python)))
    candidates = (
        Sandbox(name=BUBBLEWRAP, prefix=_bubblewrap(folder, visible, network=network)),
        Sandbox(name=NAMESPACES, prefix=_namespaces(python, folder, visible, network=network)),
    )
    for sandbox in candidates:
        try:
            trial = processes.run(
                sandbox.wrap([python, "-I", "-c", "pass"]),
                folder=folder,
                environment={},
                timeout=_TRIAL_SECONDS,
            )
        except WorkspaceError:  # it is not installed
            continue
        if trial.status == 0:
            return sandbox
    return Sandbox(name=LIMITS_ONLY)


def _hidden_but_needed(python: str) -> Iterator[str]:
    """Yield folders that the child reads and would not see behind its own /tmp."""
    ours = Path(str(files("sdd")))
    installed = (Path(python).parent.parent, Path(python).resolve().parent.parent, ours)
    for place in installed:
        if place.is_relative_to(_HIDDEN):
            yield str(place)


def _bubblewrap(folder: str, visible: Sequence[str], *, network: bool) -> tuple[str, ...]:
    unshared = ["--unshare-user-try", "--unshare-ipc", "--unshare-pid", "--unshare-uts"]
    if not network:
        unshared.append("--unshare-net")
    places = ["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", _HIDDEN]
    shown = [word for place in visible for word in ("--ro-bind", place, place)]
    own = ["--bind", folder, folder, "--chdir", folder]
    return ("bwrap", *unshared, *places, *shown, *own, "--die-with-parent", "--new-session")


def _namespaces(
    python: str, folder: str, visible: Sequence[str], *, network: bool
) -> tuple[str, ...]:
    script = str(files("sdd.verify").joinpath("probe", "namespaces.py"))
    scope = "net" if network else "no-net"
    return (python, "-I", "-S", script, folder, scope, ":".join(visible))
