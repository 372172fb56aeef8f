import os
from pathlib import Path

import pytest
from fakes import MemoryFiles
from hypothesis import given, settings
from hypothesis import strategies as st

from sdd.agents.definition import AgentDefinition, OwnServer
from sdd.agents.load import default_definitions, load_agents, parse_agent
from sdd.diagnostics import Diagnostic, Severity
from sdd.text import decode
from sdd.text.source import SourceText


def _parse(
    text: str, path: str = "agents/porter.md"
) -> tuple[AgentDefinition, tuple[Diagnostic, ...]]:
    definition, diagnostics = parse_agent(decode(path, text.encode()))
    assert definition is not None
    return definition, diagnostics


def _file(front: str, body: str = "You carry luggage.") -> str:
    return f"---\n{front}\n---\n\n{body}\n"


def _rules(diagnostics: tuple[Diagnostic, ...]) -> list[str]:
    return [item.rule for item in diagnostics]


_DIALOGUE = """When bags arrive.

user: my trunk: heavy
assistant: coming
  at once
name: is not a key here"""


def _mended(text: str, diagnostics: tuple[Diagnostic, ...]) -> str:
    """Apply the whole-line edits of the diagnostics, the last line first."""
    lines = text.split("\n")
    edits = {edit.span: edit for item in diagnostics for edit in item.edits}
    for edit in sorted(edits.values(), key=lambda item: item.span.line, reverse=True):
        last = edit.span.end_line or edit.span.line
        lines[edit.span.line - 1 : last] = edit.new_text.split("\n")
    return "\n".join(lines)


def test_a_proper_file_is_read_without_remarks() -> None:
    """Name, description, model, tools, colour and prompt come out as written."""
    text = _file(
        "name: porter\ndescription: Carries luggage.\nmodel: sonnet\n"
        "tools: Read, Grep\ncolor: blue\nmaxTurns: 7"
    )

    definition, diagnostics = _parse(text)

    assert definition == AgentDefinition(
        name="porter",
        description="Carries luggage.",
        prompt="You carry luggage.",
        path="agents/porter.md",
        model="sonnet",
        tools=("read_file", "search"),
        color="blue",
        extra={"maxTurns": 7},
    )
    assert diagnostics == ()


def test_a_colon_in_the_description_is_read_as_text() -> None:
    """The warning names line and column, and its edit makes the file valid."""
    text = _file("name: porter\ndescription: Use it when: bags, trunks: all of them\nmodel: opus")

    definition, diagnostics = _parse(text)

    assert definition.description == "Use it when: bags, trunks: all of them"
    assert definition.model == "opus"
    assert _rules(diagnostics) == ["invalid-front-matter"]
    assert diagnostics[0].severity is Severity.WARNING
    assert str(diagnostics[0].span) == "agents/porter.md:3"
    assert diagnostics[0].span is not None
    assert diagnostics[0].span.column == 25
    assert _parse(_mended(text, diagnostics)) == (definition, ())


@pytest.mark.parametrize(
    ("front", "description"),
    [
        ("name: porter\ndescription: **ALWAYS** use it", "**ALWAYS** use it"),
        ("name: porter\ndescription: `bags` first", "`bags` first"),
        ("name: porter\ndescription: @porter please", "@porter please"),
        ('name: porter\ndescription: "Says: "yes"', '"Says: "yes'),
        ("name: porter\ndescription: [bags", "[bags"),
        (f"name: porter\ndescription: {_DIALOGUE}", _DIALOGUE),
    ],
)
def test_text_that_yaml_rejects_is_kept_whole(front: str, description: str) -> None:
    """Aliases, marks, open quotes, dialogues: the words survive and one warning says so."""
    definition, diagnostics = _parse(_file(front))

    assert definition.name == "porter"
    assert definition.description.strip('"') == description.strip('"')
    assert "invalid-front-matter" in _rules(diagnostics)


def test_dialogue_inside_a_description_does_not_hide_the_keys_after_it() -> None:
    """Lines such as `user:` are text; `tools:` and `model:` below them still count."""
    front = (
        "name: porter\ndescription: When bags arrive: now.\nuser: my trunk\nContext: a hall\n"
        "model: of politeness\ntools: Read\nmodel: haiku"
    )

    definition, _ = _parse(_file(front))

    assert definition.description.endswith("Context: a hall\nmodel: of politeness")
    assert definition.tools == ("read_file",)
    assert definition.model == "haiku"


