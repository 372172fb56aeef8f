"""Checking prompt history records, and mending them."""

import os
from pathlib import Path, PurePosixPath

import pytest
from fakes import FixedClock
from record_fakes import MemoryStore, check_phrs

from sdd.changes import apply_changes
from sdd.diagnostics import Severity
from sdd.records.fixing import fix_phrs
from sdd.records.library import list_phrs, only_records
from sdd.records.phr import record_phr
from sdd.records.phr_draft import PhrRequest
from sdd.records.reading import read_phr

_PATH = "history/prompts/001-items/0003-add-the-item-list.green.prompt.md"
_GOOD = """---
id: "0003"
title: Add the item list
stage: green
date: 2026-01-02
surface: agent
model: a-model
feature: 001-items
branch: main
user: developer
command: none
labels: ["items"]
links:
  spec: specs/001-items/spec.md
  ticket: null
  adr: null
  pr: null
files:
  - backend/items.py
tests:
  - none
---

## Prompt

Add {{braces}} and `/home/me` to the list.

## Response snapshot

Added.

## Outcome

- Impact: a list

## Evaluation notes (flywheel)

- Failure modes observed: none
"""


def _rules(text: str, path: str = _PATH) -> list[tuple[str, int]]:
    found = check_phrs([read_phr(text.encode(), path)])
    return [(item.rule, item.span.line) for item in found if item.span]


def test_a_good_record_is_left_in_peace() -> None:
    """No diagnostic at all, also with braces and paths in the prompt."""
    assert _rules(_GOOD) == []


def test_what_we_write_is_found_good(store: MemoryStore, clock: FixedClock) -> None:
    """Our own records satisfy every rule of our own."""
    request = PhrRequest(
        title="Add the item list",
        stage="green",
        feature="001-items",
        prompt="{{ID}} ```",
        files=("a.py",),
    )
    record_phr(request, store=store, clock=clock)
    record_phr(request, store=store, clock=clock)

    assert check_phrs(list_phrs(store)) == ()


@pytest.mark.parametrize(
    ("old", "new", "rule", "line"),
    [
        ('"0003"', "0003", "unquoted-id", 2),
        ('"0003"', "3", "unquoted-id", 2),
        ('"0003"', '"0004"', "id-mismatch", 2),
        ('"0003"', "items-3", "id-form", 2),
        ("title: Add the item list", "title: List", "title-length", 3),
        ("title: Add the item list", "title:", "missing-field", 2),
        ("stage: green", "stage: coding", "invented-stage", 4),
        ("stage: green", "stage: red", "stage-mismatch", 4),
        ("date: 2026-01-02", "date: yesterday", "invalid-date", 5),
        ("date: 2026-01-02", "date: 2026-13-02", "invalid-date", 5),
        ("date: 2026-01-02", "date_iso: 2026-01-02", "renamed-field", 5),
        ("feature: 001-items", "feature: other", "wrong-folder", 8),
        ("user: developer", "user: me@host", "host-name", 10),
        ("command: none\n", "", "missing-field", 2),
        ("files:\n  - backend/items.py", "files: |\n  - a.py", "not-a-list", 18),
        ("backend/items.py", "/home/me/items.py", "absolute-path", 18),
        ("backend/items.py", "C:\\work\\items.py", "absolute-path", 18),
        ("user: developer", "user: a: b", "broken-front-matter", 10),
        ("Add {{braces}} and `/home/me` to the list.", "", "empty-prompt", 24),
        ("Add {{braces}} and `/home/me` to the list.", "$ARGUMENTS", "empty-prompt", 24),
        ("to the list.", "to the ...", "truncated-prompt", 24),
        ("## Prompt", "## Intent", "missing-prompt", 23),
        ("## Outcome", "## What", "missing-section", 23),
        ("a list\n", "{{OUTCOME_IMPACT}}\n", "unfilled-placeholder", 34),
        ("Added.", "Added ghp_" + "a1B2c3" * 6, "secret-in-record", 30),
        ("Added.", "See /home/me/x.py.", "absolute-path", 28),
    ],
)
def test_each_mistake_has_its_rule_and_place(old: str, new: str, rule: str, line: int) -> None:
    """One change to a good record is one diagnostic at its line."""
    assert old in _GOOD

    assert (rule, line) in _rules(_GOOD.replace(old, new, 1))


