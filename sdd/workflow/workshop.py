"""The middle of a run: agents work, their work is joined and judged, and sent back to be mended."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from sdd.agents.runner import Ending
from sdd.errors import ExitCode, ModelError
from sdd.names import counted
from sdd.verify.verdict import GateReport, Result
from sdd.workflow.context import Context, Project, Work
from sdd.workflow.coordinate import COORDINATION, coordinate
from sdd.workflow.delegate import SEAT, Errand, Team, delegate
from sdd.workflow.hybrid import PROSE, Compilation
from sdd.workflow.judge import Judgement, count
from sdd.workflow.land import Settlement, settle
from sdd.workflow.ledger import Ledger
from sdd.workflow.orders import Plan
from sdd.workflow.plan import ENGINEER
from sdd.workflow.questions import how_to_answer
from sdd.workflow.repair import Complaints, faults, something_missing
from sdd.workflow.report import OrderReport, RouteCounts
from sdd.workflow.request import is_compiler, is_hybrid
from sdd.workflow.runs import RunState

Judge = Callable[[Work], Awaitable[Judgement]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """Work that passed the gates and may land.

    Attributes:
        listed: The manifest lists what lands; what was done to somebody's own files is theirs.
    """

    work: Work
    settlement: Settlement
    reports: tuple[GateReport, ...]
    listed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """Everything that is fixed while agents work and gates judge.

    Attributes:
        errands: The first turn of every order, in waves.
        judge: Judges the project as it would be after landing.
    """

    context: Context
    ledger: Ledger
    project: Project
    plan: Plan
    team: Team
    errands: tuple[tuple[Errand, ...], ...]
    judge: Judge

    async def make(self) -> Made | None:
        """Let the agents work until the gates pass; None when the run has ended before."""
        with self.context.stage("delegate") as line:
            work = await self._first()
            line.text = (
                f"{counted(len(work.conversations), 'order')}, "
                f"{counted(len(work.writes), 'file')} changed"
            )
        told: Complaints | None = None
        for number in range(self.context.request.max_rounds + 1):
            self._note(work, number)
            if self._stopped(work):
                return None
            settlement = self._integrate(work)
            if settlement is None:
                return None
            work = work.with_writes(settlement.writes)
            judgement = await self._judge(work)
            if judgement.passed:
                return Made(work=work, settlement=settlement, reports=judgement.reports)
            told = self._complaints(work, judgement.reports, told)
            mended = await self._repair(work, judgement.reports, told, number + 1)
            if mended is None:
                return None
            work = mended
        return None

    async def _first(self) -> Work:
        """Let every order have its first turn; in a hybrid run the compiler's comes before."""
        if not is_hybrid(self.context.request.planned_for):
            return await self._sent(self.errands, Work())
        mechanical = _waves(self.errands, lambda errand: not errand.seat)
        work = await delegate(self.context, self.team, mechanical, Work())
        if work.unfinished:
            return work
        compilation = Compilation(
            plan=self.plan,
            base=self.project.base,
            manifest=self.project.manifest,
            texts=self.project.documents.texts,
            prompts={
                item.order.id: item.prompt for wave in self.errands for item in wave if item.seat
            },
        )
        work = replace(work, compiled=compilation.digests(work))
        settled = compilation.settled(work)
        work = work.with_writes(
            {
                path: data
                for path, data in work.writes.items()
                if (owner := self.plan.owner(path)) is None or owner.id not in settled
            }
        )
        rest = _waves(self.errands, lambda item: bool(item.seat) and item.order.id not in settled)
        if not rest:
            return work
        if is_compiler(self.context.request.model):
            names = ", ".join(item.order.id for wave in rest for item in wave)
            raise ModelError(
                f"A language model has added to this backend, and has to again for: {names}.",
                hint="Run with --model hybrid, or compile alone with --overwrite: what it added "
                "is replaced.",
                exit_code=ExitCode.NEEDS_HUMAN,
            )
        return await self._sent(rest, work)

    async def _sent(self, waves: Sequence[Sequence[Errand]], work: Work) -> Work:
        """Let agents do their errands, as we planned them or as the engineer does."""
        if not self.context.request.lead:
            return await delegate(self.context, self.team, waves, work)
        engineer = self.project.agents[ENGINEER].name
        return await coordinate(self.context, self.team, waves, engineer, work)

    def _stopped(self, work: Work) -> bool:
        """End the run if an agent's turn ended otherwise than with a summary."""
        if not work.unfinished:
            return False
        order, conversation = work.unfinished[0]
        said = conversation.reason.rstrip(".") or conversation.ending.value
        what = f"Order {order} ended early: {said}. Nothing landed."
        state = None
        match conversation.ending:
            case Ending.LIMIT:
                rest = "The same command with a larger budget goes on from here."
                self.ledger.end(ExitCode.LIMIT, f"{what} {rest}")
            case Ending.WAITING:
                self._ask_human()
            case Ending.INTERRUPTED:
                self.ledger.end(ExitCode.INTERRUPTED, what)
            case Ending.REFUSED | Ending.FAILED:
                again = "The same command asks again; finished calls are kept."
                self.ledger.end(ExitCode.FINDINGS, f"{what} {again}")
                state = RunState.STOPPED
            case Ending.SUBMITTED:
                self.ledger.end(ExitCode.FINDINGS, what)
        self.ledger.close(state, writes=work.writes)
        return True

    def _ask_human(self) -> None:
        questions = self.team.services.open_questions()
        names = ", ".join(question.id for question in questions)
        self.ledger.end(
            ExitCode.NEEDS_HUMAN,
            f"An agent asks a human: {names}. Nothing landed. {how_to_answer(questions)}",
            questions=questions,
        )

    def _integrate(self, work: Work) -> Settlement | None:
        request, project = self.context.request, self.project
        with self.context.stage("integrate") as line:
            settlement = settle(
                work.writes,
                project.base,
                project.manifest,
                keep=request.keep,
                overwrite=request.overwrite,
            )
            line.text = f"{counted(len(settlement.writes), 'file')} changed"
        if not settlement.conflicts:
            return settlement
        names = ", ".join(map(str, settlement.conflicts))
        self.ledger.end(
            ExitCode.NEEDS_HUMAN,
            f"Edited by hand, and the run would change it: {names}. Nothing was written; decide "
            "with --keep or --overwrite.",
        )
        self.ledger.close(writes=work.writes)
        return None

    async def _judge(self, work: Work) -> Judgement:
        with self.context.stage("gates") as line:
            judgement = await self.judge(work)
            line.text = passed_gates(judgement.reports)
        note_gates(self.ledger, judgement.reports)
        return judgement

    def _complaints(
        self, work: Work, reports: tuple[GateReport, ...], before: Complaints | None
    ) -> Complaints:
        """Return what is to be told, with what was told in vain before."""
        files = work.overlay(self.project.base)
        standing = files.paths(self.plan.backend)
        now = Complaints(
            plan=self.plan,
            found=faults(reports),
            files=files,
            tired=frozenset(
                order
                for key, conversation in work.conversations.items()
                if (order := key.partition(SEAT)[0])
                and (most := self.context.request.bounds.rounds_of(order)) is not None
                and conversation.rounds >= most
            ),
            empty=frozenset(
                order.id
                for order in self.plan.orders
                if something_missing(reports) and not any(order.owns(path) for path in standing)
            ),
        )
        return replace(now, stubborn=now.fingerprints & before.fingerprints) if before else now

    async def _repair(
        self, work: Work, reports: tuple[GateReport, ...], told: Complaints, number: int
    ) -> Work | None:
        """Return the mended work; None, and the run has ended, when nobody could mend it."""
        if number > self.context.request.max_rounds:
            rounds = self.context.request.max_rounds
            self._give_up(work, reports, f"after {counted(rounds, 'round')} of repair")
            return None
        if not told.found and not told.empty:
            self._give_up(work, reports, "")
            return None
        mended = await self._mended(work, told, number)
        if mended.writes == work.writes and not mended.unfinished:
            # Nobody whose files it is in could mend it: the cause may lie in what they import.
            told = replace(told, stubborn=told.fingerprints)
            mended = await self._mended(mended, told, number, wider=True)
        if mended.writes == work.writes and not mended.unfinished:
            self._note(mended, number)
            self._give_up(mended, reports, "and the agents changed nothing more")
            return None
        return mended

    async def _mended(
        self, work: Work, told: Complaints, number: int, *, wider: bool = False
    ) -> Work:
        errands = tuple(
            tuple(self._seated(errand, work) for errand in wave)
            for wave in told.errands(number, wider=wider)
        )
        with self.context.stage("repair") as line:
            line.text = f"round {number}: {sum(map(len, errands))} orders"
            return await delegate(self.context, self.team, errands, work.without_conflicts())

    def _seated(self, errand: Errand, work: Work) -> Errand:
        """In a hybrid run the language model mends: what is compiled would come out the same."""
        if not is_hybrid(self.context.request.planned_for):
            return errand
        seated = replace(errand, seat=PROSE)
        if seated.key in work.conversations:
            return seated
        first = next(item for wave in self.errands for item in wave if item.order == errand.order)
        return replace(seated, prompt=f"{first.prompt}\n\n{errand.prompt}")

    def _give_up(self, work: Work, reports: Sequence[GateReport], when: str) -> None:
        failed = [item.gate for item in reports if item.result is Result.FAILED]
        missing = [item for item in reports if item.result is Result.NOT_RUN]
        if failed:
            what = f"Gates failed {when}".strip() + f": {', '.join(failed)}"
        else:
            what = "; ".join(f"The gate {item.gate} was not run: {item.reason}" for item in missing)
        kept = ""
        if not self.context.request.dry_run:
            kept = f"; what was written is kept in {self.ledger.run.folder}"
        self.ledger.end(ExitCode.FINDINGS, f"{what.rstrip('.')}. Nothing landed{kept}.")
        self.ledger.close(writes=work.writes)

    def _note(self, work: Work, number: int) -> None:
        orders = order_reports(self.plan, work)
        self.ledger.note(orders=orders, usage=work.usage, rounds=number)


