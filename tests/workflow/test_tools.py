from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

import pytest
from fakes import MemoryFiles
from hypothesis import given
from hypothesis import strategies as st

from sdd.agents.conversation import Tool, ToolError
from sdd.agents.definition import AgentDefinition
from sdd.workflow.globs import covers
from sdd.workflow.orders import Slice, WorkOrder
from sdd.workflow.overlay import Overlay
from sdd.workflow.tools import MOST_BYTES, Services, granted, make_tools

ORDER = WorkOrder(
    id="models",
    title="Tables",
    agent="crud",
    wave=1,
    documents=(Slice(path="specs/api.md", why="paths", lines=((1, 1), (3, 4))),),
    may_write=(
        "backend/app/models/**",
        "!backend/app/models/fixed.py",
        "backend/alembic/versions/**",
    ),
    gates=("import",),
)
FILES = {
    "specs/database/schema.md": "# Schema\n\nid\n",
    "specs/api.md": "# Paths\nlong\n## One\n/one\n",
    "backend/alembic/versions/0001_tables.py": "revision = 1\n",
    "backend/app/models/task.py": "old = 1\nold = 1\nnew = 2\n",
    "backend/app/main.py": "main = 1\n",
    "backend/.env": "SECRET=do-not-show\n",
    "backend/.env.example": "SECRET=\n",
    "tasks.md": "- [ ] T001\n",
}


def services(answer: str | None = None) -> Services:
    """Return services that say what they were asked."""
    return Services(
        run_tests=lambda overlay, path: f"{len(overlay.paths())} files, {path}",
        audit=lambda _overlay: "nothing found",
        ask=lambda _question, _choices: answer,
    )


def toolbox(
    overlay: Overlay,
    granted: tuple[str, ...] | None = None,
    owned: frozenset[PurePosixPath] = frozenset(),
    answer: str | None = None,
) -> dict[str, Tool]:
    """Return the tools of one agent by name."""
    definition = AgentDefinition(name="crud", description="", prompt="", path="", tools=granted)
    tools = make_tools(definition, ORDER, overlay, owned, services(answer))
    return {tool.name: tool for tool in tools}


def use(overlay: Overlay, tool_name: str, /, **arguments: object) -> str:
    """Call one tool."""
    return toolbox(overlay)[tool_name].call(arguments)


@pytest.fixture
def overlay() -> Overlay:
    """Return a small project."""
    return Overlay(MemoryFiles(FILES))


def test_read_file_says_which_lines_follow(overlay: Overlay) -> None:
    """The first line is a head; the rest is the text, exactly."""
    text = use(overlay, "read_file", path="specs/database/schema.md")

    assert text == "specs/database/schema.md, lines 1-4 of 4:\n# Schema\n\nid\n"


def test_read_file_shows_the_lines_that_the_order_needs(overlay: Overlay) -> None:
    """Their numbers stand in the head; whoever names an offset gets what follows there."""
    part = use(overlay, "read_file", path="specs/api.md")
    rest = use(overlay, "read_file", path="specs/api.md", offset=2)

    head = "specs/api.md, lines 1, 3-4 of 5, as your order needs it:"
    assert part == f"{head}\n# Paths\n## One\n/one"
    assert rest == "specs/api.md, lines 2-5 of 5:\nlong\n## One\n/one\n"


def test_a_migration_that_has_landed_stays_as_it_is(overlay: Overlay) -> None:
    """Databases have been migrated with it; a new one may be written, and written again."""
    landed, later = (f"backend/alembic/versions/{name}.py" for name in ("0001_tables", "0002_more"))
    for tool, more in (("write_file", {"content": "x"}), ("delete_file", {})):
        with pytest.raises(ToolError):
            use(overlay, tool, path=landed, **more)

    use(overlay, "write_file", path=landed, content="revision = 1\n")
    use(overlay, "write_file", path=later, content="revision = 2\n")
    assert use(overlay, "write_file", path=later, content="revision = 3\n").startswith("Wrote")


