"""Joins the queue of runs with projects: what is put in, and how a worker does it."""

import asyncio
import secrets
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from sdd.adapters.disk import DiskFiles
from sdd.adapters.fleet import submit
from sdd.adapters.journal import Journal
from sdd.errors import SddError
from sdd.speclang import ALL, discover, documents_of
from sdd.wiring.compose import Asked, compose_run
from sdd.workflow.implement import implement
from sdd.workflow.jobs import Job, JobResult, ended, find_run_of

Tell = Callable[[str], None]
_OWN = frozenset({"feature", "project", "command", "job", "user", "no_input", "dry_run", "resume"})


def queue_runs(url: str, asked: Asked) -> Mapping[str, str]:
    """Put a run into the queue, or one for each feature; returns ids of jobs and their features.

    Raises:
        SddError: No such project or feature, or the database cannot be reached.
    """
    composed = compose_run(asked, ask=None)  # what is wrong with it is said here, not at a worker
    documents_of(DiskFiles(composed.project), asked.feature)
    project = str(composed.project)
    features = [asked.feature]
    if asked.feature == ALL:
        features = [item.name for item in discover(DiskFiles(composed.project)).features] or [ALL]
    jobs = {
        f"{feature}-{secrets.token_hex(6)}": Job(
            project=project,
            feature=feature,
            options=_options(asked),
            command=asked.command,
            user=composed.request.user,
        )
        for feature in features
    }
    submit(url, [(job_id, job.dump(), project) for job_id, job in jobs.items()])
    return {job_id: job.feature for job_id, job in jobs.items()}


def _options(asked: Asked) -> dict[str, Any]:
    default = Asked(feature="")
    return {
        item.name: value
        for item in fields(Asked)
        if item.name not in _OWN
        and (value := getattr(asked, item.name)) != getattr(default, item.name)
    }


def work_on(job_id: str, text: str, journal: Journal, tell: Tell) -> str:
    """Do a job to its end, or go on with it where its last worker died; returns the result."""
    job = Job.load(text)
    tell(f"{job_id}: {job.feature} in {job.project}")
    try:
        result = _done_before(job_id, job) or _run(job_id, job, journal)
    except SddError as error:
        result = JobResult(exit_code=int(error.exit_code), answer=error.message)
    tell(f"{job_id}: {result.answer} (exit {result.exit_code})")
    return result.dump()


def _done_before(job_id: str, job: Job) -> JobResult | None:
    """Return the result of a job whose last worker died after the run's end, before it told."""
    files = DiskFiles.open(Path(job.project))
    run = find_run_of(files, job_id)
    return ended(files, run) if run is not None else None


def _run(job_id: str, job: Job, journal: Journal) -> JobResult:
    options = dict(job.options)
    if "budget_usd" in options:
        options["budget_usd"] = Decimal(options["budget_usd"])
    asked = Asked(feature=job.feature, project=Path(job.project), no_input=True, **options)
    asked = replace(asked, command=job.command, user=job.user, job=job_id)
    run = compose_run(asked, ask=None, journal=journal)
    try:
        report = asyncio.run(implement(run.request, run.ports, lambda _: None))
    finally:
        run.ports.stop()
    return JobResult(
        exit_code=int(report.exit_code),
        answer=report.answer,
        run_id=report.run_id,
        landed=report.landed,
    )
