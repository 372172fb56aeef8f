import errno
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdd.adapters.disk import DiskFiles
from sdd.adapters.scratch import scratch
from sdd.adapters.transaction import write_synced
from sdd.errors import WorkspaceError


def _path(text: str) -> PurePosixPath:
    return PurePosixPath(text)


def _tree(root: Path) -> dict[str, str]:
    """Return what stands in a folder, our own state left out."""
    return {
        path.relative_to(root).as_posix(): path.read_text() if path.is_file() else "(folder)"
        for path in sorted(root.rglob("*"))
        if ".sdd" not in path.relative_to(root).parts
    }


def _failing(after: int, error: OSError) -> Callable[[Path, Path], object]:
    """Return a `replace` that works some times, then raises."""
    left = iter(range(after))

    def replace(old: Path, new: Path) -> object:
        if next(left, None) is None:
            raise error
        return old.replace(new)

    return replace


def test_files_are_written_and_read_back(tmp_path: Path) -> None:
    """New folders are made; a missing file is None; a folder is no file."""
    files = DiskFiles(tmp_path / "project")

    files.commit({_path("a/b.md"): b"text", _path("c.md"): b""})

    assert files.read(_path("a/b.md")) == b"text"
    assert files.read(_path("a/none.md")) is None
    assert files.read(_path("a")) is None
    assert files.read(_path("c.md/below")) is None
    assert files.paths() == [_path("a/b.md"), _path("c.md")]
    assert files.paths(_path("a")) == [_path("a/b.md")]
    assert files.paths(_path("none")) == []


def test_deleting_removes_folders_that_become_empty(tmp_path: Path) -> None:
    """The last file of a folder takes the folder with it, but never the root."""
    files = DiskFiles(tmp_path)
    files.commit({_path("a/b/c.md"): b"1", _path("a/d.md"): b"2"})

    files.commit({_path("a/b/c.md"): None, _path("a/none.md"): None})

    assert _tree(tmp_path) == {"a": "(folder)", "a/d.md": "2"}


@pytest.mark.parametrize("path", ["/etc/passwd", "../x", "a/../../x", "nul\0l", "."])
def test_paths_out_of_the_project_are_refused(tmp_path: Path, path: str) -> None:
    """Absolute paths, `..` and NUL never reach the disk."""
    with pytest.raises(WorkspaceError):
        DiskFiles(tmp_path).commit({_path(path): b"x"})

    assert _tree(tmp_path) == {}


def test_links_do_not_lead_out(tmp_path: Path) -> None:
    """A link to the outside is neither read, nor listed, nor written through."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text("secret")
    root = tmp_path / "root"
    root.mkdir()
    (root / "folder").symlink_to(outside)
    (root / "file").symlink_to(outside / "secret")
    (root / "inner").symlink_to(root / "real")
    files = DiskFiles(root)

    for path in ("folder/secret", "file"):
        with pytest.raises(WorkspaceError, match="symbolic link"):
            files.read(_path(path))
        with pytest.raises(WorkspaceError, match="symbolic link"):
            files.commit({_path(path): b"x"})
    with pytest.raises(WorkspaceError, match="symbolic link"):
        files.commit({_path("inner"): b"x"})
    assert files.paths() == []
    assert (outside / "secret").read_text() == "secret"


def test_folders_of_tools_are_not_listed(tmp_path: Path) -> None:
    """Caches and environments are no part of a project, unless asked for by name."""
    files = DiskFiles(tmp_path)
    files.commit({_path(".sdd/runs/1/run.json"): b"{}", _path("src/a.py"): b""})
    (tmp_path / "src/__pycache__").mkdir()
    (tmp_path / "src/__pycache__/a.pyc").write_bytes(b"")

    assert files.paths() == [_path("src/a.py")]
    assert files.paths(_path(".sdd/runs")) == [_path(".sdd/runs/1/run.json")]


@pytest.mark.parametrize("after", range(4))
@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.EACCES, "permission denied"), (errno.ENOSPC, "the disk is full")],
)
def test_a_refused_move_takes_everything_back(
    tmp_path: Path, after: int, number: int, words: str
) -> None:
    """Whichever of the moves fails, the tree is as before and one sentence says why."""
    DiskFiles(tmp_path).commit({_path("a.md"): b"old", _path("gone.md"): b"old"})
    before = _tree(tmp_path)
    error = OSError(number, os.strerror(number), str(tmp_path / "new/d.md"))
    files = DiskFiles(tmp_path, replace=_failing(after, error))
    writes = {
        "gone.md": None,
        "a.md": b"new",
        "new/b.md": b"1",
        "new/deep/c.md": b"2",
        "new/d.md": b"3",
    }

    with pytest.raises(WorkspaceError) as caught:
        files.commit({_path(path): data for path, data in writes.items()})

    assert _tree(tmp_path) == before
    assert words in caught.value.message
    assert "new/d.md" in caught.value.message
    assert DiskFiles(tmp_path).recover() == ()


def test_a_full_disk_while_staging_changes_nothing(tmp_path: Path) -> None:
    """The bytes are on the disk before the first file moves."""
    DiskFiles(tmp_path).commit({_path("a.md"): b"old"})

    def write(path: Path, data: bytes) -> None:
        write_synced(path, data[:1])
        if path.name == "1.new":
            raise OSError(errno.ENOSPC, "No space left on device", str(path))

    with pytest.raises(WorkspaceError, match="Nothing was changed, since The project's folder"):
        DiskFiles(tmp_path, write=write).commit({_path("a.md"): b"new", _path("b.md"): b"new"})

    assert _tree(tmp_path) == {"a.md": "old"}
    assert not (tmp_path / ".sdd/commit").exists()


def test_permissions_of_a_file_survive(tmp_path: Path) -> None:
    """A script stays executable when its text changes."""
    files = DiskFiles(tmp_path)
    files.commit({_path("run"): b"1"})
    (tmp_path / "run").chmod(0o751)

    files.commit({_path("run"): b"2"})

    assert (tmp_path / "run").stat().st_mode & 0o777 == 0o751


_KILLED = """
    import os, signal, sys
    from pathlib import Path, PurePosixPath
    from sdd.adapters.disk import DiskFiles

    left = int(sys.argv[2])

    def replace(old, new):
        global left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1
        os.replace(old, new)

    DiskFiles(Path(sys.argv[1]), replace=replace).commit({
        PurePosixPath("gone.md"): None,
        PurePosixPath("a.md"): b"new",
        PurePosixPath("new/b.md"): b"new",
        PurePosixPath("new/c.md"): b"new",
    })
