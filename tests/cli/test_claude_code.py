"""`sdd phr import` and `sdd phr hook`."""

import io
import json
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sdd.cli.boundary import run_command
from sdd.errors import ExitCode
from sdd.wiring.claude_code import record_event


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a project, the present folder, and no sessions of anybody else's."""
    folder = tmp_path / "shop_app"
    (folder / "specs").mkdir(parents=True)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path / "claude"))
    monkeypatch.setenv("SDD_USER", "developer")
    monkeypatch.delenv("CLAUDE_PROJECT_DIR", raising=False)
    return folder


def _session(path: Path, root: Path, *prompts: str) -> Path:
    common = {"sessionId": path.stem, "cwd": str(root), "timestamp": "2026-02-03T04:05:06Z"}
    lines = []
    for prompt in prompts:
        answer = {
            "model": "model-a",
            "content": [
                {"type": "text", "text": f"Done: {prompt}"},
                {
                    "type": "tool_use",
                    "id": f"call {prompt}",
                    "name": "Write",
                    "input": {"file_path": f"{root}/backend/shop.py"},
                },
            ],
        }
        lines.append({"type": "user", "message": {"content": prompt}, **common})
        lines.append({"type": "assistant", "message": answer, **common})
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return path


def _own_sessions(project: Path) -> Path:
    return project.parent / "claude" / "projects" / re.sub(r"\W|_", "-", str(project))


