"""A signing secret with a default in the code is reported, unless the program refuses it."""

from collections.abc import Callable

import pytest

from sdd.audit import AuditReport

Auditor = Callable[..., AuditReport]

_PROGRAM = """
import os
import jwt
from fastapi import FastAPI
from base import Bearer
SECRET = os.environ.get("SIGNING", "{default}")
if {check}:
    raise RuntimeError("set SIGNING")
app = FastAPI()
@app.get("/api/me")
def me(credentials: Bearer):
    return jwt.decode(credentials.credentials, SECRET, algorithms=["HS256"])
"""

REFUSED = [
    ("", "len(SECRET) < 32"),
    ("", "not SECRET"),
    ("", 'SECRET == ""'),
    ("", "not SECRET.strip()"),
    ("", "not (len(SECRET) >= 32)"),
    ("", "len(SECRET) == 0"),
    ("", "len(SECRET.encode()) < 32"),
    ("changeme", "len(SECRET) < 32"),
    ("changeme", '"change" in SECRET'),
    ("changeme", 'SECRET == "changeme"'),
]
KEPT = [
    ("", '"change" in SECRET'),
    ("", 'SECRET == "secret"'),
    ("", "len(SECRET) > 500"),
    ("", "SECRET is None"),
    ("", "SECRET.isspace()"),
    ("changeme", "not SECRET"),
    ("changeme", "len(SECRET) < 8"),
]


def _reported(audit_files: Auditor, base_file: str, default: str, check: str) -> bool:
    text = _PROGRAM.format(default=default, check=check)
    report = audit_files({"main.py": text, "base.py": base_file})
    return "default-secret" in {item.rule for item in report.diagnostics}


@pytest.mark.parametrize(("default", "check"), REFUSED)
def test_a_default_that_is_refused_is_none(
    default: str, check: str, audit_files: Auditor, base_file: str
) -> None:
    """The program does not start with it."""
    assert not _reported(audit_files, base_file, default, check)


@pytest.mark.parametrize(("default", "check"), KEPT)
def test_a_check_that_the_default_passes_refuses_nothing(
    default: str, check: str, audit_files: Auditor, base_file: str
) -> None:
    """That something is asked of a secret does not exclude its default."""
    assert _reported(audit_files, base_file, default, check)