def _waves(
    waves: Sequence[Sequence[Errand]], wanted: Callable[[Errand], bool]
) -> list[list[Errand]]:
    chosen = ([errand for errand in wave if wanted(errand)] for wave in waves)
    return [wave for wave in chosen if wave]


def order_reports(plan: Plan, work: Work) -> tuple[OrderReport, ...]:
    """Say of each order what it came to, once for each model that worked on it."""
    titles = {COORDINATION: "Coordination", **{order.id: order.title for order in plan.orders}}
    return tuple(
        OrderReport(
            order=order,
            title=title,
            agent=conversation.agent,
            model=conversation.model,
            rounds=conversation.rounds,
            ending=conversation.ending.value,
            seconds=conversation.seconds,
            usage=conversation.usage,
            files=conversation.files,
        )
        for order, title in titles.items()
        for key in (order, f"{order}{SEAT}{PROSE}")
        if (conversation := work.conversations.get(key)) is not None
    )


def passed_gates(reports: Sequence[GateReport]) -> str:
    """Say how many gates have passed."""
    passed = sum(report.result is Result.PASSED for report in reports)
    return f"{passed} of {len(reports)} passed"


def note_gates(ledger: Ledger, reports: tuple[GateReport, ...]) -> None:
    """Put what the gates said into the report."""
    ledger.note(
        gates=reports,
        routes=_routes(reports),
        tests_passed=count(reports, "tests", "tests_passed"),
        tests_failed=count(reports, "tests", "tests_failed"),
    )


def _routes(reports: tuple[GateReport, ...]) -> RouteCounts:
    return RouteCounts(
        routes=count(reports, "audit", "routes"),
        proved=count(reports, "audit", "proved"),
        violated=count(reports, "audit", "violated"),
        unknown=count(reports, "audit", "unknown"),
        public=count(reports, "audit", "public"),
    )
