"""Joins the audit's mechanical fixes with a folder on disk."""

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from sdd.adapters.clock import SystemClock
from sdd.adapters.disk import DiskFiles
from sdd.adapters.source_tree import read_tree
from sdd.audit import audit
from sdd.audit.catalog import rule_texts
from sdd.audit.suppressions import suppress
from sdd.changes import apply_changes, plan_changes
from sdd.diagnostics import errors
from sdd.program import load
from sdd.wiring.auditing import program_folder, project_of
from sdd.wiring.settings import audit_settings, current_settings
from sdd.workflow.fixing import Fixed, fix, what_of
from sdd.workflow.land import unified_diff


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderFixed:
    """What was mended in a folder, as a diff, and what is left.

    Attributes:
        left: How many errors stay that nobody has suppressed.
    """

    folder: Path
    fixed: Fixed
    diff: str
    left: int


def fix_folder(named: Path | None, *, dry_run: bool) -> FolderFixed:
    """Mend what can be mended mechanically; everything is written at once, or nothing.

    Raises:
        SddError: There is nothing to audit, or the files changed meanwhile.
    """
    folder = program_folder(named)
    root = folder.resolve()
    tree = read_tree(root)
    settings = audit_settings(current_settings(project_of(root)).audit)
    program = load(tree)
    sources = {path: tree.contents[path] for path in program.modules}
    today = SystemClock().now().date()
    rules = tuple(rule_texts())
    marked = suppress(audit(program, settings), sources, today, rules)
    accepted = frozenset(what_of(item) for item in marked.diagnostics if item.suppressed)
    fixed = fix(program, sources, settings, accepted=accepted)
    files = DiskFiles(root)
    wanted: dict[PurePosixPath, bytes | None] = {
        PurePosixPath(path): data for path, data in fixed.files.items()
    }
    changes = plan_changes(files, wanted)
    diff = unified_diff(changes.changes, files)
    if not dry_run:
        apply_changes(changes, files)
    after = suppress(fixed.after, {**sources, **fixed.files}, today, rules)
    left = len(errors(after.diagnostics))
    return FolderFixed(folder=folder, fixed=fixed, diff=diff, left=left)
