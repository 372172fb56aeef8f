"""One invocation of `sdd implement`: opens a run or goes on with one, and brings it to its end."""

import asyncio
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace

from sdd.agents.runner import REPLAY
from sdd.diagnostics import Diagnostic
from sdd.errors import ConfigError, ExitCode, ModelError, SddError, WorkspaceError
from sdd.records.redaction import redact, without_secrets
from sdd.workflow.conduct import conclude, conduct
from sdd.workflow.context import Context, Project
from sdd.workflow.events import Event, RunFinished, RunStarted, StageFinished, StageStarted
from sdd.workflow.inputs import inputs_of, options_of
from sdd.workflow.ledger import Ledger
from sdd.workflow.owed import find_debt, find_owing, owes, pay_debts
from sdd.workflow.prepare import discover
from sdd.workflow.report import RunReport
from sdd.workflow.request import ImplementRequest, Ports
from sdd.workflow.runs import (
    LOCK,
    RESUMABLE,
    Run,
    RunState,
    find_interrupted,
    list_runs,
    new_run_id,
    resumable,
    show_run,
)


async def implement(
    request: ImplementRequest, ports: Ports, on_event: Callable[[Event], None]
) -> RunReport:
    """Carry a feature's specs to a landed backend, or say why not; nothing lands in part.

    No secret is in the report, in an event, or in what is kept of a run that has ended.

    Cancellation (^C) ends the run with a report of exit code 130; the same request goes on.

    Raises:
        SddError: The run could not begin, or could not go on; nothing landed.
    """
    context = Context(
        request=request, ports=ports, emit=lambda event: on_event(without_secrets(event))
    )
    _require_sense(request, ports)
    try:
        with ExitStack() as held:
            if not request.dry_run:
                held.enter_context(ports.lock(LOCK))
            return without_secrets(await _run(context))
    except SddError as error:
        # A model's server may have answered with the very request that it refuses.
        error.message, error.hint = without_secrets((error.message, error.hint))
        raise


def _require_sense(request: ImplementRequest, ports: Ports) -> None:
    if request.keep and request.overwrite:
        raise ConfigError(
            "--keep and --overwrite contradict each other.", hint="Give one of the two."
        )
    if request.commit and ports.git is None:
        raise ConfigError(
            "--commit needs a git repository, and this project is in none.",
            hint="Run `git init` and commit once, or leave --commit out.",
        )
    if request.resume and request.dry_run:
        raise ConfigError(
            "A dry run keeps nothing and cannot go on with a run.", hint="Leave --dry-run out."
        )


async def _run(context: Context) -> RunReport:
    clock = context.ports.clock
    began = clock.monotonic()
    context = replace(context, request=_as_recorded(context.request, context.ports))
    project = discover(context)
    request = context.request
    context.ports.check_models(project.agents.values(), request.model, request.budget)
    run, resumed = _open(context, project)
    ledger = Ledger(context, run, resumed=resumed)
    ledger.save()
    if not context.request.dry_run:
        context = context.logged(run)
    context.emit(RunStarted(run_id=run.id, feature=run.feature, model=run.model, resumed=resumed))
    context.emit(StageStarted(stage="discover"))
    seconds = clock.monotonic() - began
    context.emit(StageFinished(stage="discover", seconds=seconds, summary=project.summary))
    if not context.request.dry_run:
        paid = _pay_others(context, run)
        project = replace(project, diagnostics=(*project.diagnostics, *paid))
    ledger.note(diagnostics=project.diagnostics)
    try:
        await _to_its_end(context, ledger, project)
    finally:
        if ledger.run.state not in RESUMABLE:
            context.ports.seal(ledger.run.folder)
    context.emit(RunFinished(report=ledger.report))
    return ledger.report


def _as_recorded(request: ImplementRequest, ports: Ports) -> ImplementRequest:
    if not request.model.startswith(REPLAY):
        return request
    replayed = show_run(ports.files, request.model.removeprefix(REPLAY))
    return replace(request, recorded=replayed.model)


async def _to_its_end(context: Context, ledger: Ledger, project: Project) -> None:
    files = context.ports.files
    try:
        owed = find_debt(files, ledger.run) if ledger.report.resumed else None
        if owed is not None:
            ledger.adopt(owed.report)
            conclude(context, ledger, owed)
        else:
            await conduct(context, ledger, project)
    except (asyncio.CancelledError, KeyboardInterrupt):
        context.ports.stop()
        had_landed = ledger.report.landed or owes(files, ledger.run)
        landed = "the files had landed" if had_landed else "nothing landed"
        ledger.end(
            ExitCode.INTERRUPTED,
            f"Interrupted; {landed}. The same command goes on from here.",
        )
        ledger.close()
    except SddError as error:
        # What was paid for is in the journal: a full disk or an unreachable model loses nothing.
        goes_on = isinstance(error, ModelError | WorkspaceError)
        ledger.end(error.exit_code, error.message)
        ledger.close(RunState.STOPPED if goes_on else RunState.FAILED)
        raise


def _pay_others(context: Context, run: Run) -> tuple[Diagnostic, ...]:
    ports = context.ports
    return tuple(pay_debts(ports.files, ports.records, ports.clock, but=run.id))


def _open(context: Context, project: Project) -> tuple[Run, bool]:
    """Go on with an interrupted run of the same inputs, or begin a new one."""
    request, files = context.request, context.ports.files
    inputs = inputs_of(request, project)
    found = None
    if request.resume:
        named = show_run(files, request.resume)
        found = named if owes(files, named) else resumable(named, inputs)
    elif not request.dry_run:
        found = find_owing(files, inputs) or find_interrupted(files, inputs)
    if found is not None:
        job = request.job or found.job
        return replace(found, state=RunState.RUNNING, finished=None, job=job), True
    moment = context.ports.clock.now()
    taken = [] if request.dry_run else [run.id for run in list_runs(files)]
    run = Run(
        id=new_run_id(moment, project.feature, taken),
        feature=project.feature,
        model=request.model,
        inputs=inputs,
        command=redact(request.prompt)[0],
        started=moment.isoformat(),
        answers=dict(request.answers),
        options=options_of(request),
        job=request.job,
    )
    return run, False
