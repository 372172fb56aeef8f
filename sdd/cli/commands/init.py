"""`sdd init`: a project's first files, or newer ones of ours."""

from pathlib import Path

from rich.text import Text

from sdd.adapters.disk import DiskFiles
from sdd.changes import apply_changes
from sdd.cli.output import make_output
from sdd.errors import ConfigError, ExitCode
from sdd.workflow.scaffold import plan_scaffold


def init_command(folder: Path | None) -> int:
    """Write what is missing; what the user changed is named and stays."""
    root = folder or Path.cwd()
    if root.exists() and not root.is_dir():
        raise ConfigError(f"{root} is a file.", hint="Name a folder.")
    root.mkdir(parents=True, exist_ok=True)
    files = DiskFiles.open(root)
    scaffold = plan_scaffold(files)
    apply_changes(scaffold.changes, files)
    out = make_output().out
    for change in scaffold.changes.changes:
        sign = "+" if change.expected is None else "~"
        out.print(Text(f"{sign} {change.path}"))
    for path in scaffold.kept:
        out.print(Text(f"= {path}: changed by you, left as it is"))
    if not scaffold.changes:
        out.print("Everything is there and up to date.")
    else:
        out.print("Next: write what you need into specs/, then `sdd implement FEATURE`.")
    return ExitCode.CLEAN
