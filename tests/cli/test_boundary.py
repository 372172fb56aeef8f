import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sdd.cli.boundary import run_command
from sdd.errors import ExitCode


def test_an_unknown_command_ends_2_and_names_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    """Wrong usage is one sentence and a way on."""
    assert run_command(["implemnt"]) == ExitCode.USAGE

    said = capsys.readouterr().err
    assert "implemnt" in said
    assert "--help" in said


def test_an_unknown_option_ends_2(capsys: pytest.CaptureFixture[str]) -> None:
    """The option is named."""
    assert run_command(["implement", "task-crud", "--nonsense"]) == ExitCode.USAGE

    assert "--nonsense" in capsys.readouterr().err


@pytest.mark.parametrize("words", [[], ["spec"]])
def test_where_nothing_is_asked_the_help_stands_alone(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """It is wrong usage by its status, and no error in its words."""
    assert run_command(words) == ExitCode.USAGE

    said = capsys.readouterr().err
    assert said.startswith("Usage: sdd")
    assert "error:" not in said


def test_what_a_value_may_be_is_said_without_the_libraries_words(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`Value error` means nothing to a reader."""
    assert run_command(["audit", "--format", "nope"]) == ExitCode.USAGE

    said = capsys.readouterr().err
    assert "Value error" not in said
    assert "'nope' is not one of 'text'" in said


def test_the_version_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """`--version` prints one line."""
    assert run_command(["--version"]) == ExitCode.CLEAN

    assert capsys.readouterr().out.startswith("sdd ")


@pytest.mark.parametrize("words", [["--help"], ["phr", "list"]])
def test_a_closed_pipe_is_no_error(words: list[str]) -> None:
    """`sdd --help | head -1` ends quietly, also when a command is still writing."""
    sdd = [sys.executable, "-u", "-m", "sdd", *words]
    with subprocess.Popen(sdd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdout.close()

        assert child.stderr.read() == ""
    assert child.returncode == ExitCode.CLEAN


def test_help_imports_nothing_heavy() -> None:
    """Start-up never pays for agents, databases or parsers."""
    code = (
        "import sys; from sdd.cli.boundary import run_command; run_command(['--help']);"
        "heavy = {'anthropic', 'pydantic', 'pydantic_ai', 'dbos', 'git', 'fastapi', 'sqlglot',"
        " 'libcst', 'ftfy', 'jinja2', 'markdown_it', 'pyromark', 'ruamel'};"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stderr.strip() == "[]"


def test_outside_a_project_one_sentence_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No specs: exit 2, what is missing, and what to do."""
    assert run_command(["implement", "task-crud", "--project", str(tmp_path)]) == ExitCode.USAGE

    said = capsys.readouterr().err
    assert "No specs found" in said
    assert "hint:" in said


def test_an_error_is_json_where_json_was_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A program that reads standard output gets an object, whatever happens."""
    arguments = ["implement", "task-crud", "--project", str(tmp_path), "--format", "json"]
    assert run_command(arguments) == ExitCode.USAGE

    error = json.loads(capsys.readouterr().out)["error"]
    assert error["message"].startswith("No specs found")
    assert error["exit_code"] == ExitCode.USAGE


def test_an_interruption_while_the_command_loads_is_no_traceback() -> None:
    """^C before anything has begun ends 130 with a word."""
    code = (
        "import sys; from sdd.cli import run\n"
        "class Finder:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'typer': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Finder())\n"
        "run(['--help'])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (ExitCode.INTERRUPTED, "Interrupted.\n")


def test_a_further_interruption_at_the_exit_changes_nothing() -> None:
    """What Python still does when a command was interrupted ends at once, with the same code."""
    code = (
        "import atexit, os, signal, sys, time; from sdd.cli import run\n"
        "class Finder:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'typer': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Finder())\n"
        "atexit.register(lambda: (os.kill(os.getpid(), signal.SIGINT), time.sleep(60)))\n"
        "run(['--help'])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (ExitCode.INTERRUPTED, "Interrupted.\n")


# What a shell starts in the background ignores ^C, and so would all that the tests start.
_HEARS_INTERRUPTS = """
import runpy, signal
signal.signal(signal.SIGINT, signal.default_int_handler)
runpy.run_module("sdd", run_name="__main__", alter_sys=True)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_of_a_running_command_is_told(
    number: signal.Signals, tmp_path: Path
) -> None:
    """^C and SIGTERM in the middle end 130, say so, and show no traceback."""
    with _running(tmp_path, _HEARS_INTERRUPTS) as child:
        assert child.stderr is not None
        child.stderr.readline()
        child.send_signal(number)
        _, said = child.communicate()

    assert child.returncode == ExitCode.INTERRUPTED
    assert said.endswith("Interrupted.\n")
    assert "Traceback" not in said


def test_a_run_that_is_told_to_end_says_how_it_goes_on(tmp_path: Path) -> None:
    """SIGTERM reaches a run where ^C is ignored, too; nothing lands, and the run is kept."""
    with _running(tmp_path, _HEARS_INTERRUPTS.replace("default_int_handler", "SIG_IGN")) as child:
        assert child.stderr is not None
        child.stderr.readline()
        child.send_signal(signal.SIGTERM)
        printed, said = child.communicate()

    assert child.returncode == ExitCode.INTERRUPTED
    assert "Interrupted; nothing landed. The same command goes on from here." in printed
    assert "Traceback" not in said
    (run,) = (tmp_path / ".sdd/runs").glob("*/run.json")
    assert json.loads(run.read_text("utf-8"))["state"] == "interrupted"
    assert not (tmp_path / "backend").exists()


def _running(project: Path, code: str) -> subprocess.Popen[str]:
    """Start `sdd implement` on a small project, in a process that does this before."""
    (project / "specs").mkdir()
    (project / "specs" / "api.md").write_text(
        "# Notes\n\n### GET /api/notes\n\nLists notes.\n\n"
        "### POST /api/notes\n\n**Request Body**:\n\n- `text`: string, required\n"
    )
    words = ["implement", "all", "--no-input", "--project", str(project)]
    sdd = [sys.executable, "-c", code, *words]
    return subprocess.Popen(sdd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
