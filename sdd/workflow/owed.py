"""The record that a landing owes: on the disk together with the files, written even if we die."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sdd.changes import Change, ChangeSet
from sdd.diagnostics import Diagnostic, Severity
from sdd.errors import ExitCode, SddError, WorkspaceError
from sdd.ports import Clock, Files, ReadableFiles
from sdd.records.phr import write_phr
from sdd.records.phr_draft import PhrDraft
from sdd.records.redaction import without_secrets
from sdd.records.store import RecordStore, number_of
from sdd.text import Span
from sdd.workflow.report import RunReport, summary
from sdd.workflow.runs import RESUMABLE, Run, RunState, list_runs, save_run

NAME = "owed.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """What is left to do for files that have landed.

    Attributes:
        report: The run's report, as if all were done but the record.
        draft: The record, without its number.
        above: The highest number in the record's folder before the landing.
        landed: The paths that landed, for a commit.
        inputs: Hash of the run's inputs as the landing leaves them, its own ticks among them:
            by it the same command is recognised afterwards.
    """

    report: RunReport
    draft: PhrDraft
    above: int
    landed: tuple[str, ...]
    inputs: str


def owe(
    report: RunReport, draft: PhrDraft, changes: ChangeSet, records: RecordStore, inputs: str
) -> Owed:
    """Say what will be owed once these changes have landed."""
    numbers = (number_of(name) or 0 for name in records.names(draft.folder))
    return Owed(
        report=without_secrets(replace(report, landed=True)),
        draft=draft,
        above=max(numbers, default=0),
        landed=tuple(str(change.path) for change in changes.changes),
        inputs=inputs,
    )


def with_debt(changes: ChangeSet, owed: Owed, run: Run) -> ChangeSet:
    """Let the debt land with the changes: there is no moment at which one is there alone."""
    from pydantic import TypeAdapter  # noqa: PLC0415 - only a landing needs it

    data = TypeAdapter(Owed).dump_json(owed, indent=1)
    note = Change(path=run.folder / NAME, expected=None, new=data)
    return ChangeSet(changes=(*changes.changes, note))


def find_debt(files: ReadableFiles, run: Run) -> Owed | None:
    """Find what a run owes, if its files landed and it died before its record was written.

    Raises:
        WorkspaceError: It cannot be read.
    """
    data = files.read(run.folder / NAME)
    if data is None:
        return None
    from pydantic import TypeAdapter, ValidationError  # noqa: PLC0415 - rarely needed

    try:
        return TypeAdapter(Owed).validate_json(data)
    except ValidationError as error:
        raise WorkspaceError(
            f"{run.folder / NAME} cannot be read: what run {run.id} owes to the history.",
            hint="Another version of sdd wrote it; record the run with `sdd phr`, then delete it.",
        ) from error


def pay(owed: Owed, records: RecordStore) -> str:
    """Write the record, unless whoever died had just written it; returns its path.

    Raises:
        SddError: It cannot be written.
    """
    return str(write_phr(owed.draft, store=records, above=owed.above).path)


def owes(files: ReadableFiles, run: Run) -> bool:
    """Tell whether a run's files have landed and its record is still to be written."""
    return files.read(run.folder / NAME) is not None


def find_owing(files: ReadableFiles, inputs: str) -> Run | None:
    """Find the newest run that died between its landing and its record, and had these inputs.

    Raises:
        WorkspaceError: What a run owes cannot be read.
    """
    for run in list_runs(files):
        if run.state in RESUMABLE:
            owed = find_debt(files, run)
            if owed is not None and owed.inputs == inputs:
                return run
    return None


def pay_debts(
    files: Files, records: RecordStore, clock: Clock, *, but: str
) -> Iterator[Diagnostic]:
    """Write the records that runs owe, `but` that of one; yields a word on each."""
    for run in list_runs(files):
        if run.id == but:
            continue
        try:
            owed = find_debt(files, run)
            if owed is None:
                continue
            path = pay(owed, records)
            _settle(files, run, replace(owed.report, record=path), clock)
        except SddError as error:
            message = f"The record of run {run.id} is still missing: {error.message}"
            yield _remark(run, message, error.hint)
        else:
            message = f"Run {run.id} died after its files had landed; its record is now {path}"
            yield _remark(run, message, None)


def _settle(files: Files, run: Run, report: RunReport, clock: Clock) -> None:
    done = replace(
        run,
        state=RunState.LANDED,
        finished=clock.now().isoformat(),
        exit_code=int(ExitCode.CLEAN),
        answer=report.answer,
        report=summary(report),
    )
    save_run(files, done, {NAME: None})


def _remark(run: Run, message: str, hint: str | None) -> Diagnostic:
    span = Span(path=str(run.folder / NAME))
    return Diagnostic(
        rule="record-owed", severity=Severity.WARNING, message=message, hint=hint, span=span
    )
