from pathlib import PurePosixPath

import pytest
from fakes import MemoryFiles

from sdd.errors import WorkspaceError
from sdd.workflow.overlay import Overlay

A, B = PurePosixPath("a.txt"), PurePosixPath("folder/b.txt")


def test_writing_leaves_the_base_as_it_is() -> None:
    """The overlay shows the new text, the base the old one."""
    base = MemoryFiles({"a.txt": "old"})
    overlay = Overlay(base)

    overlay.commit({A: b"new", B: b"more"})

    assert overlay.read(A) == b"new"
    assert base.texts() == {"a.txt": "old"}
    assert list(overlay.paths()) == [A, B]


def test_a_deleted_file_is_gone_from_lists() -> None:
    """Deleting hides a file of the base."""
    overlay = Overlay(MemoryFiles({"a.txt": "old"}))

    overlay.commit({A: None})

    assert overlay.read(A) is None
    assert list(overlay.paths()) == []
    assert overlay.writes() == {A: None}


def test_writing_what_stands_there_is_no_change() -> None:
    """Only what differs from the base counts as written."""
    overlay = Overlay(MemoryFiles({"a.txt": "old"}))

    overlay.commit({A: b"old", B: None})

    assert overlay.writes() == {}


def test_a_snapshot_does_not_follow_later_writes() -> None:
    """Two overlays over one base are independent."""
    overlay = Overlay(MemoryFiles())
    snapshot = overlay.snapshot()

    overlay.commit({A: b"new"})

    assert snapshot.read(A) is None


def test_paths_out_of_the_project_are_refused() -> None:
    """Neither `..` nor an absolute path is written, nor anything beside it."""
    overlay = Overlay(MemoryFiles())

    with pytest.raises(WorkspaceError):
        overlay.commit({A: b"new", PurePosixPath("../x"): b"new"})

    assert overlay.writes() == {}
