"""The plan of a file, and of all files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sdd.generate.files import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePlan:
    """A file: where it goes, its template, and the values made ready for it.

    Attributes:
        header: The module's docstring; None for what is not Python.
        exports: Names that other files import from it.
        stays_async: It has coroutines in the synchronous style too.
    """

    path: str
    template: str
    role: Role
    purpose: str
    header: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    exports: tuple[str, ...] = ()
    stays_async: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All files, and where their own names come from."""

    files: tuple[FilePlan, ...]
    symbols: Mapping[str, str]
