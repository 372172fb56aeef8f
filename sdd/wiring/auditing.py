"""Joins the audit with a folder on disk and the project's settings."""

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from sdd.adapters.disk import DiskFiles
from sdd.audit import AuditReport, AuditSettings, audit
from sdd.errors import ConfigError
from sdd.program import load
from sdd.wiring.settings import current_settings

_MARKS = ("sdd.toml", "pyproject.toml", ".git")


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """A folder and what the audit says of it; `shown` is the folder as the user named it."""

    root: Path
    shown: str
    report: AuditReport


def audit_folder(folder: Path | None) -> Audited:
    """Audit a folder; the settings are those of the nearest project around it.

    Raises:
        ConfigError: There is no such folder, or nothing in it to audit.
    """
    named = folder or _usual(Path.cwd())
    if not named.is_dir():
        raise ConfigError(f"No folder {named}.", hint="Name the backend's folder.")
    root = named.resolve()
    options = current_settings(_project_of(root)).audit
    report = audit(
        load(DiskFiles(root), PurePosixPath()),
        AuditSettings(
            public_routes=options.public,
            trusted_verifiers=options.verifiers,
            api_prefix=options.api_prefix,
        ),
    )
    if not report.files and not report.unreadable:
        raise ConfigError(
            f"No Python files in {named}.", hint="Name the folder that holds the FastAPI app."
        )
    return Audited(root=root, shown=str(named), report=report)


def _usual(folder: Path) -> Path:
    return folder / "backend" if (folder / "backend").is_dir() else folder


def _project_of(root: Path) -> Path:
    for folder in (root, *root.parents):
        if any((folder / mark).exists() for mark in _MARKS):
            return folder
    return root