def test_unknown_keys_after_a_broken_description_stay_keys() -> None:
    """A one-line description ends where the next lower-case key begins."""
    definition, _ = _parse(_file("name: porter\ndescription: Note: bags\nfloor: 3\ntags: [a, b]"))

    assert definition.description == "Note: bags"
    assert definition.extra == {"floor": 3, "tags": ["a", "b"]}


def test_a_star_for_tools_means_all_of_them() -> None:
    """`tools: *` is an alias to YAML and a wish to its author."""
    definition, diagnostics = _parse(_file("name: porter\ndescription: Bags.\ntools: *"))

    assert definition.tools is None
    assert _rules(diagnostics) == ["invalid-front-matter"]
    assert diagnostics[0].hint is not None
    assert "Leave `tools` out" in diagnostics[0].hint


def test_tabs_are_read_and_reported() -> None:
    """YAML forbids tabs for indentation; authors do not know."""
    definition, diagnostics = _parse(_file("name: porter\ndescription: Bags.\nhooks:\n\tstop: no"))

    assert definition.extra == {"hooks": {"stop": "no"}}
    assert _rules(diagnostics) == ["invalid-front-matter"]


def test_the_first_of_two_equal_keys_counts() -> None:
    """Which one a YAML reader takes is chance; we take the first and say so."""
    definition, diagnostics = _parse(
        _file("name: porter\nmodel: opus\ndescription: Bags.\nmodel: haiku")
    )

    assert definition.model == "opus"
    assert [str(item.span) for item in diagnostics] == ["agents/porter.md:5"]
    assert _rules(diagnostics) == ["duplicate-key"]


def test_literal_newlines_become_line_breaks() -> None:
    """Descriptions written by programs hold backslash and n; the edit writes real lines."""
    text = _file(r"name: porter" + "\n" + r"description: Bags.\n\n- <example>\nuser says hi")

    definition, diagnostics = _parse(text)

    assert definition.description == "Bags.\n\n- <example>\nuser says hi"
    assert _rules(diagnostics) == ["literal-newline"]
    assert _parse(_mended(text, diagnostics)) == (definition, ())


def test_a_doubly_broken_description_has_one_edit() -> None:
    """Two remarks on the same lines do not offer edits that exclude each other."""
    text = _file("name: porter\ndescription: Note: bags.\\nuser: hi")

    definition, diagnostics = _parse(text)

    assert definition.description == "Note: bags.\nuser: hi"
    assert sum(len(item.edits) for item in diagnostics) == 1
    assert _parse(_mended(text, diagnostics)) == (definition, ())


def test_front_matter_without_an_end_is_found() -> None:
    """A longer rule, or the first heading, ends it; the warning says where it should."""
    text = "---\n\nname: porter\ndescription: Bags.\n--------\n\n# Porter\n"

    definition, diagnostics = _parse(text)

    assert (definition.name, definition.prompt) == ("porter", "# Porter")
    assert _rules(diagnostics) == ["unclosed-front-matter"]
    heading, _ = _parse("---\nname: porter\ndescription: Bags.\n\n# Porter\n")
    assert heading.prompt == "# Porter"


def test_garbled_characters_are_mended_in_memory() -> None:
    """UTF-8 that was once read as Windows-1252 is recognised; the file itself is left alone."""
    garbled = "📋 The porter — naïve — façade".encode().decode("cp1252", errors="ignore")
    text = _file("name: porter\ndescription: Bags.", f"First line.\n{garbled}")

    definition, diagnostics = _parse(text)

    assert "porter — naïve — façade" in definition.prompt
    assert _rules(diagnostics) == ["mojibake"]
    assert str(diagnostics[0].span) == "agents/porter.md:7"


def test_proper_accents_are_no_garble() -> None:
    """Ordinary text in other languages is not touched."""
    body = "Você está ótimo, Ærø, naïve façade, “quoted” — 你好 🎒"

    definition, diagnostics = _parse(_file("name: porter\ndescription: Bags.", body))

    assert definition.prompt == body
    assert diagnostics == ()


