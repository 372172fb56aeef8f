"""A run that waits in a queue for a worker: what was asked, and what came of it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from sdd.ports import ReadableFiles
from sdd.workflow.owed import owes
from sdd.workflow.runs import RESUMABLE, Run, RunState, list_runs


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One run of `sdd implement` for whichever worker is free.

    Attributes:
        project: The project's folder, where workers find it too.
        options: Further options of the command, by name; what is not there is not said.
        command: The command line as it was typed, for the record.
        user: Who asked, for the record.
    """

    project: str
    feature: str
    options: Mapping[str, Any] = field(default_factory=dict)
    command: str = ""
    user: str = ""

    def dump(self) -> str:
        """Return the job as JSON text."""
        return json.dumps(asdict(self), default=str)

    @classmethod
    def load(cls, text: str) -> "Job":
        """Read what `dump` wrote."""
        return cls(**json.loads(text))


@dataclass(frozen=True, slots=True, kw_only=True)
class JobResult:
    """How a job ended; `run_id` is empty when no run could begin."""

    exit_code: int
    answer: str
    run_id: str = ""
    landed: bool = False

    def dump(self) -> str:
        """Return the result as JSON text."""
        return json.dumps(asdict(self))

    @classmethod
    def load(cls, text: str) -> "JobResult":
        """Read what `dump` wrote."""
        return cls(**json.loads(text))


def find_run_of(files: ReadableFiles, job_id: str) -> Run | None:
    """Find the run that works on a job, or has ended it; a job has one run, whoever dies."""
    return next((run for run in list_runs(files) if run.job == job_id), None)


def ended(files: ReadableFiles, run: Run) -> JobResult | None:
    """Return the result of a run that has ended; None when it is still to go on."""
    if run.state in RESUMABLE - {RunState.WAITING} or owes(files, run):
        return None
    return JobResult(
        exit_code=run.exit_code or 0,
        answer=run.answer,
        run_id=run.id,
        landed=run.state is RunState.LANDED,
    )
