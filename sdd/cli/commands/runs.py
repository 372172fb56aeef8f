"""`sdd runs`: what earlier runs came to, and going on with an interrupted one."""

import sys
from dataclasses import replace
from pathlib import Path

from rich.table import Table
from rich.text import Text

from sdd.adapters.disk import DiskFiles
from sdd.adapters.event_log import follow as lines_of
from sdd.adapters.locks import is_held
from sdd.cli.formats import Format
from sdd.cli.json_output import dumps
from sdd.cli.output import make_output
from sdd.cli.streams import write
from sdd.errors import ExitCode, SpecError
from sdd.wiring.project import find_project
from sdd.workflow.event_log import EVENTS
from sdd.workflow.runs import LOCK, Run, RunState, list_runs, show_run

_STYLES = {
    RunState.LANDED: "green",
    RunState.UNCHANGED: "green",
    RunState.FAILED: "red",
    RunState.WAITING: "magenta",
}


def _files(project: Path | None) -> DiskFiles:
    return DiskFiles(find_project(project or Path.cwd(), explicit=project is not None))


def _as_it_is(run: Run, files: DiskFiles) -> Run:
    """Return a run; one that was killed could not say that it runs no more."""
    if run.state is not RunState.RUNNING or is_held(files.root / LOCK):
        return run
    answer = "It was killed. The same command goes on from here; finished calls are kept."
    return replace(run, state=RunState.INTERRUPTED, answer=answer)


def list_command(project: Path | None, output_format: Format) -> int:
    """Print the runs of a project, the newest first."""
    files = _files(project)
    runs = [_as_it_is(run, files) for run in list_runs(files)]
    if output_format is Format.JSON:
        write(dumps({"schema_version": 1, "runs": runs}))
        return ExitCode.CLEAN
    output = make_output()
    if not runs:
        output.err.print("No runs yet; `sdd implement FEATURE` makes one.")
    table = Table.grid(padding=(0, 2), expand=True)
    for _ in range(3):
        table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
    for run in runs:
        state = Text(run.state.value, style=_STYLES.get(run.state, "yellow"))
        table.add_row(Text(run.id, style="bold"), state, run.model, Text(run.answer, style="dim"))
    output.out.print(table)
    return ExitCode.CLEAN


def show_command(run_id: str, project: Path | None, output_format: Format) -> int:
    """Print one run: what it was asked, how it ended, its numbers."""
    files = _files(project)
    run = _as_it_is(show_run(files, run_id), files)
    if output_format is Format.JSON:
        write(dumps({"schema_version": 1, "run": run}))
        return ExitCode.CLEAN
    out = make_output().out
    for name, value in _facts(run):
        out.print(Text.assemble((f"{name}: ", "bold"), value), soft_wrap=True)
    return ExitCode.CLEAN


def events_command(run_id: str, project: Path | None, *, follow: bool) -> int:
    """Print the events of a run as JSON lines, and with `follow` those to come."""
    files = _files(project)
    run = show_run(files, run_id)
    path = files.root / run.folder / EVENTS
    if not path.is_file():
        raise SpecError(f"Run {run.id} has no events.", hint="An older version of sdd made it.")

    def ended() -> bool:
        running = show_run(files, run_id).state is RunState.RUNNING
        return not follow or not running or not is_held(files.root / LOCK)

    for line in lines_of(path, ended):
        write(line.decode("utf-8", "replace") + "\n")
        sys.stdout.flush()
    return ExitCode.CLEAN


def _facts(run: Run) -> list[tuple[str, str]]:
    exit_code = "" if run.exit_code is None else f", exit {run.exit_code}"
    facts = [
        ("run", run.id),
        ("command", run.command),
        ("model", run.model),
        ("state", f"{run.state.value}{exit_code}"),
        ("started", run.started),
        ("finished", run.finished or "not yet"),
        ("answer", run.answer),
    ]
    facts += [(f"answered {question}", answer) for question, answer in run.answers.items()]
    for name, value in run.report.items():
        facts.append((name, _shown(value)))
    return facts


def _shown(value: object) -> str:
    match value:
        case dict():
            return ", ".join(f"{name} {item}" for name, item in value.items())
        case list():
            return "".join(f"\n  {_shown(item)}" for item in value) or "none"
        case _:
            return str(value)
