import json
import sys
from pathlib import Path

import pytest
from verify.harness import Edit, seed
from verify.served import SECRET, running

from sdd.cli.boundary import run_command
from sdd.errors import ExitCode

_MINT = """
import sys, jwt
print("a token for", sys.argv[1])
print(jwt.encode({"sub": sys.argv[1], "iat": 1700000000, "exp": 4000000000}, %r, "HS256"))
"""


def _said(capsys: pytest.CaptureFixture[str]) -> str:
    captured = capsys.readouterr()
    return captured.out + captured.err


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, which is also the present one; no project above it."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_hand_written_backend_is_judged_without_specs(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What needs specs is left out by name; what was found ends with 1."""
    hole = Edit("Note.id == note_id, Note.owner_id == user", "Note.id == note_id")
    seed("plain_sync", folder, hole)

    asked = ["verify", "--backend", "plain_sync", "--app", "main:app", "--gate", "isolation probe"]
    assert run_command(asked) == ExitCode.FINDINGS

    said = _said(capsys)
    assert "error [isolation-foreign-read] GET /notes/{note_id}" in said
    assert "0 gates passed, 1 failed, 0 not run." in said


def test_a_running_server_is_judged_with_tokens_of_a_command(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Standard output is the JSON report alone, and it names what could not be checked."""
    (folder / "mint.py").write_text(_MINT % SECRET)
    place = seed("plain_sync", folder)
    database = f"sqlite:///{folder / 'notes.db'}"
    with running(place, "main:app", JWT_SECRET=SECRET, DATABASE_URL=database) as url:
        words = ["--base-url", url, "--token-command", f"{sys.executable} mint.py"]
        status = run_command(["verify", *words, "--format", "json"])

    report = json.loads(capsys.readouterr().out)
    assert (status, report["passed"]) == (ExitCode.CLEAN, True)
    named = {item["what"] for item in report["not_checked"]}
    assert {"contract", "schema", "tests", "lines of code"} <= named


@pytest.mark.parametrize(
    "url", ["http://example.com:80", "https://127.0.0.1:8000", "127.0.0.1:8000", "http://localhost"]
)
def test_only_a_server_on_this_machine_is_attacked(
    url: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An address of anybody else is refused before anything is sent."""
    assert run_command(["verify", "--base-url", url]) == ExitCode.USAGE
    assert f"--base-url {url} is no server on this machine." in _said(capsys)


def test_a_token_command_that_fails_is_named(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its last line of standard error says why."""
    command = f"{sys.executable} -c \"raise SystemExit('no such user')\""
    asked = ["verify", "--base-url", "http://127.0.0.1:9", "--token-command", command]
    assert run_command(asked) == ExitCode.USAGE
    assert "The token command prints no token: no such user." in _said(capsys)


def test_an_unknown_gate_is_answered_with_the_nearest(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A slip of the pen costs nothing."""
    seed("plain_sync", folder)
    asked = ["verify", "--backend", "plain_sync", "--gate", "isolaton probe"]
    assert run_command(asked) == ExitCode.USAGE
    assert "Nearest: isolation probe." in _said(capsys)


def test_the_self_test_has_no_server_and_no_database_of_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It breaks copies, so it needs the code."""
    command = ["verify", "--self-test", "--base-url", "http://127.0.0.1:9", "--project"]

    assert run_command([*command, str(tmp_path)]) == ExitCode.USAGE
    assert "Leave out --base-url and --database-url." in capsys.readouterr().err
