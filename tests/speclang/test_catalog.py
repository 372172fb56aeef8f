"""Which documents make a feature: by name, by number, all of them, and what to say otherwise."""

from pathlib import PurePosixPath

import pytest
from fakes import MemoryFiles

from sdd.errors import SpecError
from sdd.speclang import Role, discover, documents_of

API = "# API\n\n### GET /api/notes\n"
SCHEMA = "# Schema\n\n### notes\n\n- id: integer (primary key)\n"
CENTRAL = {
    "specs/api/rest-endpoints.md": API,
    "specs/database/schema.md": SCHEMA,
    "specs/features/notes.md": "# Notes",
    "specs/features/sharing.md": "# Sharing",
    "specs/features/authentication.md": "# Tokens",
    "specs/ui/pages.md": "# Pages",
    "specs/api/mcp-tools.md": "# Tools",
    "backend/CLAUDE.md": "# Backend",
    "CLAUDE.md": "# All",
    "frontend/CLAUDE.md": "# Front end",
    ".specify/memory/constitution.md": "# Principles",
    ".specify/templates/spec-template.md": "# Template",
    "node_modules/x/specs/api.md": "# No",
    "README.md": "# Readme",
}


def names(files: MemoryFiles, feature: str) -> list[str]:
    """Return the documents of a feature as strings."""
    return [str(path) for path in documents_of(files, feature)]


def test_a_feature_chooses_its_behaviour_document() -> None:
    """Contract, schema, tokens, guidelines and principles are always read, authorities first."""
    assert names(MemoryFiles(CENTRAL), "notes") == [
        "specs/api/rest-endpoints.md",
        "specs/database/schema.md",
        "specs/features/notes.md",
        "specs/features/authentication.md",
        "backend/CLAUDE.md",
        "CLAUDE.md",
        ".specify/memory/constitution.md",
    ]


def test_all_takes_every_feature() -> None:
    """`all` reads both behaviour documents, and still no tools, pages or templates."""
    found = names(MemoryFiles(CENTRAL), "all")

    assert "specs/features/sharing.md" in found
    assert "specs/features/notes.md" in found
    assert not [path for path in found if "mcp" in path or "ui" in path or "template" in path]


@pytest.mark.parametrize("folder", ["001-notes", "20261123-101500-notes", "1-notes"])
def test_a_numbered_folder_is_found_by_its_name(folder: str) -> None:
    """Both of spec-kit's number forms come off, and the folder is read beside the feature file."""
    files = MemoryFiles(
        {**CENTRAL, f"specs/{folder}/spec.md": "# Spec", f"specs/{folder}/tasks.md": "# Tasks"}
    )
    found = names(files, "notes")

    assert f"specs/{folder}/spec.md" in found
    assert "specs/features/notes.md" in found
    assert f"specs/{folder}/tasks.md" in found


def test_two_numbered_folders_of_one_name_are_ambiguous() -> None:
    """The error names both folders."""
    files = MemoryFiles({**CENTRAL, "specs/001-notes/spec.md": "a", "specs/004-notes/spec.md": "b"})

    with pytest.raises(SpecError, match=r"specs/001-notes and specs/004-notes"):
        documents_of(files, "notes")


def test_a_numbered_folder_may_be_named_in_full() -> None:
    """Then there is no ambiguity."""
    files = MemoryFiles({**CENTRAL, "specs/001-notes/spec.md": "a", "specs/004-notes/spec.md": "b"})

    assert "specs/004-notes/spec.md" in names(files, "004-notes")
    assert "specs/001-notes/spec.md" not in names(files, "004-notes")


@pytest.mark.parametrize("name", ["01-add-note", "add-note"])
def test_a_numbered_document_is_found_with_its_number_and_without(name: str) -> None:
    """Documents bear numbers too, and people type what they see."""
    files = MemoryFiles({**CENTRAL, "specs/features/01-add-note.md": "# Add"})

    assert "specs/features/01-add-note.md" in names(files, name)


