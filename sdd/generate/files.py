"""What the generator hands over: files in memory, each with its role."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import PurePosixPath

from sdd.generate.layouts import DEFAULT_LAYOUT
from sdd.generate.styles import DEFAULT_STYLE


class Role(StrEnum):
    """Which part of a backend a file belongs to, and so which order may write it."""

    PROJECT = "project"
    AUTH = "auth"
    MODELS = "models"
    REPOSITORIES = "repositories"
    SCHEMAS = "schemas"
    ROUTES = "routes"
    ERRORS = "errors"
    TESTS = "tests"


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedFile:
    """A file of the backend; `path` is relative to `backend/`, `purpose` is one line."""

    path: PurePosixPath
    content: bytes
    purpose: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to render.

    Attributes:
        layout: Where files go, one of `LAYOUTS`.
        style: Whether handlers and sessions are coroutines, one of `STYLES`.
        specs: Paths of the specs, named in the header of each file that follows them.
        history: The files below `alembic/versions` that there are, by path: migrations follow
            them.
        only: Chooses the files that are rendered, by path; None: all.
    """

    layout: str = DEFAULT_LAYOUT
    style: str = DEFAULT_STYLE
    specs: tuple[str, ...] = ()
    history: Mapping[str, str] = field(default_factory=dict)
    only: Callable[[PurePosixPath], bool] | None = None
