"""Joins the dynamic gates with a backend on disk and with its specs, where there are any."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from sdd.adapters.disk import DiskFiles
from sdd.adapters.processes import LocalProcesses, scrubbed
from sdd.adapters.scratch import scratch
from sdd.errors import ConfigError, SpecError
from sdd.ir import Application
from sdd.ir.complete import complete
from sdd.speclang import documents_of, read_specs
from sdd.text import decode
from sdd.verify import Target, Verification, VerifyContext
from sdd.wiring.project import find_project
from sdd.wiring.settings import current_environment, current_settings


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyRequest:
    """What `sdd verify` was asked for; None: found or taken from the settings."""

    project: Path | None = None
    feature: str = "all"
    backend: str | None = None
    app: str | None = None
    python: str | None = None
    database_url: str | None = None
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
    backend = request.backend or settings.backend
    files = DiskFiles(root)
    below = PurePosixPath(backend)
    copied = {path.relative_to(below): files.read(path) or b"" for path in files.paths(below)}
    if not any(path.suffix == ".py" for path in copied):
        raise ConfigError(
            f"No Python files in {root / backend}.",
            hint="Run `sdd implement FEATURE` first, or name the folder with --backend.",
        )
    application = _application(files, request.feature)
    with scratch(copied) as folder:
        context = VerifyContext(
            target=Target(
                folder=folder,
                python=request.python or settings.python or sys.executable,
                app=request.app,
                database_url=request.database_url,
                prefix=backend,
            ),
            application=application,
            processes=LocalProcesses(scrubbed(current_environment())),
            timeout=request.timeout,
        )
        yield Prepared(
            root=root,
            backend=backend,
            verification=Verification(context),
            specified=application is not None,
        )


def _application(files: DiskFiles, feature: str) -> Application | None:
    try:
        paths = documents_of(files, feature)
    except SpecError:
        if feature != "all":
            raise
        return None
    documents = [decode(str(path), files.read(path) or b"") for path in paths]
    application = read_specs(documents).application
    return complete(application) if application.endpoints else None
