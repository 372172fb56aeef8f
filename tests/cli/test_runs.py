"""`sdd runs`: what earlier runs came to, and their events."""

import json
from pathlib import Path

import pytest

from sdd.adapters.disk import DiskFiles
from sdd.cli.boundary import run_command
from sdd.errors import ExitCode
from sdd.workflow.runs import Run, RunState, save_run

RUN = Run(
    id="20260102-030405-shop",
    feature="shop",
    model="offline",
    inputs="abc",
    command="sdd implement shop",
    state=RunState.LANDED,
    exit_code=0,
    answer="3 files changed, 1 routes checked.",
    report={"gates": {"audit": "passed"}, "usd": 0.25},
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a project with one run, the present folder."""
    (tmp_path / "specs").mkdir()
    events = b'{"event": "run-started"}\n{"event": "run-finished"}\n{"ev'
    save_run(DiskFiles(tmp_path), RUN, {"events.jsonl": events})
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("project")
def test_runs_are_listed_and_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """State, model and answer of each; of one also its numbers."""
    assert run_command(["runs", "list", "--format", "json"]) == ExitCode.CLEAN
    (listed,) = json.loads(capsys.readouterr().out)["runs"]
    assert run_command(["runs", "show", RUN.id]) == ExitCode.CLEAN
    shown = capsys.readouterr().out

    assert (listed["id"], listed["state"]) == (RUN.id, "landed")
    assert "gates: audit passed" in shown
    assert "state: landed, exit 0" in shown


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("option", [[], ["--follow"]])
def test_events_are_printed_as_whole_lines(
    option: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """What was cut off by a death is left out; following a run that has ended ends."""
    assert run_command(["runs", "events", RUN.id, *option]) == ExitCode.CLEAN

    lines = [json.loads(line)["event"] for line in capsys.readouterr().out.splitlines()]
    assert lines == ["run-started", "run-finished"]


def test_a_run_of_nobody_is_not_followed_for_ever(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run that still says it runs, whose process is gone, is over."""
    path = project / ".sdd/runs" / RUN.id / "run.json"
    path.write_text(path.read_text("utf-8").replace("landed", "running"), "utf-8")

    assert run_command(["runs", "events", RUN.id, "--follow"]) == ExitCode.CLEAN
    assert "run-started" in capsys.readouterr().out


def test_what_is_not_there_is_one_sentence(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run that does not exist, or that has no events."""
    assert run_command(["runs", "events", "nothing"]) == ExitCode.USAGE
    assert "There is no run nothing." in capsys.readouterr().err
    (project / ".sdd/runs" / RUN.id / "events.jsonl").unlink()

    assert run_command(["runs", "events", RUN.id]) == ExitCode.USAGE
    assert "has no events" in capsys.readouterr().err


def test_a_killed_run_is_shown_as_interrupted_and_says_how_to_go_on(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It had no time to say so itself."""
    path = project / ".sdd/runs" / RUN.id / "run.json"
    path.write_text(path.read_text("utf-8").replace("landed", "running"), "utf-8")

    assert run_command(["runs", "show", RUN.id]) == ExitCode.CLEAN
    shown = capsys.readouterr().out
    assert run_command(["runs", "list", "--format", "json"]) == ExitCode.CLEAN
    (listed,) = json.loads(capsys.readouterr().out)["runs"]

    assert "state: interrupted" in shown
    assert "The same command goes on from here" in shown
    assert listed["state"] == "interrupted"


@pytest.mark.usefixtures("project")
def test_waiting_for_a_worker_needs_a_queue(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An option that would do nothing is refused before anything is done."""
    monkeypatch.delenv("SDD_QUEUE", raising=False)

    assert run_command(["implement", "shop", "--wait"]) == ExitCode.USAGE
    assert "Give --queue too" in capsys.readouterr().err