@pytest.mark.parametrize(
    ("written", "tools"),
    [
        ("Read, Write, MultiEdit", ("read_file", "write_file", "edit_file")),
        ("[Glob, LS]", ("list_files",)),
        ("\n  - Bash(git log:*, git diff:*)\n  - Task", ("run_tests", "audit", "delegate")),
        ("edit/editFiles, search/usages", ("edit_file", "search")),
        ("mcp__crates__open, read_file", ("mcp__crates__open", "read_file")),
        ("WebFetch", ()),
        ('"*"', None),
        ("", None),
    ],
)
def test_tools_are_mapped_to_ours(written: str, tools: tuple[str, ...] | None) -> None:
    """Names of other products become the names of our tool set."""
    definition, _ = _parse(_file(f"name: porter\ndescription: Bags.\ntools: {written}"))

    assert definition.tools == tools


def test_denied_tools_are_taken_away() -> None:
    """`disallowedTools` is honoured, also where all tools are allowed."""
    definition, _ = _parse(_file("name: porter\ndescription: B.\ndisallowedTools: Bash, Write"))

    assert definition.tools is not None
    assert "read_file" in definition.tools
    assert not {"run_tests", "write_file"} & set(definition.tools)


def test_an_unknown_tool_is_named_with_the_nearest() -> None:
    """A slip of the pen is told apart from a tool that we do not have, or that is gone."""
    _, diagnostics = _parse(
        _file("name: porter\ndescription: B.\ntools: Writer, WebSearch, MultiEdit, Read")
    )

    by_rule = {item.rule: item for item in diagnostics}
    assert by_rule["unknown-tool"].hint == "Did you mean `Write`?"
    assert by_rule["tool-without-counterpart"].severity is Severity.NOTE
    assert by_rule["removed-tool"].hint == "Write `Edit`."


@pytest.mark.parametrize(
    ("written", "rule"),
    [
        ("claude-sonnet-4-20250514", "retired-model"),
        ("Claude Sonnet 4.5", "retired-model"),
        ("the fast Haiku please", "model-in-words"),
        ("smartest", "unknown-model"),
    ],
)
def test_a_doubtful_model_is_reported(written: str, rule: str) -> None:
    """Retired ids, free text and unknown names each say what will be used."""
    _, diagnostics = _parse(_file(f"name: porter\ndescription: B.\nmodel: {written}"))

    assert _rules(diagnostics) == [rule]
    assert diagnostics[0].hint is not None
    assert diagnostics[0].hint.startswith("Write `model: ")


@pytest.mark.parametrize(
    "written", ["opus", "inherit", "claude-haiku-4-5-20251001", "openai:gpt-9"]
)
def test_a_usable_model_is_not_remarked_on(written: str) -> None:
    """Aliases, full ids and `provider:id` pass as written."""
    definition, diagnostics = _parse(_file(f"name: porter\ndescription: B.\nmodel: {written}"))

    assert (definition.model, diagnostics) == (written, ())


def test_names_are_checked_against_form_and_file() -> None:
    """A name in words is a warning, one that differs from its file a note."""
    _, in_words = _parse(_file("name: Night Porter\ndescription: B."))
    _, differing = _parse(_file("name: night-porter\ndescription: B."))
    unnamed, missing = _parse(_file("description: B."))

    assert _rules(in_words) == ["agent-name-form"]
    assert in_words[0].hint == "Write `name: night-porter`."
    assert [(item.rule, item.severity) for item in differing] == [
        ("agent-name-differs", Severity.NOTE)
    ]
    assert (unnamed.name, _rules(missing)) == ("porter", ["missing-name"])


def test_what_is_missing_is_said() -> None:
    """An agent without description or prompt loads, with a warning each."""
    _, diagnostics = _parse("---\nname: porter\n---\n")

    assert _rules(diagnostics) == ["missing-description", "empty-prompt"]


def test_prose_and_other_files_are_passed_over() -> None:
    """A README among the agents is listed, not loaded; files that are not Markdown are ignored."""
    files = MemoryFiles(
        {
            "agents/README.md": "# Our agents\n",
            "agents/page.md": "---\ntitle: A page\n---\nText\n",
            "agents/porter.md": _file("name: porter\ndescription: B."),
            "agents/notes.txt": "name: x",
        }
    )

    loaded = load_agents(files)

    assert [item.name for item in loaded.definitions] == ["porter"]
    assert [item.path for item in loaded.passed_over] == ["agents/README.md", "agents/page.md"]


