"""Leads a run through its stages; what each makes is passed on to the next."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from sdd.agents.runner import Ending
from sdd.changes import ChangeSet, apply_changes
from sdd.diagnostics import by_place
from sdd.errors import ExitCode
from sdd.verify.verdict import GateReport, Result
from sdd.workflow.briefing import Briefing, order_prompt, system_prompt
from sdd.workflow.context import Context, Project, Work
from sdd.workflow.delegate import Errand, Team, delegate
from sdd.workflow.events import OrderPlanned
from sdd.workflow.follow_ups import follow_ups
from sdd.workflow.gates import Candidate, gates_for, services_for, siblings
from sdd.workflow.judge import count, may_land, run_gates
from sdd.workflow.land import Settlement, file_reports, plan_landing, settle, unified_diff
from sdd.workflow.ledger import Ledger
from sdd.workflow.orders import Plan
from sdd.workflow.prepare import Understood, plan_orders, settled_conventions, understand
from sdd.workflow.purposes import purpose_of
from sdd.workflow.record import Recorded, record_run, tick_tasks
from sdd.workflow.repair import faults, repair_errands
from sdd.workflow.report import OrderReport, RouteCounts


async def conduct(context: Context, ledger: Ledger, project: Project) -> None:
    """Bring a run to its end; the ledger then holds the whole report.

    Raises:
        SddError: It cannot go on; nothing landed.
    """
    understood = _read(context, ledger, project)
    if understood.open:
        names = ", ".join(question.id for question in understood.open)
        ledger.end(ExitCode.NEEDS_HUMAN, f"A human has to answer first: {names}.")
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
        understood = understand(project, known, ask)
        ledger.answered({**known, **understood.answers})
        ledger.note(
            diagnostics=by_place((*project.diagnostics, *understood.diagnostics)),
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
        line.text = f"{len(plan.orders)} orders in {len(plan.waves())} waves"
    return plan


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """Work that passed the gates, or a file of the user's that it must not replace."""

    work: Work
    settlement: Settlement
    candidate: Candidate


async def _make(
    context: Context, ledger: Ledger, project: Project, understood: Understood, plan: Plan
) -> _Made | None:
    """Let the agents work until the gates pass; None when the run ended before that."""
    folder = None if context.request.dry_run else ledger.run.folder
    try:
        async with (
            asyncio.timeout(context.request.budget.seconds),
            context.ports.open_runner(folder) as runner,
        ):
            workshop = _Workshop(
                context=context,
                ledger=ledger,
                project=project,
                understood=understood,
                plan=plan,
                team=Team(
                    runner=runner,
                    definitions=_briefed(project, understood),
                    base=project.base,
                    owned=project.manifest.owned(project.base),
                    services=services_for(context, plan, understood),
                ),
            )
            return await workshop.make()
    except TimeoutError:
        seconds = context.request.budget.seconds
        ledger.end(
            ExitCode.LIMIT,
            f"The time limit of {seconds:g} s was reached; nothing landed. "
            "The same command with a larger --timeout goes on from here.",
        )
        ledger.close()
        return None


