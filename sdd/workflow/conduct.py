"""Leads a run through its stages; what each makes is passed on to the next."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from sdd.agents.definition import AgentDefinition
from sdd.changes import ChangeSet, apply_changes, plan_changes
from sdd.diagnostics import Diagnostic, Severity, by_place
from sdd.errors import ExitCode, SddError
from sdd.ir import AuthMode
from sdd.names import counted
from sdd.records.redaction import without_secrets
from sdd.workflow.briefing import Briefing, order_prompt, system_prompt
from sdd.workflow.context import Context, Project, Work
from sdd.workflow.conventions import conventions, settled
from sdd.workflow.delegate import Errand, Team
from sdd.workflow.events import OrderPlanned
from sdd.workflow.follow_ups import follow_ups
from sdd.workflow.gates import SHARED, judge
from sdd.workflow.hybrid import PROSE, planned_beside, remaining
from sdd.workflow.inputs import inputs_of
from sdd.workflow.judge import Judgement
from sdd.workflow.land import file_reports, plan_landing, unified_diff
from sdd.workflow.ledger import Ledger
from sdd.workflow.orders import Plan
from sdd.workflow.owed import NAME, Owed, owe, pay, with_debt
from sdd.workflow.prepare import Understood, plan_orders, understand
from sdd.workflow.purposes import purpose_of
from sdd.workflow.questions import how_to_answer, unused_answers
from sdd.workflow.record import draft_record, suggestions_for
from sdd.workflow.request import OFFLINE, is_hybrid
from sdd.workflow.secure_run import find_job, secure_backend
from sdd.workflow.services import services_for
from sdd.workflow.staff import unserved
from sdd.workflow.ticks import Ticks, tick_tasks
from sdd.workflow.treasury import Treasury
from sdd.workflow.workshop import Made, Workshop


async def conduct(context: Context, ledger: Ledger, project: Project) -> None:
    """Bring a run to its end; the ledger then holds the whole report.

    Raises:
        SddError: It cannot go on; nothing landed.
    """
    job = find_job(context, project)
    if job is not None:
        secured = await secure_backend(context, ledger, project, job)
        if secured is not None:
            _finish(context, ledger, project, job.understood, secured)
        return
    context = replace(context, request=planned_beside(context.request, project.manifest))
    understood = _read(context, ledger, project)
    if understood.open:
        names = ", ".join(question.id for question in understood.open)
        how = how_to_answer(understood.open)
        ledger.end(ExitCode.NEEDS_HUMAN, f"A human has to answer first: {names}. {how}")
        ledger.close()
        return
    if understood.builds_nothing:
        ledger.end(ExitCode.NEEDS_HUMAN, f"Nothing was built.{_unbuilt(understood)}")
        ledger.close()
        return
    plan = _plan(context, project, understood)
    made = await _make(context, ledger, project, understood, plan)
    if made is not None:
        _finish(context, ledger, project, understood, made)


def _read(context: Context, ledger: Ledger, project: Project) -> Understood:
    with context.stage("read") as line:
        ask = None if context.request.no_input else context.ports.ask
        known = {**ledger.run.answers, **context.request.answers}
        understood = understand(project, context.request, known, ask)
        ledger.answered({**known, **understood.answers})
        ledger.note(
            diagnostics=by_place(
                (
                    *project.diagnostics,
                    *understood.diagnostics,
                    *unused_answers(understood.specs.questions, context.request.answers),
                )
            ),
            questions=understood.open,
        )
        line.text = understood.summary
    return understood


def _plan(context: Context, project: Project, understood: Understood) -> Plan:
    with context.stage("plan") as line:
        plan = plan_orders(context.request, project, understood)
        for order in plan.orders:
            context.emit(
                OrderPlanned(order=order.id, title=order.title, agent=order.agent, wave=order.wave)
            )
        mode = understood.application.auth.mode or AuthMode.HS256
        line.text = (
            f"{counted(len(plan.orders), 'order')} in {counted(len(plan.waves()), 'wave')}; "
            f"layout {plan.form.layout}, "
            f"{plan.form.style}, tokens by {mode.value}"
        )
    return plan


async def _make(
    context: Context, ledger: Ledger, project: Project, understood: Understood, plan: Plan
) -> Made | None:
    """Let the agents work until the gates pass; None when the run has ended before that."""
    folder = None if context.request.dry_run else ledger.run.folder
    owned = project.manifest.owned(project.base)

    async def judged(work: Work) -> Judgement:
        return await judge(context, understood, project.base, work)

    try:
        async with (
            asyncio.timeout(context.request.budget.seconds),
            context.ports.open_runner(folder) as runner,
            context.ports.open_mcp(project.agents.values(), runner.recall) as servers,
        ):
            missing = unserved(project.agents.values(), servers)
            ledger.note(diagnostics=(*ledger.report.diagnostics, *missing))
            workshop = Workshop(
                context=context,
                ledger=ledger,
                project=project,
                plan=plan,
                team=Team(
                    runner=runner,
                    definitions=_briefed(project, understood),
                    base=project.base,
                    owned=owned,
                    services=services_for(context, understood, ledger.run.answers, ledger.answered),
                    servers=servers,
                    treasury=Treasury(context.request.budget, context.request.bounds),
                ),
                errands=_errands(context, project, understood, plan, sorted(owned)),
                judge=judged,
            )
            return await workshop.make()
    except TimeoutError:
        ledger.end(
            ExitCode.LIMIT,
            f"The time limit of {context.request.budget.seconds:g} s was reached. Nothing landed. "
            "The same command with a larger --timeout goes on from here.",
        )
        ledger.close()
        return None


def _briefed(project: Project, understood: Understood) -> Mapping[str, AgentDefinition]:
    return {
        agent.name: replace(agent, prompt=system_prompt(agent.prompt, understood.musts))
        for agent in project.agents.values()
    }


def _errands(
    context: Context,
    project: Project,
    understood: Understood,
    plan: Plan,
    left_over: Sequence[PurePosixPath],
) -> tuple[tuple[Errand, ...], ...]:
    """Return the first turn of every order; in a hybrid run the compiler's, then the model's."""
    compiler = OFFLINE if is_hybrid(context.request.planned_for) else None
    briefing = Briefing(
        feature=project.feature,
        settled=settled(conventions(understood.application)),
        answers=understood.answers,
        left_over=left_over,
    )
    first = tuple(
        tuple(
            Errand(order=order, prompt=order_prompt(order, plan, briefing), model=compiler)
            for order in wave
        )
        for wave in plan.waves()
    )
    left = remaining(understood.prose)
    second = (
        tuple(
            Errand(
                order=order,
                prompt=order_prompt(order, plan, briefing, left[order.id]),
                seat=PROSE,
            )
            for order in wave
            if order.id in left
        )
        for wave in plan.waves()
    )
    return (*first, *(wave for wave in second if wave))


def _finish(
    context: Context, ledger: Ledger, project: Project, understood: Understood, made: Made
) -> None:
    """Land and record; what the record will say lands with the files, so no death loses it."""
    owed = _land(context, ledger, project, understood, made)
    if owed is None:
        ledger.close()
    else:
        conclude(context, ledger, owed)


def _land(
    context: Context, ledger: Ledger, project: Project, understood: Understood, made: Made
) -> Owed | None:
    """Return what is owed once the files have landed; None where none did."""
    owed = None
    with context.stage("land") as line:
        settlement = made.settlement
        ticks = (
            tick_tasks(project, made.work, made.reports, append=context.request.append_findings)
            if made.listed
            else Ticks()
        )
        changes = (
            plan_landing(
                settlement.writes,
                project.base,
                replace(project.manifest, compiled=made.work.compiled),
                _purposes(project, made),
                ticks,
                without_secrets(understood.answers),
            )
            if made.listed
            else plan_changes(project.base, dict(settlement.writes), _purposes(project, made))
        )
        ledger.note(
            files=file_reports(changes.changes, project.base),
            diff=_diff(changes, project) if context.request.dry_run else "",
            follow_ups=follow_ups(
                conventions(understood.application),
                understood.unsupported,
                made.reports,
                settlement.kept,
            ),
            diagnostics=by_place((*ledger.report.diagnostics, *ticks.findings)),
        )
        ledger.end(_exit_code(context, understood), _answer(context, ledger, understood))
        if changes and not context.request.dry_run:
            ledger.note(suggestions=suggestions_for(project, understood))
            ports = context.ports
            draft = draft_record(context, project, ledger.report, understood, ticks)
            inputs = inputs_of(context.request, project, changes)
            owed = owe(ledger.report, draft, changes, ports.records, inputs)
            apply_changes(with_debt(changes, owed, ledger.run), ports.files)
            ledger.note(landed=True)
        line.text = counted(len(changes.changes), "file")
    return owed


def _answer(context: Context, ledger: Ledger, understood: Understood) -> str:
    number = len(ledger.report.files)
    files = counted(number, "file")
    would = " would be" if context.request.dry_run and number else ""
    answer = f"{files}{would} changed, {counted(ledger.report.routes.routes, 'route')} checked."
    if any(SHARED in gate.summary for gate in ledger.report.gates):
        answer += (
            " Every route asks for a token now, and users still share rows: what is said of the "
            "isolation probe needs an owner column and your decision."
        )
    return f"{answer}{_unbuilt(understood)}"


def _missing(understood: Understood) -> list[Diagnostic]:
    return [item for item in understood.unsupported if item.severity is Severity.ERROR]


def _exit_code(context: Context, understood: Understood) -> ExitCode:
    """Tell a run that did all that was stated from one that leaves something to a human."""
    if _missing(understood) and not context.request.allow_partial:
        return ExitCode.NEEDS_HUMAN
    return ExitCode.CLEAN


def _unbuilt(understood: Understood) -> str:
    missing = _missing(understood)
    if not missing:
        return ""
    routes = {item.route for item in missing if item.route}
    stated = len(understood.specs.application.endpoints)
    part = f"{len(routes)} of {stated} stated endpoints" if routes else "a part of the specs"
    names = ", ".join(item.route or item.message for item in missing)
    if understood.builds_nothing:
        reasons = "; ".join(dict.fromkeys(item.reason or item.message for item in missing))
        return (
            f" None of {counted(stated, 'stated endpoint')} can be built by this model ({names}). "
            f"{reasons} "
            "State it otherwise, or let a language model build them with --model hybrid."
        )
    return (
        f" NOT complete: {part} could not be built by this model ({names}). Let a language model "
        "build the rest with --model hybrid, or accept it with --allow-partial."
    )


def _diff(changes: ChangeSet, project: Project) -> str:
    """Return the changes for reading; the manifest's hashes say nothing to anybody."""
    readable = [item for item in changes.changes if item.path != project.manifest.path]
    return unified_diff(readable, project.base)


