"""Finds the project that a command is about."""

from pathlib import Path
from shlex import quote

from sdd.errors import ConfigError, SpecError


def find_project(start: Path, *, explicit: bool = False) -> Path:
    """Return the project's root: the nearest ancestor with `.specify/`, `specs/` or settings.

    Args:
        start: Where to begin.
        explicit: `start` was named by the user and must itself exist.

    Raises:
        ConfigError: The folder does not exist.
        SpecError: There is no project here or above.
    """
    if not start.is_dir():
        raise ConfigError(f"No folder {start}.", hint="Give an existing folder to --project.")
    folder = start.resolve()
    for candidate in (folder, *folder.parents):
        if _is_project(candidate):
            return candidate
        if explicit:
            break
    raise SpecError(
        f"No specs found in {start if explicit else 'this folder or any above it'}.",
        hint=_hint(folder),
    )


def _hint(folder: Path) -> str:
    """Say where specs stand below a folder that has none, else how to begin."""
    try:
        below = sorted(item for item in folder.iterdir() if item.is_dir())
    except OSError:
        below = []
    found = [item.name for item in below if not item.name.startswith(".") and _is_project(item)]
    if not found:
        return "Run `sdd init` here, or name the project with --project."
    named = ", ".join(f"--project {quote(name)}" for name in found)
    return f"There are specs in folders below: give {named}."


def _is_project(folder: Path) -> bool:
    if (folder / "specs").is_dir() or (folder / ".specify").is_dir():
        return True
    if (folder / "sdd.toml").is_file():
        return True
    pyproject = folder / "pyproject.toml"
    try:
        return pyproject.is_file() and "[tool.sdd]" in pyproject.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
