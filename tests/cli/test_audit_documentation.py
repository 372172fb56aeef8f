import re
import tomllib
from pathlib import Path

import pytest
from audit_backend import HOLE, MAIN
from ruamel.yaml import YAML

from sdd.audit.catalog import rule_texts
from sdd.audit.suppressions import find_suppressions
from sdd.cli.boundary import run_command
from sdd.cli.formats import AuditFormat
from sdd.text import SourceText
from sdd.wiring.settings import AuditOptions

PAGE = (Path(__file__).parents[2] / "docs" / "audit-usage.md").read_text(encoding="utf-8")


def _blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_every_option_that_the_page_names_exists(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is promised that the command does not take."""
    run_command(["audit", "--help"])
    known = set(re.findall(r"--[a-z][a-z-]+", capsys.readouterr().out))
    commands = re.findall(r"sdd audit[^\n`#>]*", PAGE)

    assert commands
    assert set(re.findall(r"--[a-z][a-z-]+", " ".join(commands))) <= known
    assert f"--format {'|'.join(AuditFormat)}" in PAGE


def test_every_rule_that_the_page_names_exists() -> None:
    """In tables and in the example."""
    named = set(re.findall(r"`([a-z]+-(?:suppression|baseline|drift|public-declaration))`", PAGE))

    assert len(named) == 6
    assert named <= set(rule_texts())


def test_the_examples_are_read_as_they_should_be() -> None:
    """The suppression counts, the settings are settings, the workflows are YAML."""
    (code,) = _blocks("python")
    (suppression,) = find_suppressions(SourceText(path="a.py", text=code))
    (settings,) = _blocks("toml")
    fields = tomllib.loads(settings)["tool"]["sdd"]["audit"]

    assert (suppression.problem, suppression.owner) == ("", "ada")
    assert suppression.target == 2
    assert set(fields) <= set(AuditOptions.__dataclass_fields__)
    assert all(YAML(typ="safe").load(text) for text in _blocks("yaml"))


def test_the_output_that_the_page_shows_is_what_comes_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Route, finding and line as they are printed; the lockfile's lines as they are written."""
    (tmp_path / "backend").mkdir()
    (tmp_path / "backend" / "main.py").write_text(MAIN + HOLE)
    monkeypatch.chdir(tmp_path)
    finding, lock = _blocks("text")

    run_command(["audit", "backend", "--lock"])

    said = capsys.readouterr().out.splitlines()
    written = (tmp_path / "backend" / "access.lock").read_text().splitlines()
    assert set(finding.splitlines()[:3]) <= set(said)
    assert {line.partition(",")[0] for line in lock.splitlines()} <= {
        line.partition(",")[0] for line in written
    }
