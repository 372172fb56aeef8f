import json
import os
import subprocess
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest
from audit_backend import HOLE, MAIN

from sdd.cli.boundary import run_command
from sdd.cli.formats import AuditFormat
from sdd.errors import ExitCode

BROKEN = "from main import app\n\n\ndef broken(:\n"


@pytest.fixture
def backend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a backend with a hole, below the present folder."""
    folder = tmp_path / "backend"
    folder.mkdir()
    (folder / "main.py").write_text(MAIN + HOLE)
    (tmp_path / "sdd.toml").write_text("")
    monkeypatch.chdir(tmp_path)
    return folder


def _said(capsys: pytest.CaptureFixture[str]) -> str:
    captured = capsys.readouterr()
    return captured.out + captured.err


# ------------------------------------------------------------------ text


def test_a_finding_stands_under_its_route_with_line_reason_and_remedy(
    backend: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A stranger knows where to look and what to write."""
    assert run_command(["audit"]) == ExitCode.FINDINGS

    said = _said(capsys)
    assert "GET /api/notes/{note_id}  violated  get_note, backend/main.py:" in said
    assert "error [unscoped-read] read of Note is not confined to the caller" in said
    assert "│ note = session.get(Note, note_id)" in said or "│ return note" in said
    assert "to do: " in said
    assert "3 routes in 1 file: 1 proved, 1 violated, 0 unknown, 1 public." in said
    assert 'sdd audit backend --explain "GET /api/notes/{note_id}"' in said


