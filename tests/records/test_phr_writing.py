"""Writing prompt history records."""

import re
from dataclasses import replace
from pathlib import PurePosixPath

import pytest
from fakes import FixedClock
from hypothesis import example, given, settings
from hypothesis import strategies as st
from record_fakes import MemoryStore
from ruamel.yaml import YAML

from sdd.errors import ConfigError
from sdd.records.phr import (
    NO_RESPONSE,
    TEMPLATE_PATH,
    default_template,
    record_phr,
    render_phr,
    suggest_title,
)
from sdd.records.phr_draft import Links, Outcome, PhrRequest, count_words
from sdd.records.reading import read_phr
from sdd.text import split_front_matter

_PIECES = st.sampled_from(
    [
        "---\n", "id: 0010\n", "## Prompt\n", "## Response snapshot\n", "## Outcome\n", "```\n",
        "````text\n", "~~~\n", "{{TITLE}}", "{{PROMPT_TEXT}}", "\r\n", "\r", "\n", " ", "`", "~",
        "# ", "\u2028", "\x85", "\x0c", "\x00", "\ufeff", "é", "\U0001f600", "]]>", "$ARGUMENTS",
    ]
)  # fmt: skip
_TEXT = st.one_of(st.text(max_size=60), st.lists(_PIECES, max_size=12).map("".join))


def a_request(prompt: str = "Please mend the login form.", **changes: object) -> PhrRequest:
    request = PhrRequest(title="Mend the login form", stage="general", prompt=prompt)
    return replace(request, **changes)  # type: ignore[arg-type]


@given(prompt=_TEXT, response=_TEXT)
@settings(max_examples=300, deadline=None)
@example(prompt="a\r\n", response="```\nopen")
@example(prompt="```\n", response="## Prompt\n\n```\nanother\n```\n")
@example(prompt="`" * 12, response="\n")
def test_prompt_and_response_come_back_byte_for_byte(prompt: str, response: str) -> None:
    """Whatever Unicode is recorded is read again exactly, also when it looks like a record."""
    data = render_phr(
        a_request(prompt, response=response), "0001", "2026-03-04", default_template()
    )

    read = read_phr(data)
    assert read.prompt == prompt
    assert read.response == (response or NO_RESPONSE)


def test_ten_megabytes_come_back(store: MemoryStore, clock: FixedClock) -> None:
    """A huge prompt is recorded and read whole."""
    prompt = "## Prompt\n```py\n{{ID}} ünï\r\n" * 400_000

    recorded = record_phr(a_request(prompt), store=store, clock=clock)

    assert len(prompt.encode()) > 10_000_000
    assert read_phr(store.files[recorded.path]).prompt == prompt


def test_half_a_surrogate_pair_is_refused(store: MemoryStore, clock: FixedClock) -> None:
    """What is no Unicode is not written, and the store stays empty."""
    with pytest.raises(ConfigError, match="no valid Unicode"):
        record_phr(a_request("a\ud800b"), store=store, clock=clock)

    assert not store.files


@pytest.mark.parametrize(
    ("stage", "feature", "folder", "context"),
    [
        ("constitution", "none", "constitution", "constitution"),
        ("plan", "001-tasks", "001-tasks", "feature"),
        ("misc", "001-tasks", "001-tasks", "feature"),
        ("general", "001-tasks", "general", "general"),
    ],
)
def test_stage_and_feature_choose_the_folder(
    store: MemoryStore, clock: FixedClock, stage: str, feature: str, folder: str, context: str
) -> None:
    """Each stage has its folder, numbered on its own."""
    recorded = record_phr(a_request(stage=stage, feature=feature), store=store, clock=clock)

    assert recorded.path.parent == PurePosixPath("history/prompts") / folder
    assert recorded.path.name == f"0001-mend-the-login-form.{stage}.prompt.md"
    assert recorded.context == context


