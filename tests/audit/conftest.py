"""Programs in memory."""

from collections.abc import Callable, Mapping
from pathlib import PurePosixPath

import pytest

from sdd.audit import AuditReport, AuditSettings, audit
from sdd.program import Program, load


class MemoryFiles:
    """Files that exist in memory only."""

    def __init__(self, files: Mapping[str, str | bytes]) -> None:
        self._files = {
            PurePosixPath(path): text.encode() if isinstance(text, str) else text
            for path, text in files.items()
        }

    def read(self, path: PurePosixPath) -> bytes | None:
        return self._files.get(path)

    def paths(self, under: PurePosixPath = PurePosixPath()) -> list[PurePosixPath]:
        return sorted(path for path in self._files if path.is_relative_to(under))


Loader = Callable[[Mapping[str, str | bytes]], Program]
Auditor = Callable[..., AuditReport]


@pytest.fixture
def load_files() -> Loader:
    """Load a program from a mapping of paths to texts."""
    return lambda files: load(MemoryFiles(files))


@pytest.fixture
def audit_files() -> Auditor:
    """Audit a program given as a mapping of paths to texts."""

    def run(files: Mapping[str, str | bytes], **settings: object) -> AuditReport:
        return audit(load(MemoryFiles(files)), AuditSettings(**settings))  # type: ignore[arg-type]

    return run