def test_an_unknown_feature_lists_what_there_is() -> None:
    """The nearest name comes first."""
    with pytest.raises(SpecError) as caught:
        documents_of(MemoryFiles(CENTRAL), "shraing")

    assert "there is: sharing" in caught.value.message
    assert "authentication" in caught.value.message
    assert caught.value.hint == "Did you mean 'sharing'?"


def test_no_specs_is_an_error() -> None:
    """A project without specs says so in one sentence."""
    with pytest.raises(SpecError, match="no specs"):
        documents_of(MemoryFiles({"README.md": "x", "backend/CLAUDE.md": "y"}), "all")


def test_phases_are_not_mixed_into_a_central_contract() -> None:
    """With a central contract, those of numbered folders count only for their own feature."""
    files = MemoryFiles(
        {
            **CENTRAL,
            "specs/001-console/spec.md": "# A console program",
            "specs/002-chat/spec.md": "# Chat with FastAPI",
            "specs/002-chat/contracts/chat-api.md": "### POST /api/chat",
            "specs/002-chat/data-model.md": "### messages",
        }
    )
    everything, chat = names(files, "all"), names(files, "chat")

    assert "specs/002-chat/contracts/chat-api.md" not in everything
    assert "specs/002-chat/data-model.md" not in everything
    assert "specs/001-console/spec.md" not in everything
    assert "specs/002-chat/contracts/chat-api.md" in chat
    assert "specs/002-chat/data-model.md" in chat


def test_without_a_central_contract_the_folders_are_the_contract() -> None:
    """A project that has numbered folders alone is read from those about a backend."""
    files = MemoryFiles(
        {
            "specs/001-console/spec.md": "# A console program",
            "specs/001-console/data-model.md": "# In memory",
            "specs/002-web/spec.md": "# Web",
            "specs/002-web/contracts/api.md": "### GET /api/notes",
            "specs/002-web/data-model.md": "### notes",
        }
    )

    assert names(files, "all") == [
        "specs/002-web/contracts/api.md",
        "specs/002-web/data-model.md",
        "specs/002-web/spec.md",
    ]


def test_openapi_counts_as_a_contract() -> None:
    """YAML and JSON below contracts are found."""
    files = MemoryFiles(
        {"specs/001-notes/contracts/openapi.yaml": "openapi: 3.1.0", "specs/001-notes/spec.md": "x"}
    )

    assert names(files, "notes")[0] == "specs/001-notes/contracts/openapi.yaml"


def test_guidelines_in_a_sub_folder_are_found() -> None:
    """`phase-2/backend/CLAUDE.md` is the backend's guideline too."""
    files = MemoryFiles({**CENTRAL, "phase-2/backend/CLAUDE.md": "# Backend"})

    assert "phase-2/backend/CLAUDE.md" in names(files, "notes")


def test_the_catalog_lists_features() -> None:
    """Features are named once, whether they have a file, a folder or both."""
    files = MemoryFiles({**CENTRAL, "specs/003-notes/plan.md": "# Plan"})
    catalog = discover(files)

    assert catalog.names == ("authentication", "notes", "sharing")
    assert [feature.folder for feature in catalog.features if feature.numbered] == [
        PurePosixPath("specs/003-notes")
    ]


def test_roles_are_ordered() -> None:
    """The contract counts more than the schema, and that more than behaviour."""
    assert Role.CONTRACT < Role.SCHEMA < Role.BEHAVIOUR < Role.TOKENS < Role.CONVENTIONS


def test_the_data_model_of_a_folder_goes_with_its_contract() -> None:
    """Beside a central schema it is read where the folder's contract is the only one."""
    files = {
        "specs/database/schema.md": SCHEMA,
        "specs/001-notes/contracts/api.md": API,
        "specs/001-notes/data-model.md": "### tags\n\n- id: integer (primary key)\n",
    }

    assert "specs/001-notes/data-model.md" in names(MemoryFiles(files), "all")
    assert "specs/001-notes/data-model.md" not in names(
        MemoryFiles(files | {"specs/api/rest-endpoints.md": API}), "all"
    )