def test_number_follows_the_highest_of_any_width(clock: FixedClock) -> None:
    """Records with one to four digits count, gaps are not filled."""
    store = MemoryStore(
        {
            "history/prompts/general/7-a.general.prompt.md": "",
            "history/prompts/general/012-b.general.prompt.md": "",
        }
    )

    recorded = record_phr(a_request(), store=store, clock=clock)

    assert recorded.id == "0013"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"stage": "implement"}, "no stage 'implement'"),
        ({"stage": "plan"}, "belongs to a feature"),
        ({"stage": "plan", "feature": "../x"}, "cannot be the name"),
        ({"stage": "plan", "feature": "general"}, "cannot be the name"),
        ({"title": "One"}, "has 1 word:"),
        ({"title": "Two words"}, "has 2 words"),
        ({"title": "One two three four five six seven eight"}, "has 8 words"),
        ({"prompt": " \n"}, "no prompt"),
    ],
)
def test_what_cannot_be_filed_is_refused(
    store: MemoryStore, clock: FixedClock, changes: dict[str, str], message: str
) -> None:
    """A request that would make an invalid record is an error with a hint, and writes nothing."""
    with pytest.raises(ConfigError, match=message) as caught:
        record_phr(a_request(**changes), store=store, clock=clock)

    assert caught.value.hint
    assert not store.files


def test_a_record_satisfies_the_list_that_agents_are_given(
    store: MemoryStore, clock: FixedClock
) -> None:
    """No placeholder left, title, stage and date in the head, prompt whole, path as routed."""
    request = a_request("Long prompt.\n" * 500, stage="red", feature="001-items")

    recorded = record_phr(request, store=store, clock=clock)

    text = store.files[recorded.path].decode()
    assert not re.search(r"\{\{[A-Z_]+\}\}", text)
    for line in ('id: "0001"', "title: Mend the login form", "stage: red", "date: 2026-01-02"):
        assert f"\n{line}\n" in text
    assert "Long prompt.\n" * 500 in text
    assert str(recorded.path) == (
        "history/prompts/001-items/0001-mend-the-login-form.red.prompt.md"
    )


def test_front_matter_is_good_yaml_in_the_given_order(
    store: MemoryStore, clock: FixedClock
) -> None:
    """Every reader finds the same text, and the id is text."""
    request = a_request(
        title='Say "yes": no #tags', command="sdd implement: x", labels=("a, b", "null"),
        links=Links(spec="specs/a.md"), files=("a.py", "b: c.py"), user="on", model="1.5",
    )  # fmt: skip

    recorded = record_phr(request, store=store, clock=clock)

    text = store.files[recorded.path].decode()
    loaded = YAML(typ="safe").load(split_front_matter(text).yaml)
    assert list(loaded) == [
        "id", "title", "stage", "date", "surface", "model", "feature", "branch", "user",
        "command", "labels", "links", "files", "tests",
    ]  # fmt: skip
    assert loaded["id"] == "0001"
    assert loaded["title"] == request.title
    assert loaded["labels"] == ["a, b", "null"]
    assert loaded["links"] == {"spec": "specs/a.md", "ticket": None, "adr": None, "pr": None}
    assert loaded["files"] == ["a.py", "b: c.py"]
    assert (loaded["user"], loaded["model"], loaded["tests"]) == ("on", "1.5", [])


@given(text=st.text(max_size=40))
@settings(max_examples=200, deadline=None)
def test_any_text_survives_in_front_matter(text: str) -> None:
    """Our own reader and a whole YAML reader agree on every one-line value."""
    line = " ".join(text.split())
    data = render_phr(a_request(command=line), "0001", "2026-03-04", default_template())

    assert read_phr(data).fields.values["command"] in {line, None}
    loaded = YAML(typ="safe").load(split_front_matter(data.decode()).yaml)
    assert loaded["command"] == line


