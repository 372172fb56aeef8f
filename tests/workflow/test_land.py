from pathlib import PurePosixPath

import pytest
from fakes import MemoryFiles

from sdd.changes import apply_changes
from sdd.errors import EditConflictError, WorkspaceError
from sdd.workflow.land import file_reports, plan_landing, settle, unified_diff
from sdd.workflow.manifest import Manifest, load_manifest
from sdd.workflow.ticks import Ticks

BACKEND = PurePosixPath("backend")
MAIN, OTHER = BACKEND / "main.py", BACKEND / "other.py"
NONE = Manifest(backend=BACKEND)


def test_a_file_that_a_user_edited_is_a_conflict() -> None:
    """Its hash differs from the manifest, so a human decides."""
    base = MemoryFiles({"backend/main.py": "edited"})
    manifest = NONE.after({MAIN: b"ours"})

    settled = settle({MAIN: b"new", OTHER: b"x"}, base, manifest, keep=False, overwrite=False)

    assert settled.conflicts == (MAIN,)


def test_a_file_that_stood_there_before_us_is_a_conflict() -> None:
    """Brownfield: what no run wrote is the user's."""
    base = MemoryFiles({"backend/main.py": "theirs"})

    settled = settle({MAIN: b"new"}, base, NONE, keep=False, overwrite=False)

    assert settled.conflicts == (MAIN,)


def test_a_missing_file_is_no_conflict() -> None:
    """What the user deleted is made again."""
    manifest = NONE.after({MAIN: b"ours"})

    settled = settle({MAIN: b"ours"}, MemoryFiles(), manifest, keep=False, overwrite=False)

    assert settled.conflicts == ()


def test_keep_leaves_the_users_file_and_overwrite_replaces_it() -> None:
    """Both are asked for; the other files land either way."""
    base = MemoryFiles({"backend/main.py": "edited"})
    writes = {MAIN: b"new", OTHER: b"x"}

    kept = settle(writes, base, NONE, keep=True, overwrite=False)
    replaced = settle(writes, base, NONE, keep=False, overwrite=True)

    assert (kept.writes, kept.kept) == ({OTHER: b"x"}, (MAIN,))
    assert (replaced.writes, replaced.kept) == (writes, ())


def test_an_edited_file_is_not_deleted() -> None:
    """A stale file goes only as long as nobody edited it."""
    base = MemoryFiles({"backend/main.py": "edited"})
    manifest = NONE.after({MAIN: b"ours"})

    settled = settle({MAIN: None}, base, manifest, keep=False, overwrite=False)

    assert settled.conflicts == (MAIN,)


def test_the_manifest_lands_with_the_files() -> None:
    """One change set holds files, manifest and the program's own changes."""
    files = MemoryFiles({"tasks.md": "- [ ] T1\n"})
    tick = Ticks(writes={PurePosixPath("tasks.md"): b"- [x] T1\n"}, ids={"tasks.md": ("T1",)})

    changes = plan_landing({MAIN: b"new"}, files, NONE, {MAIN: "starts it"}, tick)
    apply_changes(changes, files)

    assert len(files.commits) == 1
    manifest = load_manifest(files, BACKEND)
    assert manifest.hashes == NONE.after({MAIN: b"new"}).hashes
    assert manifest.ticked == {"tasks.md": ("T1",)}
    assert files.text("tasks.md") == "- [x] T1\n"


def test_nothing_changed_is_an_empty_change_set() -> None:
    """Neither the manifest nor a tick is written for its own sake."""
    files = MemoryFiles({"backend/main.py": "same"})

    ticks = Ticks(writes={PurePosixPath("tasks.md"): b"x"})
    changes = plan_landing({MAIN: b"same"}, files, NONE, {}, ticks)

    assert not changes


def test_a_file_changed_while_we_worked_stops_the_landing() -> None:
    """What was planned against the beginning is not written over something newer."""
    base = MemoryFiles({"backend/main.py": "old"})
    now = MemoryFiles({"backend/main.py": "just edited"})
    changes = plan_landing({MAIN: b"new"}, base, NONE, {}, Ticks())

    with pytest.raises(EditConflictError):
        apply_changes(changes, now)

    assert now.commits == []


def test_a_disk_that_refuses_leaves_everything() -> None:
    """All or nothing, also when one file cannot be written."""
    files = MemoryFiles({"backend/main.py": "old"}, unwritable=["backend/other.py"])
    manifest = NONE.after({MAIN: b"old"})
    changes = plan_landing({MAIN: b"new", OTHER: b"x"}, files, manifest, {}, Ticks())

    with pytest.raises(WorkspaceError):
        apply_changes(changes, files)

    assert files.texts() == {"backend/main.py": "old"}


def test_the_report_says_what_happens_to_each_file() -> None:
    """Created, changed and deleted, with lines that come and go, and a diff of all."""
    stale = BACKEND / "stale.py"
    base = MemoryFiles({"backend/main.py": "a\nb\n", "backend/stale.py": "x\n"})
    manifest = NONE.after({MAIN: b"a\nb\n", stale: b"x\n"})
    writes = {MAIN: b"a\nc\nd\n", OTHER: b"new\n", stale: None}

    changes = plan_landing(writes, base, manifest, {MAIN: "starts it"}, Ticks()).changes
    reports = {item.path: item for item in file_reports(changes, base)}
    diff = unified_diff(changes, base)

    main = reports["backend/main.py"]
    assert (main.action, main.lines_added, main.lines_removed) == ("changed", 2, 1)
    assert main.purpose == "starts it"
    assert reports["backend/other.py"].action == "created"
    assert reports["backend/stale.py"].action == "deleted"
    assert "--- a/backend/main.py\n+++ b/backend/main.py\n" in diff
    assert "--- /dev/null\n+++ b/backend/other.py\n" in diff