def test_nothing_found_is_clean(backend: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The numbers, and exit code 0."""
    (backend / "main.py").write_text(MAIN)

    assert run_command(["audit", "backend"]) == ExitCode.CLEAN
    assert _said(capsys) == "2 routes in 1 file: 1 proved, 0 violated, 0 unknown, 1 public.\n"


@pytest.mark.parametrize("name", ["GET /api/notes", "get /api/notes", "/api/notes", "list_notes"])
def test_a_route_is_explained_by_any_of_its_names(
    backend: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """The proof: the caller, then each access with its line."""
    assert run_command(["audit", "--explain", name]) == ExitCode.CLEAN

    said = _said(capsys)
    assert "caller: proved by" in said
    assert "read Note: proved: Note.user_id = the token's sub" in said
    assert "│ return session.exec(select(Note)" in said


def test_an_unknown_route_is_answered_with_the_nearest(
    backend: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A typing error in a route ends 2."""
    assert run_command(["audit", "--explain", "GET /api/note"]) == ExitCode.USAGE
    assert "Nearest: GET /api/notes" in _said(capsys)


def test_many_routes_with_one_warning_are_listed_together(
    backend: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the form of the settings; which ones are meant is for a human to write."""
    more = "".join(
        f'\n\n@app.get("/api/{name}")\ndef {name}():\n    return []\n' for name in ("news", "rates")
    )
    (backend / "main.py").write_text(MAIN + more)

    assert run_command(["audit"]) == ExitCode.CLEAN
    said = _said(capsys)
    assert "each of these 2 routes is public and not declared so:" in said
    assert '[tool.sdd.audit]\n    public = ["GET /api/news", …]\n' in said


def test_a_line_reached_from_two_routes_is_shown_whole_once(
    backend: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The second route points to the first."""
    helper = "\n\ndef fetch(session, key):\n    return session.get(Note, key)\n"
    hole = HOLE.replace("session.get(Note, note_id)", "fetch(session, note_id)")
    twin = hole.replace("get_note(", "copy_note(").replace("{note_id}", "{note_id}/copy")
    (backend / "main.py").write_text(MAIN + helper + hole + twin)

    assert run_command(["audit"]) == ExitCode.FINDINGS
    said = _said(capsys)
    assert said.count("to do: ") == 1
    assert "the same line as under GET /api/notes/{note_id}" in said


# ------------------------------------------------------------------ forms


def test_every_form_is_written_to_stdout_or_a_file(
    backend: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same bytes, and the exit code does not depend on the form."""
    starts = {
        "json": "{",
        "sarif": "{",
        "junit": "<?xml",
        "github": "::error file=backend/main.py",
        "markdown": "## sdd audit",
        "html": "\n<!DOCTYPE html>",
        "text": "GET /api/notes/{note_id}",
    }
    for name, start in starts.items():
        assert run_command(["audit", "--format", name]) == ExitCode.FINDINGS
        text = capsys.readouterr().out
        place = backend.parent / f"report.{name}"
        command = ["audit", "--format", name, "--output", str(place)]
        assert run_command(command) == ExitCode.FINDINGS
        capsys.readouterr()
        assert text.lstrip().startswith(start.lstrip())
        assert place.read_text() == text


def test_the_machine_forms_are_well_formed(
    backend: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """JSON as the design has it, SARIF with its rules, XML with its cases."""
    run_command(["audit", "--format", "json"])
    report = json.loads(capsys.readouterr().out)
    run_command(["audit", "--format", "sarif"])
    sarif = json.loads(capsys.readouterr().out)
    run_command(["audit", "--format", "junit"])
    suite = fromstring(capsys.readouterr().out)  # noqa: S314 - our own text

    assert report["summary"]["violated"] == 1
    assert report["diagnostics"][0]["suppressed"] is None
    assert sarif["runs"][0]["results"][0]["ruleId"] == "unscoped-read"
    assert len(suite.findall(".//testcase")) == 3


def test_suppressed_findings_can_be_dropped(
    backend: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Shown as suppressed by default, left out on demand."""
    comment = "    # sdd: ignore[unscoped-read] reason=notes are shared\n    note ="
    main = backend / "main.py"
    main.write_text(main.read_text().replace("    note =", comment))

    assert run_command(["audit", "--format", "sarif"]) == ExitCode.CLEAN
    assert "suppressions" in capsys.readouterr().out
    assert run_command(["audit", "--format", "sarif", "--drop-suppressed"]) == ExitCode.CLEAN
    assert '"suppressions"' not in capsys.readouterr().out
    assert run_command(["audit"]) == ExitCode.CLEAN
    assert "1 finding suppressed; --verbose shows them." in _said(capsys)
    assert run_command(["audit", "--verbose"]) == ExitCode.CLEAN
    assert "suppressed: notes are shared" in _said(capsys)


def test_a_report_that_cannot_be_written_ends_2(
    backend: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The place is named."""
    command = ["audit", "--format", "html", "--output", "missing/map.html"]

    assert run_command(command) == ExitCode.USAGE
    assert "missing/map.html cannot be written" in _said(capsys)


# ------------------------------------------------------------------ endings


def test_the_severity_that_fails_can_be_lowered(backend: Path) -> None:
    """Warnings stop only those who ask for it."""
    (backend / "main.py").write_text(
        MAIN + '\n\n@app.get("/api/news")\ndef news():\n    return []\n'
    )

    assert run_command(["audit"]) == ExitCode.CLEAN
    assert run_command(["audit", "--fail-on", "warning"]) == ExitCode.FINDINGS


def test_doubt_ends_3_under_strict(backend: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And 0 without, but it is said."""
    odd = MAIN.replace("Depends(current_user)", "Depends(stranger)")
    (backend / "main.py").write_text("from somewhere import stranger\n" + odd)

    assert run_command(["audit"]) == ExitCode.CLEAN
    assert "not proved" in _said(capsys)
    assert run_command(["audit", "--strict"]) == ExitCode.NEEDS_HUMAN


def test_a_syntax_error_ends_2_and_names_file_and_line(
    backend: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is skipped in silence."""
    (backend / "main.py").write_text(MAIN)
    (backend / "broken.py").write_text(BROKEN)

    assert run_command(["audit"]) == ExitCode.USAGE
    said = _said(capsys)
    assert "backend/broken.py:4" in said
    assert "syntax error" in said


def test_a_file_that_is_not_text_ends_2(backend: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Bytes that are no Python are named too."""
    (backend / "main.py").write_text(MAIN)
    (backend / "odd.py").write_bytes(b"x = 1\x00\n")

    assert run_command(["audit"]) == ExitCode.USAGE
    assert "odd.py" in _said(capsys)


def test_no_app_ends_2_and_says_what_to_name(
    backend: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An audit of nothing must not be green."""
    (backend / "main.py").write_text("x = 1\n")

    assert run_command(["audit"]) == ExitCode.USAGE
    assert "No routes found in 1 Python file: no FastAPI() app" in _said(capsys)
    assert run_command(["audit", "--format", "json"]) == ExitCode.USAGE
    captured = capsys.readouterr()
    assert json.loads(captured.out)["summary"]["routes"] == 0
    assert "No routes found" in captured.err


def test_no_python_at_all_ends_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The folder is named."""
    assert run_command(["audit", str(tmp_path)]) == ExitCode.USAGE
    assert f"No Python files in {tmp_path}" in _said(capsys)


def test_two_apps_are_both_judged_and_named(
    backend: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each route says which application it belongs to."""
    (backend / "admin.py").write_text(MAIN + HOLE.replace("/api/notes", "/api/admin"))

    assert run_command(["audit"]) == ExitCode.FINDINGS
    said = _said(capsys)
    assert "2 applications: admin.py:app, main.py:app." in said
    assert "in admin.py:app" in said


def test_an_environment_and_a_loop_of_links_in_the_tree_are_told(
    backend: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither judged nor followed, nor passed over in silence."""
    (backend / "main.py").write_text(MAIN)
    (backend / "venv" / "lib").mkdir(parents=True)
    (backend / "venv" / "pyvenv.cfg").write_text("home = /usr\n")
    (backend / "venv" / "lib" / "app.py").write_text(MAIN + HOLE)
    (backend / "loop").symlink_to("..", target_is_directory=True)

    assert run_command(["audit"]) == ExitCode.CLEAN
    said = _said(capsys)
    assert "Not judged: venv/ (a virtual environment), loop (links are not followed)." in said


def test_the_lockfile_is_written_and_held(
    backend: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A loosened route is one line and how to accept it."""
    (backend / "main.py").write_text(MAIN)
    assert run_command(["audit", "--lock"]) == ExitCode.CLEAN
    assert "Wrote backend/access.lock." in _said(capsys)

    (backend / "main.py").write_text(MAIN.replace("user: int = Depends(current_user), ", ""))
    run_command(["audit", "--check-lock"])
    (backend / "main.py").write_text(MAIN.replace('"/api/notes"', '"/api/entries"'))
    capsys.readouterr()
    assert run_command(["audit", "--check-lock"]) == ExitCode.FINDINGS
    said = _said(capsys)
    assert "error [access-drift] GET /api/notes was removed" in said
    assert "error [access-drift] GET /api/entries was added, authentication: proved" in said
    assert "run `sdd audit --lock` and commit access.lock" in said


def test_one_doubt_about_many_routes_is_told_once(
    backend: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The routes are listed under it."""
    odd = (MAIN + HOLE).replace("Depends(current_user)", "Depends(stranger)")
    (backend / "main.py").write_text("from somewhere import stranger\n" + odd)

    run_command(["audit"])
    said = _said(capsys)
    assert "stranger is not known (2 routes):\n  GET /api/notes " in said


def test_cyclic_imports_do_not_hinder(backend: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Modules that import each other are judged like any."""
    (backend / "main.py").write_text("import other\n" + MAIN + HOLE)
    (backend / "other.py").write_text("from main import app\nfrom third import *\n")
    (backend / "third.py").write_text("from other import *\nfrom main import Note\n")

    assert run_command(["audit"]) == ExitCode.FINDINGS
    assert "3 routes in 3 files: 1 proved, 1 violated" in _said(capsys)


@pytest.mark.slow
def test_a_file_of_a_hundred_thousand_lines_is_judged(
    backend: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What no route reaches costs little."""
    filler = "".join(
        f"\n\ndef f{number}(x):\n    return x + {number}\n" for number in range(25_000)
    )
    (backend / "main.py").write_text(MAIN + filler + HOLE)

    assert run_command(["audit"]) == ExitCode.FINDINGS
    assert "3 routes in 1 file: 1 proved, 1 violated" in _said(capsys)


def test_a_comparison_with_a_revision_says_what_it_leaves_out(
    backend: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And without a repository it ends 2 with one sentence."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(backend.parents[1]))

    assert run_command(["audit", "--diff", "HEAD"]) == ExitCode.USAGE
    assert "error: --diff needs git" in _said(capsys)

    git = ["git", "-c", "user.name=Ada Example", "-c", "user.email=ada@example.com"]
    for command in (["init"], ["add", "."], ["commit", "-m", "Begin"]):
        subprocess.run([*git, *command], check=True, capture_output=True, cwd=backend.parent)
    assert run_command(["audit", "--diff", "HEAD"]) == ExitCode.CLEAN
    assert "0 findings since HEAD; older ones are not shown." in _said(capsys)
    assert run_command(["audit", "--diff", "v9"]) == ExitCode.USAGE
    assert "error: There is no revision 'v9'" in _said(capsys)


@pytest.mark.parametrize("name", list(AuditFormat))
def test_a_file_name_that_is_no_text_is_shown_escaped(
    backend: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """No form breaks over it, on stdout or in a file."""
    (backend / os.fsdecode(b"odd\xff.py")).write_text(BROKEN)

    assert run_command(["audit", "--format", name]) == ExitCode.FINDINGS
    place = backend.parent / "report"
    command = ["audit", "--format", name, "--output", str(place), "--lock"]
    assert run_command(command) == ExitCode.FINDINGS
    assert b"odd" in place.read_bytes()


def test_an_explanation_can_be_written_to_a_file(backend: Path) -> None:
    """As text and as JSON."""
    place = backend.parent / "why"

    assert run_command(["audit", "--explain", "/api/notes", "--output", str(place)]) == 0
    assert "caller: proved" in place.read_text()
    command = ["audit", "--explain", "/api/notes", "--format", "json", "--output", str(place)]
    assert run_command(command) == 0
    assert json.loads(place.read_text())["routes"][0]["handler"] == "list_notes"
