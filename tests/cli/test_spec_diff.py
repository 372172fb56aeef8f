"""`sdd spec diff` on a project on disk: text, JSON, SARIF, GitHub, acceptance and exit codes."""

import json
from pathlib import Path

import pytest

from sdd.cli.boundary import run_command
from sdd.errors import ExitCode

API = """# API

Every endpoint needs a token.

### GET /notes

**Response**: `200 OK`

### POST /notes

**Response**: `201 Created`
"""
MAIN = '''"""Notes."""

from fastapi import FastAPI

app = FastAPI()


@app.get("/notes")
def list_notes() -> list[str]:
    return []
'''


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose code knows less than its specs, and lets everybody in."""
    (tmp_path / "specs" / "api").mkdir(parents=True)
    (tmp_path / "specs" / "api" / "rest-endpoints.md").write_text(API)
    (tmp_path / "backend").mkdir()
    (tmp_path / "backend" / "main.py").write_text(MAIN)
    return tmp_path


def run(project: Path, *options: str) -> int:
    """Run the command on a project."""
    return run_command(["spec", "diff", "--project", str(project), *options])


def test_differences_end_with_one_and_bear_both_places(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Text names the file and line of either side."""
    assert run(project) == ExitCode.FINDINGS

    shown = capsys.readouterr().out
    assert "drifted-access" in shown
    assert "missing-endpoint" in shown
    assert "backend/main.py:9" in shown or "backend/main.py:8" in shown
    assert "2 differences, 0 more accepted" in shown


def test_accepted_drift_is_quiet_until_it_changes(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Accepting writes a file in the project; a changed side is reported again."""
    assert run(project, "--accept", "--reason", "a first version") == ExitCode.CLEAN
    assert run(project) == ExitCode.CLEAN
    capsys.readouterr()

    api = project / "specs" / "api" / "rest-endpoints.md"
    api.write_text(API + "\n### DELETE /notes/{id}\n\n**Response**: `204 No Content`\n")

    assert run(project) == ExitCode.FINDINGS
    assert "1 difference, 2 more accepted" in capsys.readouterr().out


def test_machines_read_json_sarif_and_annotations(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each form holds both differences."""
    run(project, "--format", "json")
    data = json.loads(capsys.readouterr().out)
    run(project, "--format", "sarif")
    sarif = json.loads(capsys.readouterr().out)
    run(project, "--format", "github")
    lines = capsys.readouterr().out.splitlines()

    assert data["summary"]["open"] == 2
    assert {item["rule"] for item in data["differences"]} == {"drifted-access", "missing-endpoint"}
    results = sarif["runs"][0]["results"]
    assert {item["ruleId"] for item in results} == {"drifted-access", "missing-endpoint"}
    assert len({rule["id"] for rule in sarif["runs"][0]["tool"]["driver"]["rules"]}) >= 20
    assert lines[0].startswith("::error file=specs/api/rest-endpoints.md,line=5")


def test_only_grave_differences_may_fail(project: Path) -> None:
    """--fail-on error lets missing endpoints pass."""
    main = project / "backend" / "main.py"
    main.write_text(MAIN.replace("list_notes", "others").replace('"/notes"', '"/health"'))

    assert run(project, "--fail-on", "error") == ExitCode.CLEAN
    assert run(project) == ExitCode.FINDINGS


def test_no_backend_is_one_sentence(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder without Python is said, with what to do."""
    (project / "backend" / "main.py").unlink()

    assert run(project) == ExitCode.USAGE
    assert "No Python files" in capsys.readouterr().err