def test_the_projects_own_template_is_honoured(clock: FixedClock) -> None:
    """Its own fence, order and words stay; values fit where they stand."""
    template = (
        "---\nid: {{ID}}\ntitle: '{{TITLE}}'\nlabels: [{{LABELS}}]\nfiles:\n{{FILES_YAML}}\n---\n"
        "# {{TITLE}}\n\n## Answer\n\n{{RESPONSE_TEXT}}\n\n## Prompt\n\n```\n{{PROMPT_TEXT}}\n```\n"
    )
    store = MemoryStore({str(TEMPLATE_PATH): template})
    request = a_request(
        "It's\n```\n{{ID}}\n```", title="It's a fine day", labels=("x", "y"), files=("a.py",)
    )

    recorded = record_phr(request, store=store, clock=clock)

    read = read_phr(store.files[recorded.path])
    assert (read.title, read.labels, read.files) == ("It's a fine day", ("x", "y"), ("a.py",))
    assert read.prompt == request.prompt


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("## Prompt\n{{PROMPT_TXT}}\n", r"unknown placeholder, \{\{PROMPT_TXT\}\}"),
        ("## Prompt\n{{ }}\n", "unknown placeholder"),
        ("---\nid: {{PROMPT_TEXT}}\n---\n", "front matter"),
        ("## Prompt\n- {{PROMPT_TEXT}}\n", "middle of a line"),
        ("## Nothing\n", "cannot be found again"),
    ],
)
def test_an_unusable_template_is_an_error(
    store: MemoryStore, clock: FixedClock, template: str, message: str
) -> None:
    """The error names the placeholder, and no record or claim is left."""
    with pytest.raises(ConfigError, match=message):
        record_phr(a_request(), store=store, clock=clock, template=template)

    assert not store.files


def test_secrets_never_reach_the_store_and_are_listed(
    store: MemoryStore, clock: FixedClock
) -> None:
    """A planted key is taken out of every text, and the record says so."""
    key = "ghp_" + "a1B2c3D4" * 5
    request = a_request(
        f"Use\n{key}", response=f"Used {key}", command=f"run {key}", files=(f"{key}.txt",),
        outcome=Outcome(impact=f"spent {key}"), links=Links(pr=f"https://x.test/{key}"),
    )  # fmt: skip

    recorded = record_phr(request, store=store, clock=clock)

    data = store.files[recorded.path]
    assert key.encode() not in data
    assert b"- prompt, line 2: github-token" in data
    assert {item.field for item in recorded.redactions} == {
        "prompt", "response", "command", "files", "outcome.impact", "links.pr",
    }  # fmt: skip


def test_no_absolute_path_is_recorded(store: MemoryStore, clock: FixedClock) -> None:
    """Paths below the project become relative, others keep their last part."""
    request = a_request(
        files=("/home/me/project/a/b.py", "/etc/other.conf", "C:\\work\\c.py"),
        response="See /home/me/project/a/b.py.",
        user="me@my-machine",
    )  # fmt: skip

    recorded = record_phr(request, store=store, clock=clock, root="/home/me/project")

    read = read_phr(store.files[recorded.path])
    assert read.files == ("a/b.py", "other.conf", "c.py")
    assert read.response == "See a/b.py."
    assert read.user == "me"


def test_the_projects_own_folder_is_taken_out_of_a_prompt_and_listed(
    store: MemoryStore, clock: FixedClock
) -> None:
    """A prompt is verbatim but for that; a longer name that begins alike stays."""
    prompt = "Read /home/me/project/a.py in /home/me/project, not /home/me/project-2/b."
    request = a_request(prompt, command="sdd implement x --project /home/me/project")

    recorded = record_phr(request, store=store, clock=clock, root="/home/me/project/")

    read = read_phr(store.files[recorded.path])
    assert read.prompt == (
        "Read [REDACTED:project-path]/a.py in [REDACTED:project-path], not /home/me/project-2/b."
    )
    assert read.command == "sdd implement x --project ."
    assert [item.kind for item in recorded.redactions] == ["project-path", "project-path"]


def test_json_has_the_shape_that_scripts_expect(store: MemoryStore, clock: FixedClock) -> None:
    """Keys and order are those of spec-kit-plus's script."""
    recorded = record_phr(a_request(), store=store, clock=clock)

    assert recorded.as_json() == {
        "id": "0001",
        "path": "history/prompts/general/0001-mend-the-login-form.general.prompt.md",
        "context": "general",
        "stage": "general",
        "feature": "none",
        "template": "phr-template.prompt.md",
    }
    assert recorded.as_json("/p/")["path"].startswith("/p/history/")


@given(text=st.text(max_size=200))
def test_a_suggested_title_has_three_to_seven_words(text: str) -> None:
    """Whatever the prompt, its title can be recorded."""
    assert 3 <= count_words(suggest_title(text)) <= 7
