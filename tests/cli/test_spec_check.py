"""`sdd spec check`: its list, its pages in a line, and the forms for programs."""

import json
from pathlib import Path

import pytest

from sdd.cli.boundary import run_command
from sdd.errors import ExitCode

API = "# API\n\n### GET /notes\n\nAll notes.\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of which nobody says who may read notes."""
    (tmp_path / "specs" / "api").mkdir(parents=True)
    (tmp_path / "specs" / "api" / "rest-endpoints.md").write_text(API)
    return tmp_path


def test_findings_are_shown_to_code_hosts(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """SARIF and annotations bear rule, file and line."""
    run_command(["spec", "check", "--project", str(project), "--format", "sarif"])
    run = json.loads(capsys.readouterr().out)["runs"][0]
    run_command(["spec", "check", "--project", str(project), "--format", "github"])
    lines = capsys.readouterr().out.splitlines()

    (result,) = run["results"]
    place = result["locations"][0]["physicalLocation"]
    assert result["ruleId"] == "route-without-access"
    assert place["artifactLocation"]["uri"] == "specs/api/rest-endpoints.md"
    assert place["region"]["startLine"] == 3
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "route-without-access"
    assert lines[0].startswith("::warning file=specs/api/rest-endpoints.md,line=3,")


def test_checks_are_listed_and_explained(capsys: pytest.CaptureFixture[str]) -> None:
    """Neither needs a project."""
    assert run_command(["spec", "check", "--list"]) == ExitCode.CLEAN
    listed = capsys.readouterr().out
    assert run_command(["spec", "check", "--explain", "field-without-column"]) == ExitCode.CLEAN
    explained = capsys.readouterr().out

    assert "contradicting-type (warning)" in listed
    assert explained.startswith("field-without-column (warning)")
    assert "route-without-access" not in explained


def test_an_unknown_check_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    """A slip of the pen ends 2 with a hint."""
    assert run_command(["spec", "check", "--explain", "field-without-colum"]) == ExitCode.USAGE
    assert "field-without-column" in capsys.readouterr().err
