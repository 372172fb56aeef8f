"""Keeps the report of a run complete at every moment, and its state on the disk."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from sdd.errors import ExitCode, SddError
from sdd.records.redaction import redact
from sdd.workflow.context import Context
from sdd.workflow.report import RunReport, summary
from sdd.workflow.runs import Run, RunState, save_run

_STATES = {
    ExitCode.NEEDS_HUMAN: RunState.WAITING,
    ExitCode.LIMIT: RunState.STOPPED,
    ExitCode.INTERRUPTED: RunState.INTERRUPTED,
}


class Ledger:
    """One run's report as it grows; whenever the run ends, it is as full as it can be."""

    def __init__(self, context: Context, run: Run, *, resumed: bool) -> None:
        self._context = context
        self._began = context.ports.clock.monotonic()
        self.run = run
        self.report = RunReport(
            run_id=run.id,
            feature=run.feature,
            model=run.model,
            exit_code=ExitCode.FINDINGS,
            answer="The run has not ended.",
            dry_run=context.request.dry_run,
            resumed=resumed,
        )

    def note(self, **values: Any) -> None:  # noqa: ANN401 - the fields of RunReport
        """Put what is known now into the report."""
        self.report = replace(self.report, **values)

    def adopt(self, report: RunReport) -> None:
        """Take over the report of a run that died when nearly all was done."""
        self.report = replace(report, resumed=self.report.resumed)

    def answered(self, answers: Mapping[str, str]) -> None:
        """Keep the human's answers on the disk, so that they are not asked for again."""
        if answers != self.run.answers:
            self.run = replace(self.run, answers=dict(answers))
            self.save()

    def end(self, exit_code: ExitCode, answer: str, **values: Any) -> RunReport:  # noqa: ANN401
        """Finish the report; returns it."""
        seconds = self._context.ports.clock.monotonic() - self._began
        self.note(exit_code=exit_code, answer=answer, seconds=seconds, **values)
        return self.report

    def save(self, extra: Mapping[str, bytes | None] | None = None) -> None:
        """Write the run's state; a dry run leaves no trace.

        Raises:
            WorkspaceError: The disk refused.
        """
        if not self._context.request.dry_run:
            save_run(self._context.ports.files, self.run, extra)

    def close(
        self,
        state: RunState | None = None,
        writes: Mapping[PurePosixPath, bytes | None] | None = None,
        *,
        without: str | None = None,
    ) -> None:
        """Write down how the run ended, and what the agents wrote if it did not land.

        At the same moment the file `without` goes from the run's folder.

        A disk that refuses even this must not hide how the run ended.
        """
        report = self.report
        self.run = replace(
            self.run,
            state=state or self._state(),
            finished=self._context.ports.clock.now().isoformat(),
            exit_code=int(report.exit_code),
            answer=report.answer,
            report=summary(report),
        )
        extra: dict[str, bytes | None] = {} if without is None else {without: None}
        extra |= {
            f"files/{path}": _to_be_read(data)
            for path, data in (writes or {}).items()
            if data is not None
        }
        with suppress(SddError):
            self.save(extra)

    def _state(self) -> RunState:
        if self.report.landed:
            return RunState.LANDED
        if self.report.exit_code is ExitCode.CLEAN:
            return RunState.UNCHANGED
        return _STATES.get(self.report.exit_code, RunState.FAILED)


def _to_be_read(data: bytes) -> bytes:
    """Return a file that did not land as humans may read it; no run ever goes on from it."""
    try:
        return redact(data.decode())[0].encode()
    except UnicodeDecodeError:
        return data
