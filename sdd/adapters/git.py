"""The project's git repository, if there is one and git is installed."""

from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from sdd.errors import WorkspaceError

if TYPE_CHECKING:
    from git.cmd import Git


class GitRepository:
    """A project inside a git repository; `open_git` opens it."""

    def __init__(self, project: Path, git: "Git") -> None:
        self._project = project
        self._git = git

    def user(self) -> str | None:
        """Return the name that git signs commits with."""
        return self._ask("config", "user.name")

    def root(self) -> Path | None:
        """Return the repository's top folder; the project may lie below it."""
        top = self._ask("rev-parse", "--show-toplevel")
        return Path(top) if top else None

    def branch(self) -> str | None:
        """Return the current branch; None when no branch is checked out."""
        return self._ask("symbolic-ref", "--short", "HEAD")

    def commit(self, paths: Sequence[PurePosixPath], message: str, branch: str) -> str:
        """Commit these paths, and nothing else, on a branch; return the commit's id.

        A branch that does not exist is made here and now; it stays checked out. What else was
        staged or changed stays so.

        Raises:
            WorkspaceError: Git refused, and why.
        """
        names = [str(path) for path in paths]
        if branch != self.branch():
            exists = self._ask("rev-parse", "--verify", "--quiet", f"refs/heads/{branch}")
            self._do("switch", *(() if exists else ("-c",)), branch)
        self._do("add", "--all", "--", *names)
        self._do("commit", "--quiet", "--message", message, "--only", "--", *names)
        return self._do("rev-parse", "HEAD")

    def commit_of(self, revision: str) -> str:
        """Return the full id of the commit that a revision names.

        Raises:
            WorkspaceError: There is no such commit.
        """
        found = None
        if not revision.startswith("-"):
            found = self._ask("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
        if found is None:
            raise WorkspaceError(
                f"There is no revision '{revision}' in this repository.",
                hint="Name a commit, branch or tag; in CI, fetch it first (fetch-depth: 0).",
            )
        return found

    def files_at(self, commit: str, wanted: Callable[[str], bool]) -> dict[PurePosixPath, bytes]:
        """Return the wanted files of this folder as a commit has them; links are left out.

        Raises:
            WorkspaceError: Git refused, and why.
        """
        files = {}
        for entry in self._do("ls-tree", "-r", "-z", commit).split("\0"):
            about, _, name = entry.partition("\t")
            if about.startswith("100") and wanted(name):
                files[PurePosixPath(name)] = bytes(self._git.get_object_data(about.split()[2])[3])
        self._git.clear_cache()
        return files

    def _ask(self, *command: str) -> str | None:
        from git.exc import GitError  # noqa: PLC0415 - heavy, and only commits need it

        try:
            return str(self._git.execute(["git", *command])).strip() or None
        except (GitError, OSError):
            return None

    def _do(self, *command: str) -> str:
        from git.exc import GitCommandError, GitError  # noqa: PLC0415

        try:
            return str(self._git.execute(["git", *command])).strip()
        except GitCommandError as error:
            raise WorkspaceError(
                f"git {command[0]} failed: {_first_line(error)}.",
                hint="The files are in place; commit them yourself once git agrees.",
            ) from error
        except (GitError, OSError) as error:
            raise WorkspaceError(f"git could not be run: {error}.") from error


def open_git(project: Path) -> GitRepository | None:
    """Open the repository around a project; None without git, or outside a repository."""
    try:
        # Not from `git.cmd`: the package looks for git when it is imported, and a search that
        # failed leaves that module behind, without the command's name.
        from git import Git, GitError  # noqa: PLC0415
    except ImportError:
        return None
    git = Git(str(project))
    git.update_environment(GIT_TERMINAL_PROMPT="0", LC_ALL="C")
    try:
        inside = git.execute(["git", "rev-parse", "--is-inside-work-tree"])
    except (GitError, OSError):
        return None
    return GitRepository(project, git) if inside == "true" else None


def _first_line(error: Exception) -> str:
    text = str(getattr(error, "stderr", "") or getattr(error, "stdout", "") or error)
    text = text.strip().removeprefix("stderr: ").removeprefix("stdout: ").strip("'\" \n")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[0].removeprefix("fatal: ").removeprefix("error: ").rstrip(".") if lines else "?"