def _briefed(project: Project, understood: Understood) -> dict[str, object]:
    return {
        agent.name: replace(agent, prompt=system_prompt(agent.prompt, understood.musts))
        for agent in project.agents.values()
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Workshop:
    """The middle of a run: everything that is fixed while agents work and gates judge."""

    context: Context
    ledger: Ledger
    project: Project
    understood: Understood
    plan: Plan
    team: Team

    async def make(self) -> _Made | None:
        with self.context.stage("delegate") as line:
            work = await delegate(self.context, self.team, self._errands(), Work())
            line.text = f"{len(work.conversations)} orders, {len(work.writes)} files changed"
        for number in range(self.context.request.max_rounds + 1):
            self._note(work, number)
            if self._stopped(work):
                return None
            made = self._integrate(work)
            if made is None:
                return None
            reports = await self._judge(made)
            if may_land(made.candidate.gates, reports):
                return made
            if number == self.context.request.max_rounds:
                return self._give_up(made, reports, f"after {number} rounds of repair")
            mended = await self._repair(made, reports, number + 1)
            if mended is None or mended.writes == made.work.writes:
                self._note(mended or work, number + 1)
                return self._give_up(made, reports, "and the agents changed nothing more")
            work = mended
        return None

    def _errands(self) -> tuple[tuple[Errand, ...], ...]:
        briefing = Briefing(
            feature=self.project.feature,
            settled=settled_conventions(self.understood),
            answers=self.understood.answers,
            left_over=sorted(self.team.owned),
        )
        return tuple(
            tuple(
                Errand(order=order, prompt=order_prompt(order, self.plan, briefing))
                for order in wave
            )
            for wave in self.plan.waves()
        )

    def _stopped(self, work: Work) -> bool:
        """End the run if an agent's turn ended otherwise than with a summary."""
        if not work.unfinished:
            return False
        order, conversation = work.unfinished[0]
        what = f"Order {order} ended early ({conversation.ending}): {conversation.reason}"
        match conversation.ending:
            case Ending.LIMIT:
                rest = "The same command with a larger budget goes on from here."
                self.ledger.end(ExitCode.LIMIT, f"{what}. Nothing landed. {rest}")
            case Ending.INTERRUPTED:
                self.ledger.end(ExitCode.INTERRUPTED, f"{what}. Nothing landed.")
            case _:
                self.ledger.end(ExitCode.FINDINGS, f"{what}. Nothing landed.")
        self.ledger.close(writes=work.writes)
        return True

    def _integrate(self, work: Work) -> _Made | None:
        request, project = self.context.request, self.project
        with self.context.stage("integrate") as line:
            settlement = settle(
                work.writes,
                project.base,
                project.manifest,
                keep=request.keep,
                overwrite=request.overwrite,
            )
            line.text = f"{len(settlement.writes)} files"
        if settlement.conflicts:
            names = ", ".join(map(str, settlement.conflicts))
            self.ledger.end(
                ExitCode.NEEDS_HUMAN,
                f"Edited by hand, and the specs ask for something else: {names}. Nothing was "
                "written; decide with --keep or --overwrite.",
            )
            self.ledger.close(writes=work.writes)
            return None
        work = work.with_writes(settlement.writes)
        candidate = gates_for(self.context, self.plan, project, self.understood, work)
        return _Made(work=work, settlement=settlement, candidate=candidate)

    async def _judge(self, made: _Made) -> tuple[GateReport, ...]:
        with self.context.stage("gates") as line:
            reports = await run_gates(self.context, made.candidate.gates)
            passed = sum(report.result is Result.PASSED for report in reports)
            line.text = f"{passed} of {len(reports)} passed"
        self.ledger.note(
            gates=reports,
            routes=_routes(reports),
            tests_passed=count(reports, "tests", "tests_passed"),
            tests_failed=count(reports, "tests", "tests_failed"),
        )
        return reports

    async def _repair(
        self, made: _Made, reports: tuple[GateReport, ...], number: int
    ) -> Work | None:
        errands = repair_errands(self.plan, faults(reports), number, siblings(reports))
        if not errands:
            return None
        with self.context.stage("repair") as line:
            work = replace(made.work, conflicts=())
            mended = await delegate(self.context, self.team, errands, work)
            line.text = f"round {number}: {sum(map(len, errands))} orders"
        return mended

    def _give_up(self, made: _Made, reports: Sequence[GateReport], when: str) -> None:
        failed = [item.gate for item in reports if item.result is Result.FAILED]
        missing = [item for item in reports if item.result is Result.NOT_RUN]
        if failed:
            what = f"Gates failed {when}: {', '.join(failed)}"
        else:
            what = "; ".join(f"The gate {item.gate} was not run: {item.reason}" for item in missing)
        self.ledger.end(
            ExitCode.FINDINGS,
            f"{what.rstrip('.')}. Nothing landed; all that was written is kept in "
            f"{self.ledger.run.folder}.",
        )
        self.ledger.close(writes=made.work.writes)

    def _note(self, work: Work, number: int) -> None:
        self.ledger.note(
            orders=_orders(self.plan, self.team, work), usage=work.usage, rounds=number
        )


def _routes(reports: Sequence[GateReport]) -> RouteCounts:
    names = ("routes", "proved", "violated", "unknown", "public")
    return RouteCounts(**{name: count(tuple(reports), "audit", name) for name in names})


def _orders(plan: Plan, team: Team, work: Work) -> tuple[OrderReport, ...]:
    return tuple(
        OrderReport(
            order=order.id,
            title=order.title,
            agent=order.agent,
            model=team.model_of(order.agent),
            rounds=conversation.rounds,
            ending=conversation.ending.value,
            seconds=conversation.seconds,
            usage=conversation.usage,
            files=conversation.files,
        )
        for order in plan.orders
        if (conversation := work.conversations.get(order.id)) is not None
    )


def _finish(
    context: Context, ledger: Ledger, project: Project, understood: Understood, made: _Made
) -> None:
    request, files = context.request, context.ports.files
    with context.stage("land") as line:
        ticks = tick_tasks(project, understood, made.work, ledger.report)
        changes = plan_landing(
            made.settlement.writes, project.base, project.manifest, _purposes(made), ticks.writes
        )
        ledger.note(
            files=file_reports(changes.changes, project.base),
            diff=unified_diff(changes.changes, project.base) if request.dry_run else "",
            follow_ups=follow_ups(understood, made.candidate, made.settlement, ticks),
        )
        if not request.dry_run:
            apply_changes(changes, files)
        line.text = f"{len(changes.changes)} files changed"
    ledger.note(landed=bool(changes) and not request.dry_run)
    recorded = _record(context, ledger, project, understood, made, changes)
    ledger.note(record=recorded.path, suggestions=recorded.suggestions)
    ledger.end(ExitCode.CLEAN, _answer(context, ledger, changes))
    ledger.close()


def _purposes(made: _Made) -> dict[PurePosixPath, str]:
    overlay = made.work.overlay(made.candidate.base)
    return {
        path: purpose_of(overlay, path)
        for path, data in made.settlement.writes.items()
        if data is not None
    }


def _record(
    context: Context,
    ledger: Ledger,
    project: Project,
    understood: Understood,
    made: _Made,
    changes: ChangeSet,
) -> Recorded:
    with context.stage("record") as line:
        recorded = record_run(context, ledger, project, understood, made.work, changes)
        line.text = recorded.path or "nothing changed: no record"
    return recorded


def _answer(context: Context, ledger: Ledger, changes: ChangeSet) -> str:
    number = len(ledger.report.files)
    routes = ledger.report.routes.routes
    verb = "would be changed" if context.request.dry_run and changes else "changed"
    files = "1 file" if number == 1 else f"{number} files"
    return f"{files} {verb}, {routes} routes checked."
