import subprocess
from pathlib import Path, PurePosixPath

import pytest

from sdd.adapters.git import open_git
from sdd.errors import WorkspaceError


@pytest.fixture(autouse=True)
def _own_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the machine's git configuration out."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))


def _git(folder: Path, *command: str) -> str:
    done = subprocess.run(
        ["git", *command],  # noqa: S607 - whichever git there is
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project in a fresh repository with one commit."""
    folder = tmp_path / "project"
    folder.mkdir()
    _git(folder, "init", "--initial-branch", "main")
    _git(folder, "config", "user.name", "Ada Example")
    _git(folder, "config", "user.email", "ada@example.com")
    (folder / "a.txt").write_text("1\n")
    _git(folder, "add", ".")
    _git(folder, "commit", "-m", "Begin")
    return folder


def test_a_repository_tells_user_branch_and_root(project: Path) -> None:
    """A project below the top of its repository finds the top."""
    below = project / "below"
    below.mkdir()

    git = open_git(below)

    assert git is not None
    assert git.user() == "Ada Example"
    assert git.branch() == "main"
    assert git.root() == project.resolve()


def test_only_the_given_paths_are_committed(project: Path) -> None:
    """What else is staged or changed stays as it is."""
    (project / "a.txt").write_text("2\n")
    (project / "new.txt").write_text("n\n")
    (project / "staged.txt").write_text("s\n")
    _git(project, "add", "staged.txt")
    git = open_git(project)
    assert git is not None

    commit = git.commit([PurePosixPath("new.txt")], "Add new", "sdd/feature")

    assert git.branch() == "sdd/feature"
    assert _git(project, "show", "--name-only", "--format=%s", commit) == "Add new\n\nnew.txt"
    assert _git(project, "status", "--short") == "M a.txt\nA  staged.txt"


def test_deleted_files_and_existing_branches_are_committed_to(project: Path) -> None:
    """A branch that is there already is used, and a deletion is a change."""
    _git(project, "branch", "sdd/feature")
    (project / "a.txt").unlink()
    git = open_git(project)
    assert git is not None

    commit = git.commit([PurePosixPath("a.txt")], "Remove a", "sdd/feature")

    assert _git(project, "show", "--name-status", "--format=", commit) == "D\ta.txt"


def test_what_git_refuses_is_one_sentence(project: Path) -> None:
    """No traceback, the first line of git's own words."""
    git = open_git(project)
    assert git is not None

    with pytest.raises(WorkspaceError, match="git add failed: pathspec 'none' did not match"):
        git.commit([PurePosixPath("none")], "Nothing", "main")


def test_outside_a_repository_there_is_none(tmp_path: Path) -> None:
    """A folder without git is a normal case."""
    assert open_git(tmp_path) is None


def test_without_git_there_is_none(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without git is a normal case too."""
    monkeypatch.setenv("PATH", "")

    assert open_git(project) is None


def test_files_of_a_revision_are_read_into_memory(project: Path) -> None:
    """As they were committed, below this folder alone, whatever lies in the working tree."""
    (project / "sub").mkdir()
    (project / "sub" / "a.py").write_text("x = 1\n")
    (project / "sub" / "link.py").symlink_to("a.py")
    (project / "other.py").write_text("y = 1\n")
    _git(project, "add", ".")
    _git(project, "commit", "-m", "Add")
    (project / "sub" / "a.py").write_text("x = 2\n")
    git = open_git(project / "sub")
    assert git is not None

    files = git.files_at(git.commit_of("HEAD"), lambda name: name.endswith(".py"))

    assert files == {PurePosixPath("a.py"): b"x = 1\n"}
    assert git.files_at(git.commit_of("HEAD~1"), lambda name: True) == {}


@pytest.mark.parametrize("revision", ["nowhere", "--help", "HEAD:a.txt"])
def test_an_unknown_revision_is_one_sentence(project: Path, revision: str) -> None:
    """The name is said back, with what to do."""
    git = open_git(project)
    assert git is not None

    with pytest.raises(WorkspaceError, match=f"no revision '{revision}'"):
        git.commit_of(revision)