def test_read_file_pages(overlay: Overlay) -> None:
    """Offset and limit choose whole lines."""
    text = use(overlay, "read_file", path="backend/app/models/task.py", offset=2, limit=1)

    assert text == "backend/app/models/task.py, lines 2-2 of 4:\nold = 1"


def test_write_file_writes_within_the_order(overlay: Overlay) -> None:
    """A path that the order covers is written to the overlay."""
    use(overlay, "write_file", path="backend/app/models/user.py", content="x = 1\n")

    assert overlay.writes() == {PurePosixPath("backend/app/models/user.py"): b"x = 1\n"}


FORBIDDEN = [
    "backend/app/main.py",
    "backend/app/models/fixed.py",
    "backend/app/models/../main.py",
    "specs/database/schema.md",
    "agents/crud.md",
    ".specify/memory/constitution.md",
    "history/prompts/x.md",
    "tasks.md",
    "backend/app/models/tasks.md",
    "/etc/passwd",
    "../outside.py",
    "backend/app/models/\x00.py",
    "backend\\app\\models\\x.py",
    "C:/windows/x.py",
    "backend/app/models/.env",
    "backend/app/models/__pycache__/x.py",
    "",
    ".",
    "backend/app/models/" + "x" * 500,
]


@pytest.mark.parametrize("path", FORBIDDEN)
def test_a_forbidden_path_is_neither_written_nor_edited_nor_deleted(
    overlay: Overlay, path: str
) -> None:
    """Whatever the way, a path outside the order stays as it was."""
    for name, arguments in (
        ("write_file", {"content": "x"}),
        ("edit_file", {"old_text": "main", "new_text": "x"}),
        ("delete_file", {}),
    ):
        with pytest.raises(ToolError):
            use(overlay, name, path=path, **arguments)

    assert overlay.writes() == {}


def test_a_refusal_says_what_is_allowed(overlay: Overlay) -> None:
    """The model learns from the refusal where it may write."""
    with pytest.raises(ToolError, match=r"backend/app/models/\*\*"):
        use(overlay, "write_file", path="backend/app/main.py", content="x")


pieces = st.sampled_from(
    ["backend", "app", "models", "..", ".", "", "/", "//", "main.py", "~", "specs", "\\", " ", "é"]
)
hostile = st.one_of(
    st.text(max_size=40),
    st.lists(pieces, max_size=8).map("/".join),
    st.lists(pieces, max_size=6).map(lambda parts: "backend/app/models/" + "/".join(parts)),
)


@given(hostile, st.text(max_size=20))
def test_no_path_outside_the_order_is_ever_written(path: str, content: str) -> None:
    """Whatever a model names, what is written is covered by the order and inside the project."""
    overlay = Overlay(MemoryFiles(FILES))
    tools = toolbox(overlay)
    for name, arguments in (
        ("write_file", {"path": path, "content": content}),
        ("edit_file", {"path": path, "old_text": "main = 1", "new_text": content}),
        ("delete_file", {"path": path}),
    ):
        try:
            tools[name].call(arguments)
        except ToolError:
            continue

    for written in overlay.writes():
        assert covers(ORDER.may_write, written)
        assert not written.is_absolute()
        assert ".." not in written.parts


def test_edit_file_wants_exactly_one_match(overlay: Overlay) -> None:
    """A text that stands twice, or not at all, is not replaced."""
    path = "backend/app/models/task.py"
    with pytest.raises(ToolError, match="2 times"):
        use(overlay, "edit_file", path=path, old_text="old = 1", new_text="x")
    with pytest.raises(ToolError, match="0 times"):
        use(overlay, "edit_file", path=path, old_text="nothing", new_text="x")

    use(overlay, "edit_file", path=path, old_text="new = 2", new_text="new = 3")

    assert overlay.read(PurePosixPath(path)) == b"old = 1\nold = 1\nnew = 3\n"


def test_only_files_of_runs_are_deleted(overlay: Overlay) -> None:
    """A file that no run wrote is not an agent's to delete."""
    path = PurePosixPath("backend/app/models/task.py")
    with pytest.raises(ToolError, match="not yours"):
        use(overlay, "delete_file", path=str(path))

    toolbox(overlay, owned=frozenset({path}))["delete_file"].call({"path": str(path)})

    assert overlay.writes() == {path: None}


