"""The tools over MCP, asked by the library's own client; each runs a real command."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters
from workflow.harness import PROJECT

from sdd.errors import ConfigError
from sdd.mcp.server import make_server

READS = {
    "agents_list",
    "audit",
    "decisions_suggest",
    "records_list",
    "records_search",
    "runs_list",
    "runs_show",
    "spec_check",
    "spec_show",
    "verify",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a small project on the disk, without a backend."""
    for path, text in PROJECT.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    return tmp_path


def ask(server: object, use: Callable[[Client], Awaitable[Any]]) -> Any:  # noqa: ANN401 - the library's results
    """Connect a client and let it ask."""

    async def session() -> Any:  # noqa: ANN401 - the library's results
        async with Client(server) as client:  # type: ignore[arg-type]
            return await use(client)

    return asyncio.run(session())


def call(project: Path, name: str, **arguments: object) -> Any:  # noqa: ANN401 - the library's results
    """Call one tool."""
    return ask(make_server(project), lambda client: client.call_tool(name, arguments))


def test_tools_say_which_of_them_change_anything(project: Path) -> None:
    """All but `implement` only read; no tool takes an argument that no client can know."""
    listed = ask(make_server(project), lambda client: client.list_tools()).tools

    tools: Mapping[str, Any] = {tool.name: tool for tool in listed}
    assert set(tools) == {*READS, "implement"}
    assert {name for name, tool in tools.items() if tool.annotations.read_only_hint} == READS
    assert set(tools["implement"].input_schema["properties"]) == {"answers", "dry_run", "feature"}
    assert tools["implement"].input_schema["properties"]["dry_run"]["default"] is True
    assert all(tool.description for tool in tools.values())


def test_a_tool_returns_what_the_command_prints_as_json(project: Path) -> None:
    """And its exit code; what it says meanwhile is progress."""
    shown = call(project, "spec_show", feature="bookmarks")

    assert not shown.is_error
    assert shown.structured_content["exit_code"] == 0
    routes = [item["path"] for item in shown.structured_content["endpoints"]]
    assert "/api/bookmarks/{bookmark_id}" in routes


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("spec_show", {"feature": "nothing"}, "There is no feature 'nothing'"),
        ("spec_show", {"feature": "--help"}, "There is no feature '--help'"),
        ("runs_show", {"run": "../../etc"}, "There is no run ../../etc."),
        ("audit", {"folder": "../.."}, "lies outside the project"),
    ],
)
def test_an_error_is_a_sentence_for_the_model(
    project: Path, name: str, arguments: dict[str, str], said: str
) -> None:
    """Nothing that a client sends is an option or leads out of the project."""
    answer = call(project, name, **arguments)

    assert answer.is_error
    assert said in answer.content[0].text


def test_a_missing_folder_is_not_served(tmp_path: Path) -> None:
    """Before any client comes."""
    with pytest.raises(ConfigError):
        make_server(tmp_path / "nothing")


@pytest.mark.slow
def test_implementing_shows_a_diff_and_lands_when_told_so(project: Path) -> None:
    """A dry run writes nothing; without it all gates judge, and the backend stands."""
    dry = call(project, "implement", feature="bookmarks").structured_content
    untouched = not (project / "backend").exists()
    landed = call(project, "implement", feature="bookmarks", dry_run=False).structured_content
    listed = call(project, "runs_list").structured_content["runs"]

    assert (dry["exit_code"], dry["landed"], untouched) == (0, False, True)
    assert "backend/app/main.py" in dry["diff"]
    assert (landed["exit_code"], landed["landed"]) == (0, True)
    assert [run["state"] for run in listed] == ["landed"]


@pytest.mark.slow
def test_the_command_serves_on_standard_input_and_output(project: Path) -> None:
    """What an editor starts is `sdd mcp`."""
    started = StdioServerParameters(
        command=sys.executable, args=["-m", "sdd", "mcp", "--project", str(project)]
    )

    answer = ask(started, lambda client: client.call_tool("spec_check", {}))

    assert answer.structured_content["exit_code"] in (0, 1)
