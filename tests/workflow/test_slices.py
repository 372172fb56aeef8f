import pytest

from sdd.workflow.slices import kind_of, slices

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


def test_an_order_gets_the_documents_that_it_needs_and_no_more() -> None:
    """The models' order reads the schema, not the contract; authority comes first."""
    documents = slices(PATHS, ["models", "auth"], lambda _order, _paths: True)

    assert [item.path for item in documents["models"]] == [
        "specs/database/schema.md",
        "backend/CLAUDE.md",
    ]
    assert "specs/features/task-crud.md" not in [item.path for item in documents["auth"]]
    assert documents["auth"][0].why == "paths, methods, bodies, statuses"


def test_where_a_slice_says_too_little_the_order_gets_all() -> None:
    """Nothing is built from half of what the specs say."""
    documents = slices(PATHS, ["models"], lambda _order, _paths: False)

    assert tuple(item.path for item in documents["models"]) == PATHS


def test_without_documents_of_its_kinds_an_order_gets_all() -> None:
    """A project whose only document is a contract has its tables from there."""
    documents = slices(PATHS[:1], ["models"], lambda _order, _paths: True)

    assert [item.path for item in documents["models"]] == ["specs/api/rest-endpoints.md"]
