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
        judge: Judges; it is told what the gates before it said, and may take its time.
        after: Gates that must have passed, or this one is not run.
        optional: It does not hold up a run when it could not be run. Only gates that need
            something which few machines have are; all others count as failed then.
    """

    name: str
    judge: Callable[[Reports], GateReport]
    after: tuple[str, ...] = ()
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What the gates said of one state, and whether it may land."""

    reports: Reports
    passed: bool


async def run_gates(context: Context, gates: Sequence[Gate]) -> Reports:
    """Let each gate judge, one after the other; a thread each, so that ^C is heard."""
    reports: Reports = ()
    for gate in gates:
        context.emit(GateStarted(gate=gate.name))
        started = context.ports.clock.monotonic()
        judged = _blocked(gate, reports)
        if judged is None:
            judged = await asyncio.to_thread(gate.judge, reports)
        seconds = judged.seconds or context.ports.clock.monotonic() - started
        report = replace(judged, seconds=seconds)
        context.emit(GateFinished(report=report))
        reports = (*reports, report)
    return reports


def _blocked(gate: Gate, reports: Reports) -> GateReport | None:
    passed = {report.gate for report in reports if report.result is Result.PASSED}
    lacking = [name for name in gate.after if name not in passed]
    if not lacking:
        return None
    reason = f"The gate {lacking[0]} has not passed."
    return GateReport(gate=gate.name, result=Result.NOT_RUN, reason=reason)


def may_land(gates: Sequence[Gate], reports: Reports) -> bool:
    """Tell whether every gate passed; one that was not run is no pass, unless it is optional."""
    optional = {gate.name for gate in gates if gate.optional}
    return all(
        report.result is Result.PASSED
        or (report.result is Result.NOT_RUN and report.gate in optional)
        for report in reports
    )


def count(reports: Reports, gate: str, name: str) -> int:
    """Return a number that a gate counted, 0 if it did not."""
    found = (report for report in reports if report.gate == gate)
    return next((dict(report.counts).get(name, 0) for report in found), 0)
