"""Specs that people wrote: the reader survives all of them and says where everything is."""

import os
from pathlib import Path, PurePosixPath

import pytest
from fakes import MemoryFiles

from sdd.errors import SpecError
from sdd.speclang import application_json, check_specs, discover, documents_of, read_specs
from sdd.text import decode

ROOT = os.environ.get("SDD_CORPUS_DIR")
SETS = sorted((Path(ROOT) / "specs").iterdir()) if ROOT and (Path(ROOT) / "specs").is_dir() else []
SUFFIXES = {".md", ".yaml", ".yml", ".json"}

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not SETS, reason="SDD_CORPUS_DIR names no folder with specs"),
]


def load(root: Path) -> MemoryFiles:
    """Copy a set into memory."""
    return MemoryFiles(
        {
            str(path.relative_to(root)): path.read_bytes()
            for path in root.rglob("*")
            if path.is_file() and path.suffix in SUFFIXES
        }
    )


@pytest.mark.parametrize("root", SETS, ids=[str(number) for number in range(len(SETS))])
def test_a_set_is_read_whole(root: Path) -> None:
    """Every feature of every set can be read; each finding has a place, each fact a span."""
    files = load(root)
    for feature in ("all", *discover(files).names):
        try:
            paths = documents_of(files, feature)
        except SpecError:
            continue
        documents = [decode(str(path), files.read(PurePosixPath(path)) or b"") for path in paths]
        reading = read_specs(documents)

        assert all(item.span is not None for item in reading.diagnostics)
        assert all(item.span is not None for item in check_specs(reading))
        assert all(item.span is not None for item in reading.application.endpoints)
        assert all(item.span is not None for item in reading.application.requirements)
        assert all(
            column.span is not None
            for entity in reading.application.entities
            for column in entity.columns
        )
        assert application_json(reading)["schema_version"] == 1


@pytest.mark.parametrize("root", SETS, ids=[str(number) for number in range(len(SETS))])
def test_a_set_has_an_api_and_a_schema(root: Path) -> None:
    """No set is left without endpoints or tables."""
    files = load(root)
    paths = documents_of(files, "all")
    app = read_specs([decode(str(path), files.read(path) or b"") for path in paths]).application

    assert app.endpoints
    assert app.entities
    assert len({(item.method, item.path) for item in app.endpoints}) == len(app.endpoints)