@pytest.mark.parametrize(
    ("path", "rules"),
    [
        ("history/prompts/001-items/notes.md", ["file-name"]),
        ("history/prompts/general/0003-add-the-item-list.green.prompt.md", ["wrong-folder"]),
        ("history/prompts/001-items/0003-list.green.prompt.md", ["slug-length"]),
        ("history/prompts/001-items/03-add-the-item-list.green.prompt.md", []),
        ("specs/001-items/prompts/3-add-the-item-list.green.prompt.md", []),
    ],
)
def test_names_and_folders_are_checked(path: str, rules: list[str]) -> None:
    """Older numbers and places are read in peace; a record in a foreign folder is not."""
    assert [rule for rule, _ in _rules(_GOOD, path)] == rules


def test_a_number_used_twice_is_reported_once() -> None:
    """The later record is reported, and the earlier one named."""
    other = _PATH.replace("add-the", "sort-the")
    records = [read_phr(_GOOD.encode(), _PATH), read_phr(_GOOD.encode(), other)]

    (found,) = check_phrs(records)

    assert (found.rule, found.message) == (
        "duplicate-number",
        f"Number 3 is taken by {PurePosixPath(_PATH).name}",
    )


def test_a_link_to_no_file_is_reported() -> None:
    """Links are followed when the project's files are known."""
    phr = read_phr(_GOOD.encode(), _PATH)

    (found,) = check_phrs([phr], known_paths={PurePosixPath("specs/other.md")})

    assert (found.rule, found.severity) == ("dangling-link", Severity.WARNING)
    assert not check_phrs([phr], known_paths={PurePosixPath("specs/001-items/spec.md")})


def _fixed(text: str, path: str = _PATH, root: str | None = None) -> str:
    store = MemoryStore({path: text})
    apply_changes(fix_phrs(list_phrs(store), store, root=root), store)
    return next(iter(store.texts().values()))


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ('id: "0003"', "id: 0003"),
        ('id: "0003"', "id: item-3"),
        ('id: "0003"', 'id: "0009"'),
        ("date: 2026", "DATE_ISO: 2026"),
        ("stage: green", "stage: coding"),
        ('user: "a: b"', "user: a: b"),
        ("files:\n", "files_yaml: |\n"),
        ("  - backend/items.py", "  - /home/me/p/backend/items.py"),
        ("  - backend/items.py", "  - \\home\\me\\p\\backend\\items.py"),
    ],
)
def test_what_is_mechanical_is_mended(good: str, bad: str) -> None:
    """The mended record is the good one, byte for byte."""
    text = _GOOD.replace("user: developer", 'user: "a: b"') if "user" in good else _GOOD
    assert good in text

    assert _fixed(text.replace(good, bad, 1), root="/home/me/p") == text


@pytest.mark.parametrize("path", ["/mnt/d/work/backend/items.py", "'C:\\to do\\backend\\items.py'"])
def test_paths_of_other_machines_are_found_in_the_project(path: str) -> None:
    """An absolute path that ends in a file of the project is that file."""
    bad = _GOOD.replace("backend/items.py", path)
    store = MemoryStore({_PATH: bad, "backend/items.py": ""})

    apply_changes(fix_phrs(list_phrs(store), store), store)

    assert read_phr(store.files[PurePosixPath(_PATH)]).files == ("backend/items.py",)


