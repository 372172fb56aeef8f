"""What `sdd phr show`, `sdd adr check` and `sdd spec check` say about links, decisions, tasks."""

import io
import json
from pathlib import Path

import pytest

from sdd.cli.boundary import run_command
from sdd.errors import ExitCode

_RECORD = "history/prompts/shop/0001-build-the-shop.green.prompt.md"
_ADR = """\
# ADR-0001: Keep the cart in PostgreSQL

- **Status:** Accepted
- **Date:** 2026-02-03

## Decision

PostgreSQL holds the cart.

## Consequences

One database.

## Alternatives Considered

- Redis: a second system to run.

## References

- history/prompts/shop/0001-build-the-shop.green.prompt.md
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a project with a record and a decision that names it."""
    for name, text in (
        (_RECORD, "---\nid: '0001'\nlabels: [T001]\n---\n## Prompt\n\nBuild the shop.\n"),
        ("history/adr/0001-cart.md", _ADR),
        ("specs/shop/spec.md", "# Shop\n\n- **FR-001**: The system MUST list goods.\n"),
        ("specs/shop/tasks.md", "- [ ] T001 In a.py\n- [ ] T001 In b.py\n"),
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_record_is_shown_with_its_links_both_ways(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Below its text, what it speaks of and what speaks of it."""
    assert run_command(["phr", "show", "1"]) == ExitCode.CLEAN

    text = (project / _RECORD).read_text(encoding="utf-8")
    assert capsys.readouterr().out == (
        f"{text}links to: T001\nlinked from: history/adr/0001-cart.md\n"
    )

    assert run_command(["phr", "show", "1", "--format", "json"]) == ExitCode.CLEAN
    record = json.loads(capsys.readouterr().out)["record"]
    assert record["links_to"] == [{"kind": "task", "name": "T001"}]
    assert record["linked_from"] == ["history/adr/0001-cart.md"]


def test_a_decision_is_shown_with_its_links_and_leads_to_the_record_it_came_up_in(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Decision to record and back; a new one for a feature names its newest record."""
    old = project / _RECORD
    old.write_text(old.read_text("utf-8").replace("labels", "feature: shop\nlabels"), "utf-8")

    assert run_command(["adr", "show", "1"]) == ExitCode.CLEAN
    shown = capsys.readouterr().out
    assert run_command(["adr", "new", "Ship by rail", "--feature", "shop"]) == ExitCode.CLEAN
    new = capsys.readouterr().out.strip()
    assert run_command(["phr", "show", "1"]) == ExitCode.CLEAN

    assert shown.endswith(f"links to: {_RECORD}\n")
    assert _RECORD in (project / new).read_text("utf-8")
    assert capsys.readouterr().out.endswith(f"linked from: history/adr/0001-cart.md, {new}\n")


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        """Pretend that a person sits there."""
        return True


@pytest.mark.parametrize(
    ("words", "typed", "written"),
    [
        ([], None, 0),
        (["--no-input"], "y\n", 0),
        ([], "\n", 0),
        ([], "n\n", 0),
        ([], "y\n", 1),
        (["--accept"], None, 1),
    ],
)
def test_a_suggestion_is_written_by_consent_alone(
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    typed: str | None,
    written: int,
) -> None:
    """A terminal is asked and takes silence for no; a flag is consent; a pipe never is."""
    (project / "specs/shop/research.md").write_text(
        "## Authentication\n\n**Decision**: JWT between frontend and API\n\n"
        "**Rationale**: All services can check it.\n\n"
        "**Alternatives considered**: Session cookies, OAuth\n",
        encoding="utf-8",
    )
    monkeypatch.setattr("sys.stdin", io.StringIO() if typed is None else _Terminal(typed))
    if typed is not None:
        monkeypatch.setattr("sys.stderr", _Terminal())
    before = set((project / "history/adr").iterdir())

    assert run_command(["adr", "suggest", *words]) == ExitCode.CLEAN

    new = set((project / "history/adr").iterdir()) - before
    assert len(new) == written
    assert all("Proposed" in path.read_text("utf-8") for path in new)
    if written:
        assert run_command(["adr", "suggest"]) == ExitCode.CLEAN
        assert set((project / "history/adr").iterdir()) - before == new


def test_a_plan_that_takes_what_a_record_rejected_is_reported(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Decision and record are both named; a warning ends 0."""
    assert run_command(["adr", "check"]) == ExitCode.CLEAN
    assert capsys.readouterr().out == "1 decision record, 0 errors.\n"
    (project / "specs/shop/research.md").write_text(
        "## Cart storage\n\n**Decision**: Redis\n\n**Rationale**: It is fast.\n", encoding="utf-8"
    )

    assert run_command(["adr", "check"]) == ExitCode.CLEAN

    said = capsys.readouterr().out
    assert "specs/shop/research.md:3" in said
    assert "chooses 'Redis', which ADR-0001 rejected" in said
    assert "history/adr/0001-cart.md:" in said


def test_a_features_task_list_is_checked_with_its_spec(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A number used twice stands among the remarks on the specs; a warning ends 0."""
    code = run_command(["spec", "check", "shop", "--project", str(project)])

    assert code == ExitCode.CLEAN
    assert "specs/shop/tasks.md:2: warning [duplicate-task] T001 is used twice" in (
        capsys.readouterr().out
    )


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["phr", "search", " "], ExitCode.USAGE, 'For example: sdd phr search "login"'),
        (["phr", "search", "zebra"], ExitCode.CLEAN, "`sdd phr list` shows what there is"),
        (["phr", "list", "zoo"], ExitCode.CLEAN, "No record is of the feature 'zoo'"),
    ],
)
def test_who_finds_nothing_is_told_how_to_go_on(
    project: Path,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    code: ExitCode,
    said: str,
) -> None:
    """On stderr: what reads the results sees none."""
    assert run_command([*words, "--project", str(project)]) == code

    printed = capsys.readouterr()
    assert said in printed.err
    assert printed.out == ""


def test_a_project_without_records_is_told_how_to_get_some(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each list names the command that writes its first entry."""
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path / "nobody"))
    for words, next_step in (
        (["phr", "list"], "sdd phr import"),
        (["adr", "list"], "sdd adr suggest"),
        (["phr", "import"], "FILE.jsonl"),
    ):
        assert run_command([*words, "--project", str(tmp_path)]) == ExitCode.CLEAN
        assert next_step in capsys.readouterr().err


def test_suggestions_of_a_feature_that_is_none_name_those_that_are(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Silence would be taken for a feature without decisions."""
    (project / "specs/shop/plan.md").write_text("# Plan\n", encoding="utf-8")

    assert run_command(["adr", "suggest", "shpo"]) == ExitCode.USAGE

    said = capsys.readouterr().err
    assert "'shpo'" in said
    assert "These have: shop." in said


def test_signs_that_would_steer_a_terminal_are_written_out(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A record may hold anything; a list or a hit shows it and obeys nothing."""
    (project / _RECORD).write_text(
        '---\nid: "0001"\ntitle: "a\\e[2J"\n---\n## Prompt\n\nneedle \x1b[31m\n', encoding="utf-8"
    )

    assert run_command(["phr", "list"]) == ExitCode.CLEAN
    assert run_command(["phr", "search", "needle"]) == ExitCode.CLEAN

    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "needle \\x1b[31m" in out
