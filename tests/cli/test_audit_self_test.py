"""`sdd audit --self-test` on the user's own code."""

import json
from pathlib import Path

import pytest
from audit_backend import MAIN

from sdd.cli.boundary import run_command
from sdd.errors import ExitCode


@pytest.fixture
def backend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a right backend below the present folder."""
    folder = tmp_path / "backend"
    folder.mkdir()
    (folder / "main.py").write_text(MAIN)
    (tmp_path / "sdd.toml").write_text("")
    monkeypatch.chdir(tmp_path)
    return folder


def test_each_kind_of_fault_is_shown_with_what_became_of_it(
    backend: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A table by kind, a last line with the numbers, and exit code 0; the code stays as it is."""
    assert run_command(["audit", "--self-test"]) == ExitCode.CLEAN

    said = capsys.readouterr().out
    heading, *rows = said.splitlines()
    assert heading.split() == ["fault", "seeded", "caught", "second", "lock", "undecided", "missed"]
    assert any(row.split() == ["removed", "dependency", "1", "1", "·", "·", "·"] for row in rows)
    assert "faults in 1 proved routes: " in rows[-1]
    assert rows[-1].endswith("0 stopped by a second lock, 0 undecided, 0 missed.")
    assert (backend / "main.py").read_text() == MAIN


def test_as_json_each_fault_has_its_place_and_fate(
    backend: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """For programs, and for whoever wants to see the faults themselves."""
    assert run_command(["audit", str(backend), "--self-test", "--format", "json"]) == 0

    data = json.loads(capsys.readouterr().out)
    assert data["schema_version"] == 1
    assert data["summary"]["caught"] == data["summary"]["seeded"] == len(data["faults"])
    fault = next(item for item in data["faults"] if item["kind"] == "dropped conjunct")
    assert fault["title"] == "Note.user_id == user: dropped"
    assert fault["routes"] == ["GET /api/notes"]
    assert fault["fate"] == "caught"
    assert "where(Note.user_id" in MAIN.splitlines()[fault["line"] - 1]


def test_without_a_proof_there_is_nothing_to_break(
    backend: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Then a self-test would show nothing, and says so."""
    (backend / "main.py").write_text("from fastapi import FastAPI\napp = FastAPI()\n")

    assert run_command(["audit", "--self-test"]) == ExitCode.USAGE
    assert "no route's protection is proved" in capsys.readouterr().err


def test_other_forms_are_refused(backend: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A table of faults is no list of findings."""
    assert backend.is_dir()
    assert run_command(["audit", "--self-test", "--format", "sarif"]) == ExitCode.USAGE
    assert "--self-test has no form sarif" in capsys.readouterr().err
