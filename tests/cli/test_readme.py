import re
from pathlib import Path

import typer.main

from sdd.cli.app import app

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_readme_names_every_command_and_no_other() -> None:
    """The table of commands and the program's help are equal."""
    group = typer.main.get_command(app)
    commands = set(group.commands)  # type: ignore[attr-defined]
    table = README.partition("## Commands")[2].partition("##")[0]

    assert set(re.findall(r"`sdd (\w+)", table)) == commands


def test_the_readme_links_to_files_that_exist() -> None:
    """No link leads nowhere."""
    links = re.findall(r"\]\(([^)#:]+)\)", README)

    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_readme_shows_the_two_commands() -> None:
    """A stranger starts with these, byte for byte."""
    assert "pip install uv && uv run sdd implement task-crud" in README
    assert "pip install uv && uv run pytest" in README
