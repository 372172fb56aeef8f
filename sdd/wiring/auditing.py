"""Joins the audit with a folder on disk, its history, its settings and what it keeps."""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from sdd.adapters.clock import SystemClock
from sdd.adapters.report_cache import ReportCache, program_stamp
from sdd.adapters.source_tree import SourceTree, matters, read_tree, tree_of
from sdd.audit import AuditReport, AuditSettings, audit, standing
from sdd.audit.catalog import rule_texts
from sdd.audit.declarations import check_declarations
from sdd.audit.serial import report_from_data, report_to_data
from sdd.audit.suppressions import suppress
from sdd.errors import ConfigError, WorkspaceError
from sdd.ports import Clock
from sdd.program import Module, load, parse_module
from sdd.text import decode
from sdd.wiring.settings import audit_settings, current_settings

_MARKS = ("sdd.toml", "pyproject.toml", ".git")
_TESTS = frozenset({"test", "tests"})
_MIGRATIONS = frozenset({"alembic", "migrations", "versions"})


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRequest:
    """What a user asks of an audit beside the verdicts.

    Attributes:
        folder: None: `backend/`, or else this folder.
        cache: Take an earlier report where nothing has changed.
        diff: Report only what is new since this revision.
        baseline: A file of accepted findings.
        update_baseline: Accept all present findings, in that file.
        lock: Write the access lockfile.
        check_lock: Hold the routes against it.
    """

    folder: Path | None = None
    cache: bool = True
    diff: str | None = None
    baseline: Path | None = None
    update_baseline: bool = False
    lock: bool = False
    check_lock: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """A folder and what the audit says of it.

    Attributes:
        shown: The folder as the user named it.
        prefix: Where it lies in its repository, for tools that count from there.
        left_out: What was not judged, and why, in a few words each.
        written: Files that were written.
        warm: Whether the report came from the cache.
        since: The revision since which findings are new; None: all are there.
        sources: The files that were read, for excerpts.
    """

    root: Path
    shown: str
    prefix: PurePosixPath
    report: AuditReport
    left_out: tuple[str, ...] = ()
    written: tuple[str, ...] = ()
    warm: bool = False
    since: str | None = None
    sources: Mapping[str, bytes] = field(default_factory=dict)


