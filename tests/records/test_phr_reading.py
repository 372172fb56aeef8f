"""Reading prompt history records of every form that people have written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from record_fakes import MemoryStore
from steps import calls

from sdd.records.library import list_phrs, search_phrs, stats
from sdd.records.reading import read_phr

_HEAD = "---\nid: 0010\ntitle: Add the list\nstage: green\ndate: 2026-01-02\n---\n"


def test_an_unquoted_id_stays_the_text_it_was() -> None:
    """`0010` is neither eight nor ten."""
    read = read_phr(_HEAD.encode(), "history/prompts/a/0010-add-the-list.green.prompt.md")

    assert (read.id, read.number, read.name_stage, read.slug) == (
        "0010",
        10,
        "green",
        "add-the-list",
    )


@pytest.mark.parametrize(
    ("body", "prompt", "response"),
    [
        ("## Prompt\n\nDo it.\n\n## Response snapshot\n\nDone.\n", "Do it.", "Done."),
        ("# T\n\n## Prompt Text\n```\nDo it.\n```\n\n## Response Text\nDone.\n", "Do it.", "Done."),
        ("# PROMPT_TEXT\nDo it.\n# RESPONSE_TEXT\nDone.\n# OUTCOME\nok\n", "Do it.", "Done."),
        ("## User Prompt\n\nDo it.\n\n## Assistant Response\n\nDone.\n", "Do it.", "Done."),
        ("## Outcome\nok\n## Prompt\n```\nDo it.\n```\n## Response\nDone.\n", "Do it.", "Done."),
        ("## Prompt\n\n# A\n\n## B\nDo.\n\n## Response\nDone.", "# A\n\n## B\nDo.", "Done."),
        ("## Prompt\nRun:\n```\nx\n```\nso\n## Response\nDone.", "Run:\n```\nx\n```\nso", "Done."),
        ("## Prompt\n```text\n```py\n```\nc\n```\n## Response\nDone.", "```py\n```\nc", "Done."),
        ("## Prompt\r\n\r\nDo it.\r\n\r\n## Response\r\n\r\nDone.\r\n", "Do it.", "Done."),
        ("## Prompt\n\n## Response snapshot\n\nDone.", "", "Done."),
        ("## Intent\nDo it.\n", None, None),
    ],
)  # fmt: skip
def test_prompt_and_response_are_found_in_every_form(
    body: str, prompt: str | None, response: str | None
) -> None:
    """Whatever the headings are called, fenced or not, in whatever order."""
    read = read_phr((_HEAD + body).encode())

    assert (read.prompt, read.response) == (prompt, response)


def test_a_prompt_in_the_front_matter_is_found() -> None:
    """Some records keep prompt and response there."""
    read = read_phr(b"---\nid: 1\nprompt_text: |\n  Do\n  it.\nresponse_text: Done.\n---\n# T\n")

    assert (read.prompt, read.response) == ("Do\nit.", "Done.")


def test_other_names_capitals_and_mappings_are_understood() -> None:
    """Fields in capitals, older names, files as mappings or as block text."""
    text = (
        "---\nID: 1\nDATE_ISO: 2026-01-02\nLINKS:\n  SPEC: specs/a.md\n  PR: null\nfiles_yaml:\n"
        "- path: a.py\n  change: new\ntests_yaml: |\n  - t.py\n  - u.py\nlabels: [x, 'y']\n---\n"
    )

    read = read_phr(text.encode())

    assert (read.id, read.date, read.links) == ("1", "2026-01-02", {"spec": "specs/a.md"})
    assert (read.files, read.tests, read.labels) == (("a.py",), ("t.py", "u.py"), ("x", "y"))


def test_broken_front_matter_is_guessed_and_said() -> None:
    """A value that YAML refuses does not hide the others, and its line is known."""
    read = read_phr(b'---\nid: 7\ntitle: Fix: the list\ntests:\n  - "My" test\n---\n## Prompt\nx\n')

    assert read.fields.broken
    assert (read.id, read.title, read.prompt) == ("7", "Fix: the list", "x")


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"---\n", b"---\nid", b"\x00", b"## Prompt"])
def test_no_bytes_make_reading_fail(data: bytes) -> None:
    """Anything can be read, though nothing may be found."""
    assert read_phr(data).id == ""


@given(st.binary(max_size=80))
def test_reading_never_fails(data: bytes) -> None:
    """Reading is total."""
    read_phr(b"---\n" + data + b"\n---\n" + data).sections  # noqa: B018 - read for its errors


def _library() -> MemoryStore:
    return MemoryStore(
        {
            "history/prompts/b/0002-b.plan.prompt.md": _HEAD + "## Prompt\nFind the Needle here\n",
            "history/prompts/b/0001-a.plan.prompt.md": _HEAD,
            "docs/prompts/1-old.general.prompt.md": _HEAD,
            "docs/history/prompts/x/1-old.general.prompt.md": _HEAD,
            "specs/001-x/prompts/01-old.red.prompt.md": _HEAD,
            "specs/001-x/spec.md": "needle",
            "history/prompts/README.md": "needle",
        }
    )


def test_all_places_are_listed_by_folder_and_number() -> None:
    """The older places count; a README and a spec do not."""
    paths = [str(phr.path) for phr in list_phrs(_library())]

    assert paths == [
        "docs/history/prompts/x/1-old.general.prompt.md",
        "docs/prompts/1-old.general.prompt.md",
        "history/prompts/b/0001-a.plan.prompt.md",
        "history/prompts/b/0002-b.plan.prompt.md",
        "specs/001-x/prompts/01-old.red.prompt.md",
    ]


def test_search_finds_lines_whatever_their_case() -> None:
    """Each hit has its record, line and excerpt."""
    (hit,) = search_phrs(_library(), "needle")

    assert (hit.path.name[:4], hit.line, hit.excerpt) == ("0002", 8, "Find the Needle here")


def test_statistics_count_by_stage_and_month() -> None:
    """Most first, and what is missing is counted as none."""
    counted = stats(list_phrs(_library()))

    assert (counted.total, counted.stages, counted.months) == (5, {"green": 5}, {"2026-01": 5})
    assert counted.features == {"none": 5}


@pytest.mark.slow
@pytest.mark.parametrize("piece", ["```a\n", "```a\n~~~b\n", "## Prompt\n", "## Response\n"])
def test_hostile_records_take_work_that_grows_with_them_alone(piece: str) -> None:
    """Of a fence that nothing closes, the end is looked for a few times, however many there are."""
    texts = [(_HEAD + piece * (size // len(piece))).encode() for size in (5_000, 20_000)]
    small, large = (calls(lambda text=text: read_phr(text).sections) for text in texts)  # type: ignore[misc]

    assert large.total() < small.total() * 5
    assert large["read_fence"] == small["read_fence"]
