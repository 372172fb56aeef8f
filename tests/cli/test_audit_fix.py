"""`sdd audit --fix` on the user's own code."""

import json
from pathlib import Path

import pytest
from audit_backend import HOLE, MAIN

from sdd.cli.boundary import run_command
from sdd.errors import ExitCode


@pytest.fixture
def backend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a backend with a hole, below the present folder."""
    folder = tmp_path / "backend"
    folder.mkdir()
    (folder / "main.py").write_text(MAIN + HOLE)
    (tmp_path / "sdd.toml").write_text("")
    monkeypatch.chdir(tmp_path)
    return folder


def test_a_fix_is_written_and_told_as_a_diff(
    backend: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Afterwards the audit is clean."""
    assert run_command(["audit", "--fix"]) == ExitCode.CLEAN

    said = capsys.readouterr().out
    assert "-    note = session.get(Note, note_id)" in said
    assert "1 finding in 1 file mended, with no error left." in said
    assert "Note.user_id == user)).first()" in (backend / "main.py").read_text()
    assert run_command(["audit"]) == ExitCode.CLEAN


def test_a_dry_run_shows_the_same_and_writes_nothing(
    backend: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Something is to be done, so it ends 1."""
    command = ["audit", "backend", "--fix", "--dry-run", "--format", "json"]
    assert run_command(command) == ExitCode.FINDINGS

    data = json.loads(capsys.readouterr().out)
    assert data["written"] is False
    assert data["files"] == ["main.py"]
    assert [item["rule"] for item in data["mended"]] == ["unscoped-read"]
    assert "+    note = session.exec(select(Note)" in data["diff"]
    assert (backend / "main.py").read_text() == MAIN + HOLE


def test_a_dry_run_says_what_would_be_done(
    backend: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And that nothing was."""
    assert run_command(["audit", "--fix", "--dry-run"]) == ExitCode.FINDINGS

    said = capsys.readouterr().out
    assert "1 finding in 1 file would be mended, with no error left; nothing was written." in said


def test_what_only_a_human_can_mend_is_said(
    backend: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """SQL text of the client's words has no mechanical fix: it is left, and counted."""
    search = """

@app.get("/api/search")
def search(word: str, user: int = Depends(current_user), session: Session = Depends(get_session)):
    return session.execute(text(f"SELECT * FROM note WHERE text = '{word}'")).all()
"""
    (backend / "main.py").write_text(f"{MAIN}\nfrom sqlalchemy import text\n{search}")

    assert run_command(["audit", "--fix", "--dry-run"]) == ExitCode.FINDINGS
    assert "Nothing here can be mended mechanically: " in capsys.readouterr().out


def test_a_suppressed_finding_is_left_alone(
    backend: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing to mend is clean, too."""
    text = MAIN + HOLE.replace(
        "    note = session.get",
        "    # sdd: ignore[unscoped-read] reason=notes are shared\n    note = session.get",
    )
    (backend / "main.py").write_text(text)

    assert run_command(["audit", "--fix"]) == ExitCode.CLEAN
    assert "There is nothing to mend." in capsys.readouterr().out
    assert (backend / "main.py").read_text() == text


def test_a_dry_run_alone_says_what_it_belongs_to(
    backend: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An audit writes nothing anyway."""
    assert backend.is_dir()
    assert run_command(["audit", "--dry-run"]) == ExitCode.USAGE
    assert "--dry-run shows what --fix would write." in capsys.readouterr().err
