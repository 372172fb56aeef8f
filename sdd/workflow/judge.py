"""Runs the gates in their order and says whether what they judged may land."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sdd.verify.verdict import GateReport, Result
from sdd.workflow.context import Context
from sdd.workflow.events import GateFinished, GateStarted

Reports = tuple[GateReport, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """Something that must hold before a run lands.

    Attributes:
        judge: Judges; it is told what the gates that it waited for said, and may take its time.
        after: Gates that must have passed, or this one is not run.
        early: It begins before those have judged, and counts only if they pass.
        last: It waits for all gates before it, whatever they say.
        partial: Name of the count that says how much it looked at. Not run, it does not hold up
            a run if that was something: what it left out is named. All others count as failed.
    """

    name: str
    judge: Callable[[Reports], GateReport]
    after: tuple[str, ...] = ()
    early: bool = False
    last: bool = False
    partial: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What the gates said of one state, and whether it may land."""

    reports: Reports
    passed: bool


async def run_gates(context: Context, gates: Sequence[Gate]) -> Reports:
    """Let each gate judge as soon as it can; a thread each, so that ^C is heard.

    The reports come in the order of the gates, whichever was ready first.
    """
    tasks: dict[str, asyncio.Task[GateReport]] = {}
    for gate in gates:
        awaited = tuple(tasks) if gate.last else gate.after
        earlier = [tasks[name] for name in awaited if name in tasks]
        tasks[gate.name] = asyncio.ensure_future(_decide(context, gate, earlier))
    try:
        return tuple(await asyncio.gather(*tasks.values()))
    except BaseException:
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)
        raise


async def _decide(
    context: Context, gate: Gate, earlier: Sequence[asyncio.Task[GateReport]]
) -> GateReport:
    """Let one gate judge, once those that it waits for have."""
    clock = context.ports.clock
    before: Reports = () if gate.early else tuple(await asyncio.gather(*earlier))
    context.emit(GateStarted(gate=gate.name))
    started = clock.monotonic()
    judged = None if gate.early else _blocked(gate, before)
    if judged is None:
        judged = await asyncio.to_thread(gate.judge, before)
    seconds = judged.seconds or clock.monotonic() - started
    if gate.early:
        judged = _blocked(gate, tuple(await asyncio.gather(*earlier))) or judged
    report = replace(judged, seconds=seconds)
    context.emit(GateFinished(report=report))
    return report


def _blocked(gate: Gate, reports: Reports) -> GateReport | None:
    passed = {report.gate for report in reports if report.result is Result.PASSED}
    lacking = [name for name in gate.after if name not in passed]
    if not lacking:
        return None
    reason = f"The gate {lacking[0]} has not passed."
    return GateReport(gate=gate.name, result=Result.NOT_RUN, reason=reason)


def may_land(gates: Sequence[Gate], reports: Reports) -> bool:
    """Tell whether every gate passed; not run is no pass, unless a part was looked at."""
    partial = {gate.name: gate.partial for gate in gates if gate.partial}
    return all(
        report.result is Result.PASSED
        or (
            report.result is Result.NOT_RUN
            and report.gate in partial
            and count((report,), report.gate, partial[report.gate]) > 0
        )
        for report in reports
    )


def count(reports: Reports, gate: str, name: str) -> int:
    """Return a number that a gate counted, 0 if it did not."""
    found = (report for report in reports if report.gate == gate)
    return next((dict(report.counts).get(name, 0) for report in found), 0)
