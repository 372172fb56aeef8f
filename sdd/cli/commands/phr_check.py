"""`sdd phr check` and `fix`: what is wrong with the records, and its repair."""

import sys
from collections.abc import Sequence
from pathlib import Path

from sdd.changes import apply_changes
from sdd.cli.excerpts import read_lines_below
from sdd.cli.formats import Format
from sdd.cli.json_output import dumps
from sdd.cli.streams import say, write
from sdd.diagnostics import Diagnostic, errors
from sdd.errors import ExitCode
from sdd.names import counted
from sdd.records.fixing import fix_phrs
from sdd.records.library import list_phrs
from sdd.wiring.history import open_history
from sdd.wiring.record_checks import check_records


def check_command(project: Path | None, output_format: Format) -> int:
    """Print what is wrong with the records; ends 1 when one is not valid."""
    history = open_history(project)
    records, found = check_records(history)
    bad = errors(found)
    if output_format is Format.JSON:
        write(dumps({"schema_version": 1, "records": records, "diagnostics": found}))
        return ExitCode.FINDINGS if bad else ExitCode.CLEAN
    if found:
        print_found(found, history.root)
    write(
        f"{counted(records, 'record')}, {counted(len(bad), 'error')}, "
        f"{counted(len(found), 'remark')} in all.\n"
    )
    if bad:
        say("`sdd phr fix` repairs what needs no judgement.")
    return ExitCode.FINDINGS if bad else ExitCode.CLEAN


def print_found(found: Sequence[Diagnostic], root: Path) -> None:
    """Print remarks on records, each with the line that it is about."""
    # What draws in colours takes as long to load as a thousand records take to check.
    from sdd.cli.diagnostics import print_diagnostics  # noqa: PLC0415
    from sdd.cli.output import make_output  # noqa: PLC0415

    print_diagnostics(make_output().out, found, read_lines_below(root))


def fix_command(project: Path | None, *, yes: bool) -> int:
    """Repair what needs no judgement, after asking; prompts and responses stay as they are."""
    from sdd.cli.output import make_output  # noqa: PLC0415 - as above

    history = open_history(project)
    output = make_output()
    change_set = fix_phrs(list_phrs(history.files), history.files, root=str(history.root))
    if not change_set:
        output.out.print("Nothing to repair.")
        return ExitCode.CLEAN
    for change in change_set.changes:
        output.out.print(f"{change.path}: {change.purpose or 'repair'}", soft_wrap=True)
    if not yes:
        if not sys.stdin.isatty():
            output.err.print("Nothing was written; --yes writes these repairs.")
            return ExitCode.NEEDS_HUMAN
        answer = output.err.input("Write these repairs? y/n [n]: ")
        if answer.strip().lower() not in {"y", "yes"}:
            output.err.print("Nothing was written.")
            return ExitCode.CLEAN
    apply_changes(change_set, history.files)
    output.out.print(f"{counted(len(change_set.changes), 'file')} repaired.")
    return ExitCode.CLEAN
