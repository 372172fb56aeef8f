from pathlib import PurePosixPath

from sdd.changes import apply_changes, digest
from sdd.speclang import check_specs, documents_of, read_specs
from sdd.text import decode
from sdd.workflow.scaffold import MANIFEST, plan_scaffold
from tests.fakes import MemoryFiles

AGENT = "agents/endpoint-subagent.md"


def scaffolded() -> MemoryFiles:
    """Return a project after its first `sdd init`."""
    files = MemoryFiles()
    apply_changes(plan_scaffold(files).changes, files)
    return files


def test_an_empty_folder_becomes_a_project_once() -> None:
    """The second time nothing is left to do."""
    files = scaffolded()

    assert AGENT in files.texts()
    assert not plan_scaffold(files).changes


def test_the_example_is_understood_without_a_remark() -> None:
    """A stranger's first specs compile and check clean."""
    files = scaffolded()

    paths = documents_of(files, "notes")
    reading = read_specs([decode(str(path), files.read(path) or b"") for path in paths])

    assert len(reading.application.endpoints) == 4
    assert [*reading.diagnostics, *check_specs(reading)] == []


def test_what_the_user_changed_stays_and_is_named() -> None:
    """Our newer version never replaces somebody's work."""
    files = scaffolded()
    files.commit({PurePosixPath(AGENT): b"mine"})

    scaffold = plan_scaffold(files)

    assert scaffold.kept == (PurePosixPath(AGENT),)
    assert not scaffold.changes


def test_a_file_of_ours_that_is_out_of_date_is_renewed() -> None:
    """What stands there is what an earlier version wrote."""
    files = scaffolded()
    old = b"an older version"
    manifest = files.text(str(MANIFEST))
    now = plan_scaffold(MemoryFiles()).changes
    current = next(change for change in now.changes if str(change.path) == AGENT)
    assert current.new is not None
    files.commit(
        {
            PurePosixPath(AGENT): old,
            MANIFEST: manifest.replace(digest(current.new), digest(old)).encode(),
        }
    )

    changes = plan_scaffold(files).changes.changes

    assert PurePosixPath(AGENT) in {change.path for change in changes}


def test_specs_that_are_there_get_no_example() -> None:
    """The example is for a folder without specs alone."""
    files = MemoryFiles({"specs/api/own.md": "# Mine"})

    changes = plan_scaffold(files).changes.changes

    assert not [change for change in changes if change.path.parts[0] == "specs"]
