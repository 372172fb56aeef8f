"""The runs of a project: what each was asked, how far it came, how it ended."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Any

from sdd.agents.definition import AgentDefinition
from sdd.errors import SddError, SpecError, WorkspaceError
from sdd.names import nearest, slug
from sdd.ports import Files, ReadableFiles
from sdd.records.redaction import without_secrets

HOME = PurePosixPath(".sdd")
RUNS = HOME / "runs"
LOCK = HOME / "run.lock"
_IGNORE = HOME / ".gitignore"
_STATE = "run.json"


class RunState(StrEnum):
    """How far a run came."""

    RUNNING = "running"
    INTERRUPTED = "interrupted"
    STOPPED = "stopped"  # by a budget, a limit, a failed turn or a model that could not be reached
    WAITING = "waiting"  # for a human
    FAILED = "failed"
    UNCHANGED = "unchanged"
    LANDED = "landed"


# A run that still says it runs, while we hold the lock, was killed.
RESUMABLE = frozenset({RunState.RUNNING, RunState.INTERRUPTED, RunState.STOPPED, RunState.WAITING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run as its `run.json` keeps it.

    Attributes:
        inputs: Hash of specs, agents, model and options; equal inputs can go on.
        answers: What the human answered, by question id.
        options: What else was asked for, to ask for it again.
        job: The queue's id of what it works on; empty outside a fleet.
        answer: One sentence on how it ended.
        report: The numbers of the final report, for `sdd runs show`.
    """

    id: str
    feature: str
    model: str
    inputs: str
    command: str = ""
    started: str = ""
    finished: str | None = None
    state: RunState = RunState.RUNNING
    exit_code: int | None = None
    job: str = ""
    answer: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    report: Mapping[str, Any] = field(default_factory=dict)

    @property
    def folder(self) -> PurePosixPath:
        """Its folder, relative to the project."""
        return RUNS / self.id


def new_run_id(moment: datetime, feature: str, taken: Iterable[str]) -> str:
    """Return an id that sorts by time and names the feature."""
    stem = f"{moment:%Y%m%d-%H%M%S}-{slug(feature, most_words=5)}"
    used = set(taken)
    numbers = (f"{stem}-{number}" for number in range(2, len(used) + 3))
    return next(name for name in (stem, *numbers) if name not in used)


def save_run(files: Files, run: Run, extra: Mapping[str, bytes | None] | None = None) -> None:
    """Write a run's state, without secrets, and further files into its folder (None: delete).

    Raises:
        WorkspaceError: The disk refused.
    """
    text = (
        json.dumps(asdict(without_secrets(run)), indent=2, ensure_ascii=False, default=str) + "\n"
    )
    writes: dict[PurePosixPath, bytes | None] = {run.folder / _STATE: text.encode()}
    for name, data in (extra or {}).items():
        writes[run.folder / name] = data
    if files.read(_IGNORE) is None:
        writes[_IGNORE] = b"*\n"
    files.commit(writes)


def list_runs(files: ReadableFiles) -> tuple[Run, ...]:
    """Return every run of the project, the newest first; what cannot be read is left out."""
    found = (
        _load(files, path)
        for path in files.paths(RUNS)
        if path.name == _STATE and len(path.parts) == len(RUNS.parts) + 2
    )
    return tuple(sorted(filter(None, found), key=lambda run: run.id, reverse=True))


def show_run(files: ReadableFiles, run_id: str) -> Run:
    """Return one run.

    Raises:
        SpecError: There is no such run; the hint names the nearest.
    """
    run = _load(files, RUNS / run_id / _STATE) if "/" not in run_id else None
    if run is not None:
        return run
    known = [item.id for item in list_runs(files)]
    near = nearest(run_id, known, most=1) or tuple(known[:1])
    raise SpecError(
        f"There is no run {run_id}.",
        hint=f"Did you mean {near[0]}?" if near else "No run was kept; `sdd runs list` shows them.",
    )


def find_interrupted(files: ReadableFiles, inputs: str) -> Run | None:
    """Find the newest run that was interrupted and had the same inputs."""
    fitting = (run for run in list_runs(files) if run.inputs == inputs and run.state in RESUMABLE)
    return next(fitting, None)


def resumable(run: Run, inputs: str) -> Run:
    """Return a run if it can go on.

    Raises:
        SddError: It has ended, or its inputs have changed.
    """
    if run.state not in RESUMABLE:
        raise SddError(
            f"Run {run.id} has ended ({run.state}) and cannot go on.",
            hint="Start a new one without --resume.",
        )
    if run.inputs != inputs:
        raise SddError(
            f"Specs, agents, model or options have changed since run {run.id} began.",
            hint="Start a new run without --resume.",
        )
    return replace(run, state=RunState.RUNNING)


def inputs_hash(
    documents: Mapping[str, str],
    agents: Iterable[AgentDefinition],
    options: Mapping[str, object],
) -> str:
    """Hash what a run works from: the text of specs, the agents, the model and the options."""
    definitions = [asdict(agent) for agent in sorted(agents, key=lambda item: item.name)]
    value = [dict(sorted(documents.items())), definitions, dict(sorted(options.items()))]
    text = json.dumps(value, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _load(files: ReadableFiles, path: PurePosixPath) -> Run | None:
    try:
        data = files.read(path)
        values = json.loads(data) if data is not None else None
        if not isinstance(values, dict):
            return None
        return Run(**{**values, "state": RunState(values["state"])})
    except (WorkspaceError, ValueError, TypeError, KeyError):
        return None
