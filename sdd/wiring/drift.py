"""Joins the comparison of specs and code with a project on disk and what it has accepted."""

from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from sdd.adapters.git import open_git
from sdd.adapters.single_file import replace_file
from sdd.adapters.source_tree import read_tree
from sdd.audit import lift
from sdd.diagnostics import Diagnostic
from sdd.errors import ConfigError, WorkspaceError
from sdd.ir import Application
from sdd.ir.drift import Difference, diff
from sdd.ir.drift.accepted import Acceptance, Judged, accept, from_text, judge, to_text
from sdd.ir.drift.findings import findings
from sdd.program import load
from sdd.text import Span
from sdd.wiring.specs import read_project

ACCEPTED = "accepted-drift.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """A project's specs beside its backend.

    Attributes:
        backend: The folder that was read, relative to the project.
        endpoints: How many endpoints the specs state, and how many the code answers.
        entities: Likewise of tables.
        written: The file of acceptances, when it was written.
    """

    root: Path
    backend: PurePosixPath
    judged: Judged
    endpoints: tuple[int, int]
    entities: tuple[int, int]
    written: str | None = None

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """The differences as diagnostics, accepted ones marked."""
        return findings(self.judged)


def find_drift(
    project: Path | None, feature: str, backend: Path | None, *, accepting: str | None = None
) -> Drift:
    """Compare what a project's specs state with what its backend does; nothing is executed.

    Args:
        project: The project's folder; None: this one or the nearest above.
        feature: Whose specs; `all` takes everything.
        backend: The backend's folder; None: `backend/`, or else the project's own.
        accepting: Accept what there is, for this reason (which may be empty).

    Raises:
        SddError: There are no specs, there is no backend, or a file is of no use.
    """
    found = read_project(project, feature)
    folder = _backend(found.root, backend)
    spec = found.reading.application
    code = _lifted(folder)
    prefix = _relative(folder, found.root)
    judged = judge([_placed(item, prefix) for item in diff(spec, code)], _accepted(found.root))
    written = None
    if accepting is not None:
        written = _write(found.root, accept(judged, _revision(found.root), accepting))
        judged = judge(
            [*judged.open, *(item for item, _ in judged.accepted)], _accepted(found.root)
        )
    return Drift(
        root=found.root,
        backend=prefix,
        judged=judged,
        endpoints=(len(spec.endpoints), len(code.endpoints)),
        entities=(len(spec.entities), len(code.entities)),
        written=written,
    )


def _backend(root: Path, named: Path | None) -> Path:
    folder = named or (root / "backend" if (root / "backend").is_dir() else root)
    if not folder.is_dir():
        raise ConfigError(f"No folder {folder}.", hint="Name the backend's folder: --backend DIR")
    return folder.resolve()


def _lifted(folder: Path) -> Application:
    tree = read_tree(folder)
    if not tree.names:
        raise ConfigError(
            f"No Python files in {folder}.", hint="Name the backend's folder: --backend DIR"
        )
    return lift(load(tree))


def _relative(folder: Path, root: Path) -> PurePosixPath:
    try:
        return PurePosixPath(folder.relative_to(root.resolve()).as_posix())
    except ValueError:
        return PurePosixPath(folder.as_posix())


def _placed(item: Difference, prefix: PurePosixPath) -> Difference:
    if item.code_span is None:
        return item
    return replace(item, code_span=_moved(item.code_span, prefix))


def _moved(span: Span, prefix: PurePosixPath) -> Span:
    return replace(span, path=str(prefix / span.path))


def _accepted(root: Path) -> tuple[Acceptance, ...]:
    path = root / "specs" / ACCEPTED
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise WorkspaceError(f"{path} cannot be read: {error}.") from error
    return from_text(text, f"specs/{ACCEPTED}")


def _write(root: Path, acceptances: tuple[Acceptance, ...]) -> str:
    (root / "specs").mkdir(exist_ok=True)
    replace_file(root / "specs" / ACCEPTED, to_text(acceptances))
    return f"specs/{ACCEPTED}"


def _revision(root: Path) -> str:
    git = open_git(root)
    if git is None:
        return ""
    try:
        return git.commit_of("HEAD")
    except WorkspaceError:  # a repository without a commit
        return ""
