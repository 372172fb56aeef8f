"""`sdd worker`, and putting runs into its queue."""

import os
import time
from collections.abc import Sequence

from sdd.adapters.fleet import results, start_worker
from sdd.adapters.journal import Journal
from sdd.cli.formats import Format
from sdd.cli.json_output import dumps
from sdd.cli.output import make_output
from sdd.cli.streams import write
from sdd.errors import ConfigError, ExitCode
from sdd.wiring.compose import Asked
from sdd.wiring.fleet import queue_runs, work_on
from sdd.workflow.jobs import JobResult

_PAUSE = 1.0


def worker_command(queue: str, name: str, take_over: Sequence[str], *, until_empty: bool) -> int:
    """Take runs from a queue until ^C, or until there is none left."""
    if name in take_over:
        raise ConfigError(
            f"A worker cannot take over {name}, its own id.",
            hint="A restart under the same id goes on with its runs by itself.",
        )
    output = make_output()

    def tell(line: str) -> None:
        output.err.print(line, soft_wrap=True, markup=False, highlight=False)

    def work(job_id: str, text: str, journal: Journal) -> str:
        try:
            return work_on(job_id, text, journal, tell)
        except Exception as error:  # noqa: BLE001 - a boundary of its own: other runs go on
            tell(f"{job_id}: this is a bug in sdd: {type(error).__name__}: {error}")
            what = f"A bug in sdd ended the run: {type(error).__name__}."
            return JobResult(exit_code=int(ExitCode.BUG), answer=what).dump()

    with start_worker(queue, name, work, take_over=take_over) as worker:
        tell(f"Worker {name} is ready.")
        try:
            while not (until_empty and worker.is_idle()):
                time.sleep(_PAUSE)
        except KeyboardInterrupt:
            tell(
                f"Stopped. What was under way goes on when worker {name} starts again, or with "
                f"`sdd worker --take-over {name}`."
            )
            os._exit(ExitCode.INTERRUPTED)
    return ExitCode.CLEAN


def queue_command(queue: str, asked: Asked, output_format: Format, *, wait: bool) -> int:
    """Put runs into a queue; with `wait` also wait for what comes of them."""
    jobs = queue_runs(queue, asked)
    output = make_output()
    for job_id, feature in jobs.items():
        output.err.print(f"{job_id}: {feature} is queued", soft_wrap=True, highlight=False)
    done: dict[str, JobResult] = {}
    while wait and len(done) < len(jobs):
        time.sleep(_PAUSE)
        for job_id, text in results(queue, [item for item in jobs if item not in done]).items():
            if text is not None:
                done[job_id] = JobResult.load(text)
                output.err.print(f"{job_id}: {done[job_id].answer}", soft_wrap=True)
    if output_format is Format.JSON:
        rows = [
            {"job": job_id, "feature": feature, "result": done.get(job_id)}
            for job_id, feature in jobs.items()
        ]
        write(dumps({"schema_version": 1, "jobs": rows}))
    else:
        write("".join(f"{job_id}\n" for job_id in jobs))
    return max((result.exit_code for result in done.values()), default=ExitCode.CLEAN)
