from pathlib import Path, PurePosixPath

import pytest

from sdd.adapters.source_tree import SourceTree, read_tree
from sdd.errors import WorkspaceError


def _write(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("x = 1\n")


def test_only_what_tells_of_programs_is_listed(tmp_path: Path) -> None:
    """Python files and the marks of environments, sorted; caches and `.git` are not entered."""
    _write(tmp_path, "b.py", "a/c.py", "notes.md", "venv/pyvenv.cfg", ".git/x.py", ".venv/y.py")

    assert [str(path) for path in read_tree(tmp_path).paths()] == [
        "a/c.py",
        "b.py",
        "venv/pyvenv.cfg",
    ]
    assert list(read_tree(tmp_path).skipped) == [".venv"]


def test_a_loop_of_links_is_not_followed_and_listed(tmp_path: Path) -> None:
    """The walk ends, and the link can be told."""
    _write(tmp_path, "a/b.py")
    (tmp_path / "a" / "again").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "self").symlink_to("self")
    tree = read_tree(tmp_path)

    assert [str(path) for path in tree.paths()] == ["a/b.py"]
    assert list(tree.links) == ["a/again", "self"]


def test_the_contents_are_held_by_hash(tmp_path: Path) -> None:
    """An edit, a missing file and a new listing are all noticed."""
    _write(tmp_path, "a.py", "b.py")
    tree = read_tree(tmp_path)
    for path in tree.paths():
        tree.read(path)
    known, listing = tree.hashes(), tree.listing_hash()

    assert not read_tree(tmp_path).changed(known)
    (tmp_path / "a.py").write_text("x = 2\n")
    assert read_tree(tmp_path).changed(known) == ("a.py",)
    (tmp_path / "a.py").unlink()
    assert read_tree(tmp_path).changed(known) == ("a.py",)
    assert read_tree(tmp_path).listing_hash() != listing


def test_a_file_that_may_not_be_read_is_an_error(tmp_path: Path) -> None:
    """And it never counts as unchanged."""
    name = f"{'a' * 300}.py"
    tree = SourceTree(names=(name,), root=tmp_path)

    with pytest.raises(WorkspaceError, match="cannot be read"):
        tree.read(PurePosixPath(name))
    assert tree.closed == {name}
    assert tree.changed({name: "0"}) == (name,)
