"""The report as JSON has exactly the agreed form, and nothing in it depends on luck."""

import json
from collections.abc import Callable

from sdd.audit import AuditReport, report_json

Auditor = Callable[..., AuditReport]

_PROGRAM = (
    "from fastapi import FastAPI\nfrom base import Note, SessionDep, UserId\napp = FastAPI()\n"
    "@app.get('/api/notes/{note_id}')\n"
    "def read_note(note_id: int, session: SessionDep, user_id: UserId):\n"
    "    return session.get(Note, note_id)\n"
)


def test_the_report_has_the_agreed_form(base_file: str, audit_files: Auditor) -> None:
    """Keys are those of the design, places are right, and counts add up."""
    data = report_json(audit_files({"main.py": _PROGRAM, "base.py": base_file}), "backend")

    assert list(data) == [
        "schema_version", "tool", "root", "summary", "routes", "diagnostics", "unreadable",
    ]  # fmt: skip
    assert data["summary"] == {
        "files": 2, "routes": 1, "proved": 0, "violated": 1, "unknown": 0, "public": 0,
    }  # fmt: skip
    (route,) = data["routes"]
    assert (route["handler"], route["file"], route["line"]) == ("read_note", "main.py", 5)
    assert route["auth"]["verdict"] == "proved"
    (access,) = route["isolation"]["accesses"]
    assert (access["entity"], access["operation"], access["line"]) == ("Note", "read", 6)
    (finding,) = data["diagnostics"]
    assert finding["rule"] == "unscoped-read"
    assert finding["route"] == "GET /api/notes/{note_id}"
    assert "a signed-in user sends another user's note_id" in finding["reason"]


def test_the_same_program_gives_the_same_report(base_file: str, audit_files: Auditor) -> None:
    """Two audits agree byte for byte."""
    files = {"main.py": _PROGRAM, "base.py": base_file}

    first = json.dumps(report_json(audit_files(files), "."))
    second = json.dumps(report_json(audit_files(files), "."))

    assert first == second


def test_a_finding_points_to_the_sibling_that_does_it_right(
    base_file: str, audit_files: Auditor
) -> None:
    """The nearest access to the same table that is proved is named."""
    more = (
        "from sqlmodel import select\n@app.get('/api/notes')\n"
        "def list_notes(session: SessionDep, user_id: UserId):\n"
        "    return session.exec(select(Note).where(Note.owner_id == user_id)).all()\n"
    )

    report = audit_files({"main.py": _PROGRAM + more, "base.py": base_file})

    (finding,) = report.diagnostics
    assert any("list_notes does it right" in item.message for item in finding.related)
