"""Looks at what is installed: what each part needs, whether it is there, how to get it."""

import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing looked at.

    Attributes:
        found: What was found, as a version or place; None when it is missing.
        needed_for: What does not work without it.
        remedy: How to get it.
        required: Whether anything at all works without it.
    """

    name: str
    found: str | None
    needed_for: str
    remedy: str
    required: bool = False


_EXTRAS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "agents": ("running agents", ("pydantic-ai-slim", "dbos", "anthropic", "mcp")),
    "backend": (
        "generating and checking backends",
        ("fastapi", "sqlmodel", "pyjwt", "aiosqlite", "uvicorn", "pytest", "black"),
    ),
}
_PROGRAMS = (
    ("git", "branch and user in records, --commit, --diff", "Install git."),
    ("bwrap", "isolating generated code; else our own namespaces", "Install bubblewrap (Linux)."),
    ("node", "tests against a real Better Auth server", "Install Node.js 20 or newer."),
)


def examine(environment: Mapping[str, str]) -> tuple[Check, ...]:
    """Look at interpreter, extras, programs and keys; a key's value is never read out."""
    return (
        Check(
            name="python",
            found=sys.version.split()[0],
            needed_for="everything",
            remedy="Install Python 3.11 or newer.",
            required=True,
        ),
        *(_extra(name, purpose, packages) for name, (purpose, packages) in _EXTRAS.items()),
        *(
            Check(name=name, found=shutil.which(name), needed_for=purpose, remedy=remedy)
            for name, purpose, remedy in _PROGRAMS
        ),
        Check(
            name="ANTHROPIC_API_KEY",
            found="set" if environment.get("ANTHROPIC_API_KEY") else None,
            needed_for="--model claude and its aliases; offline needs no key",
            remedy="Export ANTHROPIC_API_KEY.",
        ),
    )


def _extra(name: str, purpose: str, packages: tuple[str, ...]) -> Check:
    versions, missing = [], []
    for package in packages:
        try:
            versions.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            missing.append(package)
    return Check(
        name=f"extra '{name}'",
        found=None if missing else ", ".join(versions),
        needed_for=purpose + (f" (missing: {', '.join(missing)})" if missing else ""),
        remedy=f'pip install "sdd-cli[{name}]"',
    )