def _purposes(project: Project, made: Made) -> Mapping[PurePosixPath, str]:
    overlay = made.work.overlay(project.base)
    return {path: purpose_of(overlay, path) for path in made.settlement.writes}


def conclude(context: Context, ledger: Ledger, owed: Owed) -> None:
    """Write the record of what has landed, and commit if asked; the landing stays in any case."""
    with context.stage("record") as line:
        try:
            path = pay(owed, context.ports.records)
            ledger.note(record=path)
            line.text = path + _taken_out(owed)
            _commit(context, ledger, owed.landed)
        except SddError as error:
            hint = f" {error.hint}" if error.hint else ""
            ledger.end(
                ExitCode.FINDINGS, f"{ledger.report.answer} But afterwards: {error.message}{hint}"
            )
            line.text = error.message
    ledger.close(without=NAME if ledger.report.record else None)


def _taken_out(owed: Owed) -> str:
    kinds = dict.fromkeys(f"{item.kind} ({item.field})" for item in owed.draft.redactions)
    return f"; taken out: {', '.join(kinds)}" if kinds else ""


def _commit(context: Context, ledger: Ledger, landed: Sequence[str]) -> None:
    git, report = context.ports.git, ledger.report
    if not context.request.commit or git is None:
        return
    paths = [PurePosixPath(path) for path in (*landed, report.record) if path]
    branch = f"sdd/{report.run_id}"
    message = f"Implement {report.feature}\n\n{report.answer}\n\nRecord: {report.record}"
    git.commit(paths, message, branch)
    ledger.end(report.exit_code, f"{report.answer} Committed on the branch {branch}.")
