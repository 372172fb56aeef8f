"""What is judged: a backend on disk, the interpreter that runs it, and what it should be."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sdd.ir import Application
from sdd.ports import Processes
from sdd.verify.observation import Observations


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A backend, ours or one that knows nothing of us.

    Attributes:
        folder: Absolute path of its import root; also where it is started.
        python: The interpreter that has what it imports.
        app: `module:attribute` of the application; None: found by looking.
        database_url: A database to use instead of a new SQLite file. It is written to.
        environment: Variables beyond those that are set by themselves; they win.
        secret: The shared secret for tokens; None: a random one for each run.
        base_url: A server that runs already, to be asked over HTTP; nothing is started then.
        tokens: Tokens of two users, where none can be signed with the secret.
        prefix: Put before file names in diagnostics ("backend").
    """

    folder: str
    python: str
    app: str | None = "app.main:app"
    database_url: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    secret: str | None = None
    base_url: str | None = None
    tokens: tuple[str, ...] = ()
    prefix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyContext:
    """What a gate needs.

    Attributes:
        application: The spec's model, completed; None: only what holds of any backend is judged.
        timeout: Seconds for one child process.
        observations: What a child has already seen of this backend, so that gates share it.
    """

    target: Target
    application: Application | None
    processes: Processes
    timeout: float = 60.0
    observations: Observations | None = None


def limits_of(context: VerifyContext) -> Mapping[str, str]:
    """Say what cannot be checked of a backend, whichever gates run, and why."""
    target = context.target
    if target.base_url is None:
        return {}
    limits = {
        "lines of code": "a server names operations, not files",
        "what lies behind a 5xx": "its cause stands in the server's own log",
    }
    if target.secret is None:
        limits["well-signed tokens with wrong claims"] = "the key that signs tokens was not given"
    if context.application is None:
        limits["which rows belong to nobody"] = (
            "neither specs nor tables say so: each row is taken for its creator's"
        )
    return limits
