"""What a child process has seen of a backend."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Stage(StrEnum):
    """What a child can be asked to do; loading and describing come with each."""

    IMPORT = "import"
    CONTRACT = "contract"
    SCHEMA = "schema"
    TESTS = "tests"
    ISOLATION = "isolation"
    TOKENS = "tokens"
    FUZZ = "fuzz"


PROBED = frozenset(Stage) - {Stage.TESTS, Stage.FUZZ}


@dataclass(frozen=True, slots=True, kw_only=True)
class Observations:
    """The results of one child's stages.

    Attributes:
        results: What each finished stage found, by its name; `describe` among them.
        seconds: How long each took.
        unfinished: The stage in which the child ended without a result.
        hung_at: `file:line` in the backend where it stood when its time was up.
        timed_out: Whether it was stopped for its time.
        problem: Why no child could be started.
        bug: The traceback, when the probe itself failed.
        isolation: How the child was confined: "bubblewrap", "namespaces" or "process limits only".
        stderr: The end of what it wrote there.
    """

    results: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    unfinished: str | None = None
    hung_at: str = ""
    timed_out: bool = False
    problem: str | None = None
    bug: str | None = None
    isolation: str = ""
    stderr: str = ""

    @property
    def loaded(self) -> bool:
        """Whether the application was imported and started."""
        return bool(self.results.get("import", {}).get("ok"))

    @property
    def openapi(self) -> Mapping[str, Any]:
        """The OpenAPI document."""
        document: Mapping[str, Any] = self.results.get("describe", {}).get("openapi", {})
        return document

    @property
    def handlers(self) -> tuple[Mapping[str, Any], ...]:
        """Every route with its handler's name, file and line."""
        return tuple(self.results.get("describe", {}).get("handlers", ()))

    @property
    def tables(self) -> tuple[Mapping[str, Any], ...]:
        """Every table with its columns."""
        return tuple(self.results.get("describe", {}).get("tables", ()))
