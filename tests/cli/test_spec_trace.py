"""`sdd spec show --trace` as text and as JSON."""

import json
from pathlib import Path

import pytest

from sdd.cli.boundary import run_command
from sdd.errors import ExitCode


def test_traces_are_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What answers a requirement, which tests name it, and what nothing answers."""
    folder = tmp_path / "specs" / "001-notes"
    folder.mkdir(parents=True)
    (folder / "spec.md").write_text(
        "# Notes\n\n- **FR-001**: System MUST answer GET /notes.\n"
        "- **FR-002**: System MUST send a postcard.\n\n## API\n\n### GET /notes\n\nAll notes.\n"
    )
    (tmp_path / "backend" / "tests").mkdir(parents=True)
    (tmp_path / "backend" / "tests" / "test_notes.py").write_text("# FR-001\n")
    command = ["spec", "show", "--trace", "--project", str(tmp_path)]

    assert run_command(command) == ExitCode.CLEAN
    text = capsys.readouterr().out
    assert run_command([*command, "--format", "json"]) == ExitCode.CLEAN
    data = json.loads(capsys.readouterr().out)

    assert "endpoints GET /notes" in text
    assert "backend/tests/test_notes.py:1" in text
    assert "1 that nothing answers: FR-002." in text
    assert data["unanswered"] == ["FR-002"]
    assert data["requirements"][0]["tests"][0]["file"] == "backend/tests/test_notes.py"