def test_missing_fields_are_added_without_invention() -> None:
    """What can be known from the path is known, the rest says that it is unknown."""
    mended = _fixed("---\ntitle: Add the item list\ndate: 2026-01-02\n---\n## Prompt\nx\n")

    phr = read_phr(mended.encode(), _PATH)
    assert (phr.id, phr.stage, phr.feature, phr.model) == ("0003", "green", "001-items", "unknown")
    assert {rule for rule, _ in _rules(mended)} == {"missing-section"}


def test_prompt_and_response_stay_byte_for_byte() -> None:
    """Their line ends and spaces are not touched, nor what stands in the front matter."""
    bad = "---\r\nid: 3\r\n---\r\n## Prompt\r\n \tx  \r\n/home/me/p/a\r\n\r\n## Response\r\ny\r\n"
    head = "---\nid: 3\nprompt_text: |\n  id: 0004 /home/me/p/x\n---\n"

    assert _fixed(bad).partition("## Prompt")[2] == bad.partition("## Prompt")[2]
    assert "  id: 0004 /home/me/p/x\n" in _fixed(head, root="/home/me/p")


def test_numbers_used_twice_get_the_next_free_one() -> None:
    """The older record keeps its number; file name and id of the other change together."""
    later = _GOOD.replace("2026-01-02", "2026-01-03")
    store = MemoryStore({_PATH: _GOOD, _PATH.replace("add-the", "a-the"): later})

    apply_changes(fix_phrs(list_phrs(store), store), store)

    assert [(phr.path.name[:7], phr.id) for phr in list_phrs(store)] == [
        ("0003-ad", "0003"),
        ("0004-a-", "0004"),
    ]
    assert not fix_phrs(list_phrs(store), store)


@pytest.mark.corpus
@pytest.mark.skipif("SDD_CORPUS_DIR" not in os.environ, reason="needs SDD_CORPUS_DIR")
def test_real_records_are_read_and_mended_without_loss() -> None:
    """Every real record is read, most have a prompt, and mending changes no prompt."""
    places = sorted((Path(os.environ["SDD_CORPUS_DIR"]) / "phr").iterdir())
    total = with_prompt = 0
    for place in places:
        records = {
            str(path.relative_to(place))[str(path.relative_to(place)).index("history/") :]: path
            for path in place.rglob("*.md")
        }
        store = MemoryStore({name: path.read_bytes() for name, path in records.items()})
        before = list_phrs(store)
        total += len(before)
        with_prompt += sum(bool(phr.prompt) for phr in before)
        apply_changes(fix_phrs(before, store), store)
        after = list_phrs(store)
        texts = [
            sorted((p.prompt or "", p.response or "") for p in phrs) for phrs in (before, after)
        ]

        assert texts[0] == texts[1]
        assert len(check_phrs(after)) <= len(check_phrs(before))
        assert not fix_phrs(after, store)
    assert total >= 60
    assert with_prompt >= total * 0.9


def test_histories_of_a_repository_of_parts_are_read_too(store: MemoryStore) -> None:
    """Wherever it stands, a history is one; a record outside of any folder of it is told."""
    paths = [
        "docs/prompts/0001-a-b-c.spec.prompt.md",
        "history/prompts/shop/0001-a-b-c.spec.prompt.md",
        "history/prompts/shop/old/0002-a-b-c.spec.prompt.md",
        "parts/api/history/prompts/shop/0001-a-b-c.spec.prompt.md",
        "specs/shop/prompts/0001-a-b-c.spec.prompt.md",
    ]
    others = ["docs/guide.md", "history/adr/0001-a.md", "history/prompts/README.md", "prompts/a.md"]
    for path in (*paths, *others):
        store.create_exclusive(PurePosixPath(path), b"---\nstage: spec\n---\n")

    assert [str(path) for path in only_records(store.paths())] == paths
    misplaced = [item for item in check_phrs(list_phrs(store)) if item.rule == "wrong-folder"]
    assert [str(item.span.path) for item in misplaced if item.span] == [paths[2]]