def audit_folder(request: AuditRequest, clock: Clock | None = None) -> Audited:
    """Audit a folder; the settings are those of the nearest project around it.

    Raises:
        SddError: There is nothing to audit, or a file or revision that was named is no use.
    """
    named = _folder(request)
    root = named.resolve()
    project = project_of(root)
    settings = audit_settings(current_settings(project).audit)
    audit_one = _Auditing(
        project=project if request.cache else None,
        settings=settings,
        clock=clock or SystemClock(),
    )
    tree = read_tree(root)
    report, warm = audit_one.report(tree, "audit")
    if not report.files and not report.unreadable:
        raise ConfigError(
            f"No Python files in {root}.", hint="Name the folder that holds the FastAPI app."
        )
    if request.diff is not None:
        from sdd.audit.baseline import only_new  # noqa: PLC0415 - a start costs what it loads

        before, _ = audit_one.report(_tree_at(root, request.diff), "audit-base")
        report = only_new(report, before)
    report = check_declarations(report, settings) if request.diff is None else report
    report, written = _with_files(request, report, root)
    return Audited(
        root=root,
        shown=str(named),
        prefix=_prefix(root, project),
        report=report,
        left_out=_left_out(tree),
        written=written,
        warm=warm,
        since=request.diff,
        sources=tree.contents,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Auditing:
    """Audits trees under the same settings; `project` keeps the reports, if any does."""

    project: Path | None
    settings: AuditSettings
    clock: Clock

    def report(self, tree: SourceTree, name: str) -> tuple[AuditReport, bool]:
        """Return the report of a tree, suppressions applied, and whether it was kept."""
        cache = ReportCache(self.project, name) if self.project is not None else None
        key = self._key(tree) if cache is not None else []
        kept = _kept(cache.load(), key, tree) if cache is not None else None
        report, rules = kept or self._fresh(tree, key, cache)
        today = self.clock.now().date()
        return suppress(report, tree.contents, today, rules), kept is not None

    def _fresh(
        self, tree: SourceTree, key: list[str], cache: ReportCache | None
    ) -> tuple[AuditReport, tuple[str, ...]]:
        program = load(tree)
        report, rules = audit(program, self.settings), tuple(rule_texts())
        if cache is not None and not tree.closed:
            aside = program.modules.keys() - set(report.reached)
            cache.keep(
                {
                    "key": key,
                    "files": tree.hashes(),
                    "aside": {path: standing(program.modules[path]) for path in sorted(aside)},
                    "rules": list(rules),
                    "report": report_to_data(report),
                }
            )
        return report, rules

    def _key(self, tree: SourceTree) -> list[str]:
        python = ".".join(map(str, sys.version_info[:3]))
        return [program_stamp(), python, repr(self.settings), tree.listing_hash()]


def _kept(
    data: Mapping[str, Any], key: list[str], tree: SourceTree
) -> tuple[AuditReport, tuple[str, ...]] | None:
    files, rules = data.get("files"), data.get("rules")
    if data.get("key") != key or not isinstance(files, dict) or not isinstance(rules, list):
        return None
    aside = data.get("aside")
    if not isinstance(aside, dict) or not _still_aside(tree, tree.changed(files), aside):
        return None
    try:
        return report_from_data(data.get("report")), tuple(map(str, rules))
    except ValueError:
        return None


def _still_aside(tree: SourceTree, changed: Iterable[str], aside: Mapping[str, Any]) -> bool:
    """Whether files that have changed are such as no app reaches, and still say the same."""
    for name in changed:
        if name not in aside or name not in tree.contents:
            return False
        module = parse_module(decode(name, tree.contents[name]))
        if not isinstance(module, Module) or standing(module) != aside[name]:
            return False
    return True


def _tree_at(root: Path, revision: str) -> SourceTree:
    from sdd.adapters.git import open_git  # noqa: PLC0415 - a start costs what it loads

    git = open_git(root)
    if git is None:
        raise WorkspaceError(
            f"--diff needs git, and {root} is in no git repository that can be read.",
            hint="Run it inside a checkout with git installed, or without --diff.",
        )
    return tree_of(git.files_at(git.commit_of(revision), matters))


def _with_files(
    request: AuditRequest, report: AuditReport, root: Path
) -> tuple[AuditReport, tuple[str, ...]]:
    """Apply, or write, the baseline and the lockfile."""
    written: list[str] = []
    if request.baseline is not None:
        report = _with_baseline(request.baseline, report, written, update=request.update_baseline)
    if request.lock or request.check_lock:
        report = _with_lock(root, report, written, write=request.lock)
    return report, tuple(written)


def _with_baseline(
    baseline: Path, report: AuditReport, written: list[str], *, update: bool
) -> AuditReport:
    from sdd.adapters.single_file import replace_file  # noqa: PLC0415 - a start costs what it loads
    from sdd.audit.baseline import apply_baseline, baseline_text  # noqa: PLC0415 - as above

    name = str(baseline)
    if update:
        replace_file(baseline, baseline_text(report))
        written.append(name)
    return apply_baseline(report, _read(baseline, "--update-baseline"), name)


def _with_lock(root: Path, report: AuditReport, written: list[str], *, write: bool) -> AuditReport:
    """Write the lockfile, or hold the routes against it."""
    from sdd.adapters.single_file import replace_file  # noqa: PLC0415 - a start costs what it loads
    from sdd.audit.lockfile import LOCKFILE, check_lock, lock_text  # noqa: PLC0415 - as above

    lockfile = root / LOCKFILE
    if not write:
        return check_lock(report, _read(lockfile, "--lock"))
    replace_file(lockfile, lock_text(report))
    written.append(_near(lockfile))
    return report


def _read(path: Path, how: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise ConfigError(
            f"There is no {_near(path)}.", hint=f"Write it with `sdd audit … {how}` and commit it."
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{_near(path)} is not UTF-8 text.") from error


def _near(path: Path) -> str:
    """Name a path from here, if it lies below."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _folder(request: AuditRequest) -> Path:
    if request.update_baseline and request.baseline is None:
        raise ConfigError("--update-baseline does not say which file.", hint="Add --baseline FILE.")
    if request.update_baseline and request.diff is not None:
        raise ConfigError(
            "--update-baseline accepts everything, --diff looks at a part.",
            hint="Use one at a time.",
        )
    if request.lock and request.check_lock:
        raise ConfigError(
            "--lock writes what --check-lock would compare with.", hint="Use one at a time."
        )
    return program_folder(request.folder)


def _usual(folder: Path) -> Path:
    return Path("backend") if (folder / "backend").is_dir() else Path()


def program_folder(named: Path | None) -> Path:
    """Return the folder to audit: the named one, or `backend/`, or this one.

    Raises:
        ConfigError: It is no folder.
    """
    folder = named or _usual(Path.cwd())
    if folder.is_file():
        raise ConfigError(
            f"{folder} is a file, and routes are judged with the whole program.",
            hint=f"Name the folder: sdd audit {folder.parent}",
        )
    if not folder.is_dir():
        raise ConfigError(f"No folder {folder}.", hint="Name the backend's folder.")
    return folder


def project_of(root: Path) -> Path:
    """Return the nearest folder with settings of ours, else the nearest that looks like a project.

    The search ends at the top of the repository.
    """
    around = _up_to_repository(root)
    for folder in around:
        if (folder / "sdd.toml").is_file() or _mentions_us(folder / "pyproject.toml"):
            return folder
    marked = (folder for folder in around if any((folder / mark).exists() for mark in _MARKS))
    return next(marked, root)


def _up_to_repository(root: Path) -> list[Path]:
    folders = [root, *root.parents]
    for number, folder in enumerate(folders):
        if (folder / ".git").exists():
            return folders[: number + 1]
    return folders


def _mentions_us(pyproject: Path) -> bool:
    try:
        return "[tool.sdd" in pyproject.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False


def _prefix(root: Path, project: Path) -> PurePosixPath:
    top = _up_to_repository(root)[-1]
    base = top if (top / ".git").exists() else project
    return PurePosixPath(root.relative_to(base).as_posix())


# ------------------------------------------------------------------ what was left out


def _left_out(tree: SourceTree) -> tuple[str, ...]:
    """Say in a few words which Python files were not judged, the largest group first."""
    environments = {PurePosixPath(name).parent for name in tree.names if name.endswith(".cfg")}
    groups: dict[str, int] = {}
    for name in set(tree.names).difference(tree.contents, tree.closed):
        if name.endswith(".py"):
            reason = _reason(PurePosixPath(name), environments)
            groups[reason] = groups.get(reason, 0) + 1
    ordered = sorted(groups.items(), key=lambda item: (-item[1], item[0]))
    counted = (
        reason if "/" in reason else f"{number} {reason}{'s' if number > 1 else ''}"
        for reason, number in ordered
    )
    skipped = (f"{path}/ (installed packages)" for path in tree.skipped)
    links = (f"{path} (links are not followed)" for path in tree.links)
    return (*counted, *skipped, *links)


def _reason(path: PurePosixPath, environments: set[PurePosixPath]) -> str:
    for folder in path.parents:
        if folder in environments:
            return f"{folder}/ (a virtual environment)"
    if _TESTS.intersection(path.parts) or "test" in path.stem.lower():
        return "test file"
    if _MIGRATIONS.intersection(path.parts):
        return "migration"
    return "other file"