"""


def _commit_and_die(root: Path, after: int) -> int:
    script = textwrap.dedent(_KILLED)
    command = [sys.executable, "-c", script, str(root), str(after)]
    return subprocess.run(command, check=False).returncode


@pytest.mark.parametrize("after", range(3))
def test_a_killed_commit_is_taken_back_at_the_next_opening(tmp_path: Path, after: int) -> None:
    """`kill -9` between any two moves leaves the old tree, once somebody opens it again."""
    DiskFiles(tmp_path).commit({_path("a.md"): b"old", _path("gone.md"): b"old"})
    before = _tree(tmp_path)

    status = _commit_and_die(tmp_path, after)
    files = DiskFiles.open(tmp_path)

    assert status == -signal.SIGKILL
    assert _tree(tmp_path) == before
    assert files.recover() == ()


def test_recovery_leaves_what_a_user_has_edited_since(tmp_path: Path) -> None:
    """After a kill, somebody mended a landed file by hand: that file is theirs."""
    DiskFiles(tmp_path).commit({_path("a.md"): b"old", _path("gone.md"): b"old"})
    _commit_and_die(tmp_path, 2)
    (tmp_path / "a.md").write_text("mine")

    restored = DiskFiles(tmp_path).recover()

    assert restored == (_path("new/b.md"), _path("gone.md"))
    assert _tree(tmp_path) == {"a.md": "mine", "gone.md": "old"}


def test_an_unreadable_log_is_named(tmp_path: Path) -> None:
    """Nobody guesses what an interrupted commit wanted."""
    (tmp_path / ".sdd").mkdir()
    (tmp_path / ".sdd/commit.json").write_text("{")

    with pytest.raises(WorkspaceError, match=r"commit\.json cannot be read"):
        DiskFiles.open(tmp_path)


_NAMES = st.sampled_from(["a", "b", "d/a", "d/b", "d/e/a", "f/a"])
_TREES = st.dictionaries(_NAMES, st.binary(max_size=4), max_size=6)


@settings(deadline=None)
@given(
    old=_TREES, new=st.dictionaries(_NAMES, st.none() | st.binary(max_size=4)), at=st.integers(0, 7)
)
def test_a_commit_happens_wholly_or_not_at_all(
    tmp_path_factory: pytest.TempPathFactory,
    old: dict[str, bytes],
    new: dict[str, bytes | None],
    at: int,
) -> None:
    """Law: after a commit that may fail anywhere, the tree is the old or the new one."""
    root = tmp_path_factory.mktemp("law")
    DiskFiles(root).commit({_path(path): data for path, data in old.items()})
    after = {path: data for path, data in {**old, **new}.items() if data is not None}

    try:
        DiskFiles(root, replace=_failing(at, OSError(errno.EIO, "broken"))).commit(
            {_path(path): data for path, data in new.items()}
        )
    except WorkspaceError:
        after = old

    files = DiskFiles(root)
    assert {str(path): files.read(path) for path in files.paths()} == after


def test_scratch_folders_vanish(tmp_path: Path) -> None:
    """Files stand on disk for the block alone; paths out of the folder are refused."""
    with scratch({_path("a/b.py"): b"x = 1"}) as folder:
        assert Path(folder, "a/b.py").read_text() == "x = 1"

    assert not Path(folder).exists()
    with pytest.raises(WorkspaceError), scratch({_path("../b.py"): b""}):
        pass
