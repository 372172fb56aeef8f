"""`sdd phr import` and `sdd phr hook`: records from the sessions of Claude Code."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.text import Text

from sdd.cli.json_output import dumps
from sdd.cli.output import Output, make_output
from sdd.cli.streams import say, write
from sdd.errors import ConfigError, ExitCode, SddError
from sdd.names import counted
from sdd.records.phr import RecordedPhr
from sdd.records.stages import NO_FEATURE
from sdd.records.transcripts import Exchange, request_of
from sdd.wiring.claude_code import (
    SETTINGS,
    find_sessions,
    read_session,
    record_event,
    record_sessions,
    set_hook,
    unrecorded,
)
from sdd.wiring.history import open_history


def import_command(
    transcripts: Sequence[Path],
    project: Path | None,
    *,
    feature: str | None,
    dry_run: bool,
    json: bool,
) -> int:
    """Write one record for each prompt of the transcripts that has none."""
    history = open_history(project)
    output = make_output()
    paths = tuple(transcripts) or find_sessions(history.root)
    sessions = [read_session(path) for path in paths]
    for path, session in zip(paths, sessions, strict=True):
        if session.unreadable:
            lines = ", ".join(map(str, session.unreadable))
            output.err.print(f"{path.name}: no JSON in line {lines}.", soft_wrap=True)
    exchanges = unrecorded(sessions, history)
    feature = feature or NO_FEATURE
    if dry_run:
        rows = [_planned(exchange, feature) for exchange in exchanges]
    else:
        recorded = record_sessions(exchanges, history, feature=feature)
        rows = [_written(record) for record in recorded]
        _say_redactions(output, recorded)
        if len(recorded) < len(exchanges):
            left = counted(len(exchanges) - len(recorded), "prompt")
            output.err.print(f"No record of {left}: no valid Unicode.")
    if not paths:
        say("Claude Code keeps no session of this folder here; name a transcript: FILE.jsonl.")
    if json:
        write(dumps({"schema_version": 1, "transcripts": len(paths), "records": rows}))
        return ExitCode.CLEAN
    for row in rows:
        place = row["date"] if dry_run else row["path"]
        output.out.print(Text(f"{place}  {row['stage']}  {row['title']}"), soft_wrap=True)
    output.out.print(
        f"{counted(len(paths), 'transcript')}: {counted(len(rows), 'new record')}"
        f"{', not written' if dry_run else ''}."
    )
    return ExitCode.CLEAN


def _planned(exchange: Exchange, feature: str) -> Mapping[str, object]:
    request = request_of(exchange, feature=feature)
    names = ("stage", "title", "feature", "model", "files")
    return {"date": exchange.date, **{name: getattr(request, name) for name in names}}


def _written(recorded: RecordedPhr) -> Mapping[str, object]:
    return {name: getattr(recorded, name) for name in ("id", "path", "stage", "title", "feature")}


def _say_redactions(output: Output, recorded: Sequence[RecordedPhr]) -> None:
    for record in recorded:
        for redaction in record.redactions:
            output.err.print(f"{record.path}: taken out: {redaction}", soft_wrap=True)


def hook_command(project: Path | None, *, install: bool, uninstall: bool) -> int:
    """Record what Claude Code tells its hook, or put the hook in or out; ends 0 or 1.

    Claude Code takes a hook's 2 as an order to go on, so no error may end with it.
    """
    try:
        if install or uninstall:
            _change_settings(project, install=install, uninstall=uninstall)
        else:
            record_event(sys.stdin.buffer.read(), project)
    except SddError as error:
        hint = f"\n  hint: {error.hint}" if error.hint else ""
        sys.stderr.write(f"error: {error.message}{hint}\n")
        return ExitCode.FINDINGS
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - a boundary of its own
        sys.stderr.write(f"error: The hook failed: {type(error).__name__}: {error}\n")
        return ExitCode.FINDINGS
    return ExitCode.CLEAN


def _change_settings(project: Path | None, *, install: bool, uninstall: bool) -> None:
    if install and uninstall:
        raise ConfigError("--install and --uninstall exclude each other.", hint="Give one.")
    changed = set_hook(project, installed=install)
    done = "is installed in" if install else "is removed from"
    already = "stood already in" if install else "did not stand in"
    make_output().out.print(f"The hook {done if changed else already} {SETTINGS}.")
