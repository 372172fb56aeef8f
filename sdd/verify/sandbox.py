"""Keeps a command from the network and from writing where it may not, with bubblewrap."""

from collections.abc import Sequence
from dataclasses import dataclass

from sdd.errors import WorkspaceError
from sdd.ports import Processes

BUBBLEWRAP = "bubblewrap"
LIMITS_ONLY = "process limits only"
_TRIAL_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """How children are confined; `name` is told in every summary."""

    name: str
    prefix: tuple[str, ...] = ()

    def wrap(self, command: Sequence[str]) -> list[str]:
        """Return the command inside the sandbox."""
        return [*self.prefix, *command]


def find_sandbox(processes: Processes, folder: str, python: str, *, network: bool) -> Sandbox:
    """Return bubblewrap where it works, else no more than what limits processes get anyway.

    Args:
        processes: Starts the trial.
        python: The interpreter that must be reachable inside.
        folder: The backend's folder: the one place beside a private /tmp that may be written.
        network: Whether the machine's network must stay, because a database is reached over it.
    """
    prefix = _bubblewrap(folder, network=network)
    try:
        trial = processes.run(
            [*prefix, python, "-I", "-c", "pass"],
            folder=folder,
            environment={},
            timeout=_TRIAL_SECONDS,
        )
    except WorkspaceError:
        return Sandbox(name=LIMITS_ONLY)
    if trial.status != 0:  # no namespaces here, or the interpreter is out of sight
        return Sandbox(name=LIMITS_ONLY)
    return Sandbox(name=BUBBLEWRAP, prefix=prefix)


def _bubblewrap(folder: str, *, network: bool) -> tuple[str, ...]:
    unshared = ["--unshare-user-try", "--unshare-ipc", "--unshare-pid", "--unshare-uts"]
    if not network:
        unshared.append("--unshare-net")
    places = ["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp"]  # noqa: S108 - the child's own
    own = ["--bind", folder, folder, "--chdir", folder]
    return ("bwrap", *unshared, *places, *own, "--die-with-parent", "--new-session")