def test_two_different_agents_of_one_name_are_an_error() -> None:
    """The error names both files; two equal files are merely passed over."""
    one, two = _file("name: porter\ndescription: B."), _file("name: porter\ndescription: C.")
    files = MemoryFiles({"agents/a.md": one, "agents/b.md": two, "agents/c.md": one})

    loaded = load_agents(files)

    (error,) = [item for item in loaded.diagnostics if item.severity is Severity.ERROR]
    assert error.message == "`porter` is defined twice: agents/a.md and agents/b.md."
    assert [item.reason for item in loaded.passed_over] == ["the same as agents/a.md"]


def test_the_first_folder_wins() -> None:
    """`agents/` comes before `.claude/agents/`; the hidden one is listed."""
    files = MemoryFiles(
        {
            "agents/porter.md": _file("name: porter\ndescription: Ours."),
            ".claude/agents/porter.md": _file("name: porter\ndescription: Theirs."),
            ".claude/agents/clerk.md": _file("name: clerk\ndescription: Theirs."),
        }
    )

    loaded = load_agents(files)

    assert [item.description for item in loaded.definitions] == ["Ours.", "Theirs."]
    assert [item.path for item in loaded.passed_over] == [".claude/agents/porter.md"]
    assert loaded.find("Clerk") is loaded.definitions[1]
    assert loaded.find("cook") is None


def test_one_unreadable_file_does_not_hide_the_others() -> None:
    """A file without permission and one that is no text are errors; the rest loads."""
    files = MemoryFiles(
        {
            "agents/a.md": "",
            "agents/b.md": b"---\nname: \x00\x01\n---\n",
            "agents/porter.md": _file("name: porter\ndescription: B."),
        },
        unreadable=["agents/a.md"],
    )

    loaded = load_agents(files)

    assert [item.rule for item in loaded.diagnostics] == ["unreadable-agent"] * 2
    assert [item.name for item in loaded.definitions] == ["porter"]


def test_the_packaged_agents_are_in_order() -> None:
    """Every packaged definition has name, description and prompt, and no remark."""
    definitions = default_definitions()

    names = [item.name for item in definitions]
    assert names == sorted(names)
    assert {"fastapi-backend-engineer", "endpoint-subagent", "task-crud-subagent"} <= set(names)
    assert all(item.description and item.prompt for item in definitions)


_LINES = st.lists(
    st.sampled_from(["name: a", "description: b: c", "tools: *", "- x", "\tq: [", "user: hm", ""])
    | st.text(max_size=30)
)


@settings(deadline=None)
@given(front=_LINES, body=st.text(max_size=50), closed=st.booleans())
def test_any_text_can_be_read(front: list[str], body: str, *, closed: bool) -> None:
    """Law: whatever stands in a file, reading it ends in values, never in an exception."""
    text = "\n".join(["---", *front, *(["---"] if closed else []), body])

    definition, diagnostics = parse_agent(SourceText(path="agents/a.md", text=text))

    assert definition is not None or diagnostics == ()


@pytest.mark.corpus
def test_every_real_agent_loads() -> None:
    """Each real file with front matter yields name, description and prompt."""
    place = os.environ.get("SDD_CORPUS_DIR")
    if not place:
        pytest.skip("SDD_CORPUS_DIR is not set")
    root = Path(place)
    paths = sorted([*root.glob("agents/**/*.md"), *root.parent.glob("seeds/*.md")])
    odd = [str(path) for path in paths if not _loads_sensibly(path)]

    assert odd == []
    assert len(paths) > 100


def _loads_sensibly(path: Path) -> bool:
    source = decode(path.name, path.read_bytes())
    definition, diagnostics = parse_agent(source)
    if definition is None:
        return not source.text.startswith("---")
    said = definition.name and definition.description and definition.prompt
    return bool(said) and not any(item.severity is Severity.ERROR for item in diagnostics)


def test_servers_are_named_and_may_be_described() -> None:
    """Both forms of the list are read; a description says how its server is started."""
    definition, _ = _parse(
        _file(
            """name: porter
description: Carries.
mcpServers:
  - maps
  - scales:
      command: scales
      args: ["--stdio", 2]
      env: {UNIT: kg}"""
        )
    )

    assert definition.mcp_servers == ("maps", "scales")
    own = OwnServer(command=("scales", "--stdio", "2"), environment={"UNIT": "kg"})
    assert definition.own_servers == {"scales": own}
