"""Sends diagnostics back to the agents whose files they are in."""

from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from sdd.diagnostics import Diagnostic, by_place, errors
from sdd.verify.verdict import GateReport, Result
from sdd.workflow.briefing import repair_prompt
from sdd.workflow.delegate import Errand
from sdd.workflow.orders import Plan, WorkOrder

MOST_AT_ONCE = 40

# Who answers for a gate whose diagnostics name no file of the backend.
_ANSWERABLE = {
    "import": "assembly",
    "integration": "assembly",
    "audit": "routes",
    "contract": "routes",
    "schema": "models",
    "tests": "tests",
    "isolation probe": "repositories",
    "token attacks": "auth",
    "checklist": "assembly",
}
# Gates that look from outside see a handler or a test fail, whoever made the mistake beneath it.
_BENEATH = {
    "contract": ("schemas",),
    "tests": ("routes", "repositories"),
    "isolation probe": ("repositories",),
    "token attacks": ("auth",),
}


def faults(reports: Iterable[GateReport]) -> tuple[tuple[str, Diagnostic], ...]:
    """Return what failed gates complain of, with the gate's name."""
    return tuple(
        (report.gate, diagnostic)
        for report in reports
        if report.result is Result.FAILED
        for diagnostic in errors(report.diagnostics)
    )


def repair_errands(
    plan: Plan,
    found: Sequence[tuple[str, Diagnostic]],
    number: int,
) -> tuple[tuple[Errand, ...], ...]:
    """Return the errands of a round, in waves; an agent gets each of its diagnostics once.

    Args:
        plan: The orders.
        found: Gate and diagnostic.
        number: The round, from 1.
    """
    concerns: dict[str, list[Diagnostic]] = {}
    for gate, diagnostic in found:
        for order in concerned(plan, gate, diagnostic):
            listed = concerns.setdefault(order.id, [])
            if diagnostic not in listed:
                listed.append(diagnostic)
    waves = (
        tuple(_errand(order, concerns[order.id], number) for order in wave if order.id in concerns)
        for wave in plan.waves()
    )
    return tuple(wave for wave in waves if wave)


def concerned(plan: Plan, gate: str, diagnostic: Diagnostic) -> tuple[WorkOrder, ...]:
    """Return the orders in whose files a diagnostic and its related places are.

    One that names no file of the backend goes to the order that answers for its gate; one of a
    gate that sees the surface alone goes to the orders beneath as well.
    """
    spans = [diagnostic.span, *(related.span for related in diagnostic.related)]
    paths = dict.fromkeys(PurePosixPath(span.path) for span in spans if span and span.path)
    owners = [plan.owner(path) for path in paths if path.is_relative_to(plan.backend)]
    found = [owner for owner in owners if owner is not None]
    if not found:
        found.append(plan.order(_ANSWERABLE.get(gate, "assembly")))
    found += [plan.order(order) for order in _BENEATH.get(gate, ())]
    return tuple(dict.fromkeys(found))


def _errand(order: WorkOrder, diagnostics: Sequence[Diagnostic], number: int) -> Errand:
    shown = by_place(diagnostics)[:MOST_AT_ONCE]
    return Errand(order=order, prompt=repair_prompt(order, number, shown), round=number)
