"""Finds the project that a command is about."""

from pathlib import Path

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
        hint="Run `sdd init` here, or name the project with --project.",
    )


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