def _tell(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


def _stop(transcript: Path) -> bytes:
    event = {"hook_event_name": "Stop", "session_id": "s", "transcript_path": str(transcript)}
    return json.dumps(event).encode()


def _records(project: Path) -> list[str]:
    return sorted(path.name for path in project.glob("history/prompts/**/*.md"))


# ---------------------------------------------------------------- import


def test_a_projects_own_sessions_are_imported_once(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without files, all sessions of this folder; what has a record is passed over."""
    _session(_own_sessions(project) / "a.jsonl", project, "Build the shop now", "Add a cart there")

    assert run_command(["phr", "import"]) == ExitCode.CLEAN
    assert capsys.readouterr().out == (
        "history/prompts/general/0001-build-the-shop-now.general.prompt.md"
        "  general  Build the shop now\n"
        "history/prompts/general/0002-add-a-cart-there.general.prompt.md"
        "  general  Add a cart there\n"
        "1 transcript: 2 new records.\n"
    )
    assert run_command(["phr", "import"]) == ExitCode.CLEAN
    assert capsys.readouterr().out == "1 transcript: 0 new records.\n"
    assert run_command(["phr", "check"]) == ExitCode.CLEAN


def test_a_dry_import_writes_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What would be written is listed with its day."""
    session = _session(project.parent / "a.jsonl", project, "Build the shop now")

    assert run_command(["phr", "import", str(session), "--dry-run"]) == ExitCode.CLEAN

    assert capsys.readouterr().out == (
        "2026-02-03  general  Build the shop now\n1 transcript: 1 new record, not written.\n"
    )
    assert _records(project) == []


def test_an_import_tells_programs_what_it_wrote(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """JSON with path, stage and feature; the feature's folder takes the feature's stages."""
    session = _session(project.parent / "a.jsonl", project, "/sp.plan the shop")

    code = run_command(["phr", "import", str(session), "--feature", "001-shop", "--json"])

    assert code == ExitCode.CLEAN
    assert json.loads(capsys.readouterr().out) == {
        "schema_version": 1,
        "transcripts": 1,
        "records": [
            {
                "id": "0001",
                "path": "history/prompts/001-shop/0001-sp-plan-the-shop.plan.prompt.md",
                "stage": "plan",
                "title": "sp.plan the shop",
                "feature": "001-shop",
            }
        ],
    }


def test_what_cannot_be_imported_is_said(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A missing file ends 2; a line that is no JSON and a lost half of a character are named."""
    assert run_command(["phr", "import", "nowhere.jsonl"]) == ExitCode.USAGE
    assert "nowhere.jsonl cannot be read" in capsys.readouterr().err

    session = _session(project / "a.jsonl", project, "Half \ud800 a character")
    session.write_text(session.read_text(encoding="utf-8") + "\n{", encoding="utf-8")

    assert run_command(["phr", "import", str(session)]) == ExitCode.CLEAN
    said = capsys.readouterr()
    assert said.out == "1 transcript: 0 new records.\n"
    assert "a.jsonl: no JSON in line 3." in said.err
    assert "No record of 1 prompt: no valid Unicode." in said.err


# ------------------------------------------------------------------ hook


def test_the_hook_records_silently_and_once(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A word on standard output might become part of the session."""
    session = _session(project.parent / "a.jsonl", project, "Build the shop now")

    for _ in range(2):
        _tell(monkeypatch, _stop(session))
        assert run_command(["phr", "hook"]) == 0

    assert capsys.readouterr() == ("", "")
    assert _records(project) == ["0001-build-the-shop-now.general.prompt.md"]
    record = (project / "history/prompts/general" / _records(project)[0]).read_text("utf-8")
    assert "backend/shop.py" in record
    assert str(project) not in record


def test_hooks_that_come_at_once_record_once(project: Path) -> None:
    """The end of an answer and the end of a session may be told side by side."""
    session = _session(project.parent / "a.jsonl", project, "Build the shop now")
    told = _stop(session)

    with ThreadPoolExecutor(8) as pool:
        recorded = list(pool.map(lambda _: record_event(told, None), range(8)))

    assert sorted(map(len, recorded)) == [0] * 7 + [1]
    assert _records(project) == ["0001-build-the-shop-now.general.prompt.md"]


def test_the_hook_finds_the_project_from_a_folder_inside(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Claude Code names the project, wherever its shell stands; a prompt is recorded at once."""
    (project / "deep").mkdir()
    monkeypatch.chdir(project / "deep")
    monkeypatch.setenv("CLAUDE_PROJECT_DIR", str(project))
    event = {"hook_event_name": "UserPromptSubmit", "prompt": "Go on", "transcript_path": "/no"}
    _tell(monkeypatch, json.dumps(event).encode())

    assert run_command(["phr", "hook"]) == 0
    assert _records(project) == ["0001-go-on-general.general.prompt.md"]


@pytest.mark.parametrize(
    ("words", "data"),
    [
        ([], b""),
        ([], b"{}"),
        ([], b"[" * 100_000),
        ([], b'{"hook_event_name": "Stop", "transcript_path": "/nowhere"}'),
        ([], b'{"hook_event_name": "Stop", "transcript_path": "\\u0000"}'),
        (["--nonsense"], b""),
        (["--project"], b""),
        (["--project", "nowhere"], b'{"hook_event_name": "Stop"}'),
        (["--install", "--uninstall"], b""),
        (["word"], b""),
    ],
)
def test_the_hook_never_ends_2(
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    data: bytes,
) -> None:
    """Wrong usage, wrong input and errors of ours are one sentence, and 1."""
    _tell(monkeypatch, data)

    assert run_command(["phr", "hook", *words]) == 1

    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("error: ")
    assert _records(project) == []


# -------------------------------------------------------------- settings


def test_the_hook_is_installed_and_taken_out_byte_for_byte(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever form the settings have, they come back as they were."""
    settings = project / ".claude" / "settings.json"
    settings.parent.mkdir()
    before = b'{"a": [1,2],\r\n\t"hooks":{ "Stop": [ {"hooks":[]} ] } , "b":"\xc3\xa9" }'
    settings.write_bytes(before)

    assert run_command(["phr", "hook", "--install"]) == 0
    installed = settings.read_bytes()
    hooks = json.loads(installed)["hooks"]
    ours = {"hooks": [{"type": "command", "command": "sdd phr hook"}]}
    assert hooks == {"Stop": [{"hooks": []}, ours], "SessionEnd": [ours]}
    assert run_command(["phr", "hook", "--install"]) == 0
    assert settings.read_bytes() == installed
    assert run_command(["phr", "hook", "--uninstall"]) == 0
    assert settings.read_bytes() == before
    assert capsys.readouterr().out == (
        "The hook is installed in .claude/settings.json.\n"
        "The hook stood already in .claude/settings.json.\n"
        "The hook is removed from .claude/settings.json.\n"
    )


_SETTINGS = st.recursive(
    st.sampled_from(["1", '"x"', "[]", "{}", "{ }", "[\n]", "null"]),
    lambda inner: st.lists(inner, max_size=2).map(lambda items: f"[{', '.join(items)}]"),
    max_leaves=3,
)


@given(
    middle=st.lists(
        st.one_of(
            st.tuples(st.sampled_from(["a", "b"]), _SETTINGS),
            st.tuples(
                st.just("hooks"),
                st.sampled_from(["{}", "{ }", '{"Stop":[]}', '{"Stop" : [ ],\r\n"Other":[{}]}']),
            ),
        ),
        unique_by=lambda pair: pair[0],
        max_size=3,
    ),
    space=st.sampled_from(["", " ", "\n", "\r\n\t", "  \n"]),
    start=st.sampled_from(["", "\ufeff", "\n"]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_settings_of_any_shape_come_back(
    project: Path, middle: list[tuple[str, str]], space: str, start: str
) -> None:
    """Empty objects and lists, spaces, byte order marks: not a byte is another."""
    place = project / ".claude" / "settings.json"
    place.parent.mkdir(exist_ok=True)
    members = f",{space}".join(f'{space}"{key}":{space}{value}' for key, value in middle)
    before = f"{start}{{{members}{space}}}{space}".encode()
    place.write_bytes(before)

    assert run_command(["phr", "hook", "--install"]) == 0
    assert place.read_bytes() != before
    assert run_command(["phr", "hook", "--uninstall"]) == 0
    assert place.read_bytes() == before


def test_settings_changed_since_lose_the_hook_alone(project: Path) -> None:
    """What somebody has added in the meantime stays."""
    place = project / ".claude" / "settings.json"
    place.parent.mkdir()
    place.write_text('{"hooks": {}}')
    assert run_command(["phr", "hook", "--install"]) == 0
    place.write_text(place.read_text().replace("{", '{"new": 1, ', 1))

    assert run_command(["phr", "hook", "--uninstall"]) == 0

    assert json.loads(place.read_text()) == {"new": 1}


def test_settings_that_only_the_hook_needed_go_with_it(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No file before, none after; taking out what is not there changes nothing."""
    assert run_command(["phr", "hook", "--install"]) == 0
    assert (project / ".claude/settings.json").is_file()
    assert run_command(["phr", "hook", "--uninstall"]) == 0
    assert not (project / ".claude/settings.json").exists()
    assert run_command(["phr", "hook", "--uninstall"]) == 0
    assert capsys.readouterr().out.endswith("did not stand in .claude/settings.json.\n")


def test_settings_that_cannot_be_read_stay(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A broken file is named and left alone."""
    settings = project / ".claude" / "settings.json"
    settings.parent.mkdir()
    settings.write_bytes(b"{,}")

    assert run_command(["phr", "hook", "--install"]) == 1
    assert settings.read_bytes() == b"{,}"
    assert "no JSON object" in capsys.readouterr().err
