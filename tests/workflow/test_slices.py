import pytest

from sdd.text import SourceText
from sdd.workflow.slices import (
    LEFT_TO_AGENTS,
    NAMED,
    OPERATIONS,
    excerpt,
    kind_of,
    slices,
)

PATHS = (
    "specs/api/rest-endpoints.md",
    "specs/database/schema.md",
    "specs/features/task-crud.md",
    "specs/features/authentication.md",
    "backend/CLAUDE.md",
)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("specs/api/rest-endpoints.md", "contract"),
        ("specs/001-x/contracts/openapi.yaml", "contract"),
        ("specs/database/schema.md", "schema"),
        ("specs/001-x/data-model.md", "schema"),
        ("specs/features/authentication.md", "tokens"),
        ("backend/CLAUDE.md", "conventions"),
        (".specify/memory/constitution.md", "rules"),
        ("specs/001-x/spec.md", "behaviour"),
    ],
)
def test_a_path_tells_what_a_document_is_about(path: str, kind: str) -> None:
    """Folders and names are as projects write them."""
    assert kind_of(path).name == kind


def sources(*paths: str) -> list[SourceText]:
    """Return documents of one line each."""
    return [SourceText(path=path, text="# Something\n") for path in paths]


def test_an_order_gets_the_documents_that_it_needs_and_no_more() -> None:
    """The models' order reads the schema, not the contract; authority comes first."""
    documents = slices(sources(*PATHS), ["models", "auth"], lambda _order, _parts: True)

    assert [item.path for item in documents["models"]] == [
        "specs/database/schema.md",
        "backend/CLAUDE.md",
    ]
    assert "specs/features/task-crud.md" not in [item.path for item in documents["auth"]]
    assert documents["auth"][0].why == "paths, methods, bodies, statuses"


def test_where_a_slice_says_too_little_the_order_gets_all() -> None:
    """Nothing is built from half of what the specs say."""
    documents = slices(sources(*PATHS), ["models"], lambda _order, _parts: False)

    assert tuple(item.path for item in documents["models"]) == PATHS
    assert not any(item.lines for item in documents["models"])


def test_without_documents_of_its_kinds_an_order_gets_all() -> None:
    """A project whose only document is a contract has its tables from there."""
    documents = slices(sources(PATHS[0]), ["models"], lambda _order, _parts: True)

    assert [item.path for item in documents["models"]] == ["specs/api/rest-endpoints.md"]


CONTRACT = SourceText(
    path="specs/api/rest-endpoints.md",
    text="""# Contract

Everything is JSON.

## Overview

| GET | /api/kites |

## GET /api/kites

Lists kites, with plenty of words about what a list of kites may be good for.

### Answer

A list of kites, each with a colour and a length of string.

## Limits

Nobody flies more than three.
""",
)
TOPICS = {(CONTRACT.path, 7): NAMED, (CONTRACT.path, 9): NAMED, (CONTRACT.path, 15): OPERATIONS}


def test_a_part_of_a_document_holds_what_its_order_is_about_and_all_headings() -> None:
    """Whoever knows users needs to know which operations there are, not what they answer."""
    documents = slices([CONTRACT], ["auth", "routes"], lambda _order, _parts: True, TOPICS)

    assert documents["auth"][0].shown == "1-9, 13, 17-20"
    assert documents["routes"][0].lines == ()


def test_what_no_compiler_understood_is_shown_to_every_agent() -> None:
    """A language model has to read it, whatever it stands among."""
    topics = {**TOPICS, (CONTRACT.path, 11): LEFT_TO_AGENTS}

    documents = slices([CONTRACT], ["auth"], lambda _order, _parts: True, topics)

    assert documents["auth"][0].shown == "1-13, 17-20"


def test_an_excerpt_keeps_the_numbers_of_its_lines() -> None:
    """What is said about a place holds for the document."""
    assert excerpt("a\nb\nc\nd", [(2, 2), (4, 4)]) == "\nb\n\nd"
