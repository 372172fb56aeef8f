from pathlib import PurePosixPath

import pytest
from fakes import MemoryFiles
from hypothesis import given
from hypothesis import strategies as st

from sdd.errors import WorkspaceError
from sdd.workflow.manifest import Manifest, Standing, load_manifest

BACKEND = PurePosixPath("backend")
MAIN = BACKEND / "main.py"
names = st.from_regex(r"[a-z]{1,8}(/[a-z]{1,8})?\.py", fullmatch=True).map(PurePosixPath)


def test_without_a_manifest_every_file_is_foreign() -> None:
    """What stood there before the first run belongs to the user."""
    files = MemoryFiles({"backend/main.py": "x"})

    manifest = load_manifest(files, BACKEND)

    assert manifest.standing(files, MAIN) is Standing.FOREIGN
    assert manifest.standing(files, BACKEND / "other.py") is Standing.ABSENT


def test_an_edit_is_told_from_our_output() -> None:
    """A file is ours as long as its bytes are those that we wrote."""
    manifest = Manifest(backend=BACKEND).after({MAIN: b"ours"})

    assert manifest.standing(MemoryFiles({"backend/main.py": "ours"}), MAIN) is Standing.OURS
    assert manifest.standing(MemoryFiles({"backend/main.py": "edit"}), MAIN) is Standing.EDITED


def test_a_deleted_file_leaves_the_manifest() -> None:
    """What a run deletes is not listed any more."""
    manifest = Manifest(backend=BACKEND).after({MAIN: b"ours"})

    assert manifest.after({MAIN: None}).hashes == {}


@given(
    st.dictionaries(names, st.binary(max_size=20), max_size=8),
    st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=3),
)
def test_what_is_dumped_is_loaded_again(
    contents: dict[PurePosixPath, bytes], answers: dict[str, str]
) -> None:
    """The form is sorted; reading it back gives the same hashes, answers and bytes."""
    written = (
        Manifest(backend=BACKEND)
        .after({BACKEND / path: data for path, data in contents.items()})
        .with_answers(answers)
    )
    files = MemoryFiles({str(written.path): written.dump()})

    read = load_manifest(files, BACKEND)

    assert read.hashes == written.hashes
    assert read.answers == answers
    assert read.dump() == written.dump()


@pytest.mark.parametrize("text", ["<<<<<<< HEAD", "[]", '{"files": 3}', '{"version": 1}'])
def test_a_broken_manifest_is_one_sentence(text: str) -> None:
    """A manifest with conflict marks stops the run instead of being taken for none."""
    with pytest.raises(WorkspaceError, match="not in the form"):
        load_manifest(MemoryFiles({"backend/.sdd-manifest.json": text}), BACKEND)
