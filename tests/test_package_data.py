"""The files that users edit equal the package data that they are copied from."""

import re
from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from sdd.text.frontmatter import split_front_matter

ROOT = Path(__file__).parents[1]
AGENTS = (
    "endpoint-subagent",
    "fastapi-backend-agent",
    "fastapi-backend-engineer",
    "task-crud-subagent",
    "test-subagent",
)
PHR_PLACEHOLDERS = [
    "ID",
    "TITLE",
    "STAGE",
    "DATE_ISO",
    "SURFACE",
    "MODEL",
    "FEATURE",
    "BRANCH",
    "USER",
    "COMMAND",
    "LABELS",
    "LINKS_SPEC",
    "LINKS_TICKET",
    "LINKS_ADR",
    "LINKS_PR",
    "FILES_YAML",
    "TESTS_YAML",
    "PROMPT_TEXT",
    "RESPONSE_TEXT",
    "OUTCOME_IMPACT",
    "TESTS_SUMMARY",
    "FILES_SUMMARY",
    "NEXT_PROMPTS",
    "REFLECTION_NOTE",
    "FAILURE_MODES",
    "GRADER_RESULTS",
    "PROMPT_VARIANT_ID",
    "NEXT_EXPERIMENT",
]


def contents(folder: Traversable) -> Mapping[str, bytes]:
    """Return the Markdown files of a folder, by name."""
    return {
        entry.name: entry.read_bytes() for entry in folder.iterdir() if entry.name.endswith(".md")
    }


def test_templates_of_the_project_are_those_of_the_package() -> None:
    """`.specify/templates` and `sdd/records/templates` hold the same files, byte for byte."""
    packaged = contents(files("sdd").joinpath("records", "templates"))

    assert set(packaged) == {"adr-template.md", "phr-template.prompt.md"}
    assert contents(ROOT / ".specify" / "templates") == packaged


def test_agents_of_the_project_are_those_of_the_package() -> None:
    """`agents/` and `sdd/agents/definitions` hold the same files, byte for byte."""
    packaged = contents(files("sdd").joinpath("agents", "definitions"))

    assert set(packaged) == {f"{name}.md" for name in AGENTS}
    assert contents(ROOT / "agents") == packaged


@pytest.mark.parametrize("name", AGENTS)
def test_front_matter_of_our_agents_is_strict_yaml(name: str) -> None:
    """Each definition parses without repair, is named like its file and has every key we use."""
    text = (ROOT / "agents" / f"{name}.md").read_text(encoding="utf-8")

    front_matter = split_front_matter(text)
    parsed = YAML(typ="safe", pure=True).load(front_matter.yaml)

    assert list(parsed) == ["name", "description", "model", "tools", "color"]
    assert parsed["name"] == name
    assert front_matter.body.strip()


def test_phr_template_uses_each_placeholder_once() -> None:
    """The template of prompt history records has every placeholder, and no other."""
    text = (ROOT / ".specify" / "templates" / "phr-template.prompt.md").read_text(encoding="utf-8")

    assert re.findall(r"\{\{(\w+)\}\}", text) == PHR_PLACEHOLDERS
