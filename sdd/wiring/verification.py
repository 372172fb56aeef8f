"""Joins the dynamic gates with a backend on disk and with its specs, where there are any."""

import secrets
import shlex
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from sdd.adapters.disk import DiskFiles
from sdd.adapters.processes import LocalProcesses, scrubbed
from sdd.adapters.scratch import scratch
from sdd.errors import ConfigError, SpecError
from sdd.ir import Application
from sdd.ir.complete import complete
from sdd.speclang import documents_of
from sdd.text import decode
from sdd.verify import DynamicGate, Target, Verification, VerifyContext, limits_of
from sdd.wiring.project import find_project
from sdd.wiring.settings import current_environment, current_settings
from sdd.workflow.manifest import load_manifest
from sdd.workflow.specs import read_decided

_TOKEN_SECONDS = 60.0
_USER_ID_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyRequest:
    """What `sdd verify` was asked for; None: found or taken from the settings."""

    project: Path | None = None
    feature: str = "all"
    backend: str | None = None
    app: str | None = None
    python: str | None = None
    database_url: str | None = None
    base_url: str | None = None
    secret: str | None = None
    token_command: str | None = None
    timeout: float = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A backend ready to be judged.

    Attributes:
        specified: Whether there are specs to hold it against.
    """

    root: Path
    backend: str
    verification: Verification
    specified: bool
    context: VerifyContext

    @property
    def limits(self) -> Mapping[str, str]:
        """What cannot be checked of this backend, whichever gates run, and why."""
        return limits_of(self.context)

    def worthwhile(
        self, gates: tuple[DynamicGate, ...]
    ) -> tuple[tuple[DynamicGate, ...], Mapping[str, str]]:
        """Return the gates that have something to judge, and why the others have not."""
        reasons = {gate.name: gate.left_out(self.context) for gate in gates}
        left_out = {name: reason for name, reason in reasons.items() if reason is not None}
        return tuple(gate for gate in gates if gate.name not in left_out), left_out


@contextmanager
def prepare_verification(request: VerifyRequest) -> Iterator[Prepared]:
    """Copy a backend to a scratch folder and join it with what its specs say.

    Raises:
        ConfigError: There is no backend where one should be.
        SpecError: The named feature is not specified.
    """
    start = request.project or Path.cwd()
    try:
        root = find_project(start, explicit=request.project is not None)
    except SpecError:
        root = start.resolve()
    settings = current_settings(root)
    files = DiskFiles(root)
    backend = request.backend or settings.backend
    application = _application(files, request.feature, PurePosixPath(backend))
    copied = {} if request.base_url else _backend_files(files, root, PurePosixPath(backend))
    processes = LocalProcesses(scrubbed(current_environment()))
    with scratch(copied) as folder:
        context = VerifyContext(
            target=Target(
                folder=folder,
                python=request.python or settings.python or sys.executable,
                app=request.app,
                database_url=request.database_url,
                base_url=_loopback(request.base_url),
                secret=request.secret or _known_secret(request, application),
                tokens=_tokens(request.token_command or settings.token_command, root),
                prefix=backend,
            ),
            application=application,
            processes=processes,
            timeout=request.timeout,
        )
        yield Prepared(
            root=root,
            backend=backend,
            verification=Verification(context),
            specified=application is not None,
            context=context,
        )


def _backend_files(
    files: DiskFiles, root: Path, below: PurePosixPath
) -> dict[PurePosixPath, bytes]:
    copied = {path.relative_to(below): files.read(path) or b"" for path in files.paths(below)}
    if not any(path.suffix == ".py" for path in copied):
        raise ConfigError(
            f"No Python files in {root / below}.",
            hint="Run `sdd implement FEATURE` first, or name the folder with --backend.",
        )
    return copied


def _loopback(url: str | None) -> str | None:
    """Return the address of a server on this machine; no other is ours to attack.

    Raises:
        ConfigError: It is not one.
    """
    if url is None:
        return None
    try:
        parts = urlsplit(url)
        local = parts.hostname in {"127.0.0.1", "localhost", "::1"} and parts.port is not None
    except ValueError:
        local = False
    if not local or parts.scheme != "http":
        raise ConfigError(
            f"--base-url {url} is no server on this machine.",
            hint="The gates attack what they are pointed at: start it here, and name it as "
            "http://127.0.0.1:PORT.",
        )
    return url.rstrip("/")


def _known_secret(request: VerifyRequest, application: Application | None) -> str | None:
    """Return the running server's secret, where our environment has it under the stated name."""
    if request.base_url is None:
        return None
    name = application.auth.secret_variable if application is not None else None
    return current_environment().get(name or "BETTER_AUTH_SECRET")


def _tokens(command: str | None, root: Path) -> tuple[str, ...]:
    """Let the user's command print a token for each of two users.

    Raises:
        ConfigError: It fails, or prints nothing.
    """
    if command is None:
        return ()
    run = LocalProcesses(current_environment()).run
    found = []
    for _ in range(2):
        words = [*shlex.split(command), secrets.token_hex(_USER_ID_BYTES)]
        done = run(words, folder=str(root), environment={}, timeout=_TOKEN_SECONDS)
        lines = done.stdout.split()
        if done.status or not lines:
            said = (done.stderr.strip().splitlines() or [f"it ended with {done.status}"])[-1]
            raise ConfigError(
                f"The token command prints no token: {said}.",
                hint="It is called with a user's id as its last word, and prints their token.",
            )
        found.append(lines[-1])
    return tuple(found)


def _application(files: DiskFiles, feature: str, backend: PurePosixPath) -> Application | None:
    """Return what the specs say, open questions answered as they were when it was built."""
    try:
        paths = documents_of(files, feature)
    except SpecError:
        if feature != "all":
            raise
        return None
    documents = [decode(str(path), files.read(path) or b"") for path in paths]
    answers = load_manifest(files, backend).answers
    application = read_decided(documents, answers).application
    return complete(application) if application.endpoints else None
