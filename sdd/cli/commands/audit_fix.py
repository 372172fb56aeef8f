"""`sdd audit --fix`: the mechanical fixes, audited again before they are written."""

from pathlib import Path

from rich.text import Text

from sdd.cli.formats import AuditFormat
from sdd.cli.json_output import dumps
from sdd.cli.output import make_output
from sdd.cli.streams import write
from sdd.errors import ConfigError, ExitCode
from sdd.wiring.fixing import FolderFixed, fix_folder


def audit_fix_command(
    folder: Path | None, output_format: AuditFormat, *, fix: bool, dry_run: bool
) -> int:
    """Mend what is mechanical; ends 1 if errors are left, or with --dry-run if there were any."""
    if dry_run and not fix:
        raise ConfigError("--dry-run shows what --fix would write.", hint="Add --fix.")
    if output_format not in {AuditFormat.TEXT, AuditFormat.JSON}:
        raise ConfigError(f"--fix has no form {output_format.value}.", hint="Use text or json.")
    done = fix_folder(folder, dry_run=dry_run)
    if output_format is AuditFormat.JSON:
        write(dumps(_data(done, dry_run=dry_run)))
    else:
        _print(done, dry_run=dry_run)
    undone = dry_run and bool(done.fixed.mended)
    return ExitCode.FINDINGS if done.left or undone else ExitCode.CLEAN


def _print(done: FolderFixed, *, dry_run: bool) -> None:
    out = make_output().out
    for line in done.diff.splitlines():
        style = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "")
        out.print(Text(line, style=style), soft_wrap=True)
    for item in done.fixed.mended:
        out.print(Text(f"mended [{item.rule}] {item.message}"), soft_wrap=True)
    out.print(Text(_told(done, dry_run=dry_run)), soft_wrap=True)
    if done.left:
        out.print(f"What is left: sdd audit {done.folder}", soft_wrap=True)


def _told(done: FolderFixed, *, dry_run: bool) -> str:
    """Say what was done and what is left for a human."""
    left = _number(done.left, "error") if done.left else "no error"
    if not done.fixed.mended and done.left:
        return f"Nothing here can be mended mechanically: {left} left to mend by hand."
    if not done.fixed.mended:
        return "There is nothing to mend."
    what = f"{_number(len(done.fixed.mended), 'finding')} in"
    where = _number(len(done.fixed.files), "file")
    if dry_run:
        return f"{what} {where} would be mended, with {left} left; nothing was written."
    return f"{what} {where} mended, with {left} left."


def _number(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _data(done: FolderFixed, *, dry_run: bool) -> dict[str, object]:
    return {
        "schema_version": 1,
        "root": str(done.folder),
        "written": not dry_run and bool(done.fixed.files),
        "files": sorted(done.fixed.files),
        "mended": done.fixed.mended,
        "left": done.left,
        "diff": done.diff,
    }