def test_secrets_are_not_shown(overlay: Overlay) -> None:
    """A settings file is neither read, nor listed, nor found."""
    with pytest.raises(ToolError, match="secrets"):
        use(overlay, "read_file", path="backend/.env")

    assert "backend/.env\n" not in use(overlay, "list_files") + "\n"
    assert "backend/.env.example" in use(overlay, "list_files")
    assert use(overlay, "search", text="do-not-show") == "Not found."


def test_search_answers_with_places(overlay: Overlay) -> None:
    """Case does not matter; each hit has path and line."""
    assert use(overlay, "search", text="SCHEMA", under="specs") == (
        "specs/database/schema.md:1: # Schema"
    )


def test_a_definition_grants_its_tools_and_no_others(overlay: Overlay) -> None:
    """What `tools` does not name is not there; deleting comes with writing."""
    assert set(toolbox(overlay, ("read_file", "search"))) == {"read_file", "search"}
    assert set(toolbox(overlay, ("write_file",))) == {"write_file", "delete_file"}
    assert set(toolbox(overlay, None)) == {
        "read_file",
        "write_file",
        "edit_file",
        "delete_file",
        "list_files",
        "search",
        "run_tests",
        "audit",
        "ask_user",
    }


def test_nobody_to_ask_is_told_to_the_model(overlay: Overlay) -> None:
    """Without a human the model is asked to be cautious and to name its assumption."""
    with pytest.raises(ToolError, match="The human gave no answer"):
        use(overlay, "ask_user", question="Which?")

    assert (
        toolbox(overlay, answer="this one")["ask_user"].call({"question": "Which?"}) == "this one"
    )


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("read_file", {}),
        ("read_file", {"path": 3}),
        ("read_file", {"path": "backend/app/main.py", "offset": 0}),
        ("read_file", {"path": "backend/app/main.py", "offset": 99}),
        ("read_file", {"path": "backend/nothing.py"}),
        ("write_file", {"path": "backend/app/models/x.py"}),
        ("write_file", {"path": "backend/app/models/x.py", "content": "\ud800"}),
        ("write_file", {"path": "backend/app/models/x.py", "content": "x" * (MOST_BYTES + 1)}),
        ("ask_user", {"question": "Which?", "choices": "a"}),
    ],
)
def test_wrong_arguments_are_told_to_the_model(
    overlay: Overlay, name: str, arguments: Mapping[str, Any]
) -> None:
    """A malformed call is a ToolError, never another exception, and changes nothing."""
    with pytest.raises(ToolError):
        toolbox(overlay)[name].call(arguments)

    assert overlay.writes() == {}


def test_run_tests_and_audit_see_the_overlay(overlay: Overlay) -> None:
    """Services are given what stands there now."""
    use(overlay, "write_file", path="backend/app/models/user.py", content="x = 1\n")

    assert use(overlay, "run_tests", path="backend/tests") == "9 files, backend/tests"
    assert use(overlay, "audit") == "nothing found"


def test_tools_of_servers_are_granted_by_the_definition() -> None:
    """A server is named by the agent; `tools:` may then name the tool, or all of the server."""
    weigh, read = (
        Tool(name=f"mcp__scales__{name}", description="", parameters={}, call=lambda _: "")
        for name in ("weigh", "read")
    )
    servers = {"scales": (weigh, read), "other": (weigh,)}

    def names(**values: object) -> list[str]:
        agent = AgentDefinition(name="a", description="", prompt="", path="", **values)  # type: ignore[arg-type]
        return [tool.name for tool in granted(agent, servers)]

    assert names() == []
    assert names(mcp_servers=("scales",)) == [weigh.name, read.name]
    assert names(mcp_servers=("scales",), tools=(read.name,)) == [read.name]
    assert names(mcp_servers=("scales",), tools=("mcp__scales",)) == [weigh.name, read.name]
    assert names(mcp_servers=("scales",), tools=("read_file",)) == []
