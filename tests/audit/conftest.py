"""Audits of programs in memory."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from memory_files import MemoryFiles

from sdd.audit import AuditReport, AuditSettings, audit
from sdd.program import load

Auditor = Callable[..., AuditReport]

_PAGE = Path(__file__).parents[2] / "docs" / "rules" / "README.md"


@pytest.fixture
def audit_files() -> Auditor:
    """Audit a program given as a mapping of paths to texts."""

    def run(files: Mapping[str, str | bytes], settings: AuditSettings | None = None) -> AuditReport:
        return audit(load(MemoryFiles(files)), settings or AuditSettings())

    return run


@pytest.fixture(scope="session")
def base_file() -> str:
    """Return the file that the rule pages share: tables, a session, a verified user."""
    found = re.search(r"```python\n(.*?)```", _PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    return found.group(1)
