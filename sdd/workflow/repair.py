"""Sends diagnostics back to the agents whose files they are in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from sdd.diagnostics import Diagnostic, Severity, by_place, errors
from sdd.ports import ReadableFiles
from sdd.verify.verdict import GateReport, Result
from sdd.workflow.briefing import repair_prompt
from sdd.workflow.delegate import Errand
from sdd.workflow.integrate import imported_files
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
# Gates that may fail, or not even run, because somebody has written nothing.
_OF_PRESENCE = frozenset({"integration", "import", "contract", "schema", "tests"})
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


def something_missing(reports: Iterable[GateReport]) -> bool:
    """Tell whether files that nobody wrote may be why the gates do not pass."""
    return any(
        report.gate in _OF_PRESENCE and report.result is not Result.PASSED for report in reports
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaints:
    """What the gates found fault with, and who may be the cause.

    Attributes:
        found: Gate and diagnostic.
        files: The backend that was judged, to see what its files import.
        stubborn: Fingerprints of those that were told before, and to no avail.
        empty: Orders that have no file at all: what is missing shows elsewhere.
        tired: Orders that may not be sent back any more.
    """

    plan: Plan
    found: tuple[tuple[str, Diagnostic], ...]
    files: ReadableFiles
    stubborn: frozenset[str] = frozenset()
    empty: frozenset[str] = frozenset()
    tired: frozenset[str] = frozenset()

    @property
    def fingerprints(self) -> frozenset[str]:
        """What is told, by what stays the same of it from round to round."""
        return frozenset(diagnostic.fingerprint for _, diagnostic in self.found)

    def errands(self, number: int, *, wider: bool = False) -> tuple[tuple[Errand, ...], ...]:
        """Return the errands of a round, in waves; an agent gets each of its diagnostics once.

        Args:
            number: The round, from 1.
            wider: Those in whose files the diagnostics are have had their turn.
        """
        concerns: dict[str, list[Diagnostic]] = {}
        causes: dict[str, list[Diagnostic]] = {}
        below = imported_files(self.files, self.plan.backend) if self.stubborn else {}
        for gate, diagnostic in self.found:
            direct = concerned(self.plan, gate, diagnostic)
            for order in direct:
                concerns.setdefault(order.id, []).append(diagnostic)
            if diagnostic.fingerprint in self.stubborn:
                for order in _beneath(self.plan, diagnostic, below):
                    if order not in direct:
                        causes.setdefault(order.id, []).append(diagnostic)
        for order_id in self.empty:
            concerns.setdefault(order_id, []).append(_NOTHING)
        waves = (
            tuple(
                _errand(order, concerns.get(order.id, ()), causes.get(order.id, ()), number)
                for order in wave
                if order.id not in self.tired
                and (order.id in causes or (order.id in concerns and not wider))
            )
            for wave in self.plan.waves()
        )
        return tuple(wave for wave in waves if wave)


_NOTHING = Diagnostic(
    rule="nothing-written",
    severity=Severity.ERROR,
    message="None of your paths holds a file, and the gates do not pass.",
    hint="Do your order as it was given; what you say does not count, files do.",
)


def _beneath(
    plan: Plan,
    diagnostic: Diagnostic,
    below: Mapping[PurePosixPath, frozenset[PurePosixPath]],
) -> tuple[WorkOrder, ...]:
    """Return the orders of what a diagnostic's files import: there its cause may be."""
    paths = {path for place in _places(diagnostic) for path in below.get(place, ())}
    owners = [plan.owner(path) for path in sorted(paths)]
    return tuple(dict.fromkeys(owner for owner in owners if owner is not None))


def _places(diagnostic: Diagnostic) -> tuple[PurePosixPath, ...]:
    spans = [diagnostic.span, *(related.span for related in diagnostic.related)]
    return tuple(dict.fromkeys(PurePosixPath(span.path) for span in spans if span and span.path))


def concerned(plan: Plan, gate: str, diagnostic: Diagnostic) -> tuple[WorkOrder, ...]:
    """Return the orders in whose files a diagnostic and its related places are.

    One that names no file of the backend goes to the order that answers for its gate; one of a
    gate that sees the surface alone goes to the orders beneath as well.
    """
    places = _places(diagnostic)
    owners = [plan.owner(path) for path in places if path.is_relative_to(plan.backend)]
    found = [owner for owner in owners if owner is not None]
    if not found:
        found.append(plan.order(_ANSWERABLE.get(gate, "assembly")))
    found += [plan.order(order) for order in _BENEATH.get(gate, ())]
    return tuple(dict.fromkeys(found))


def _errand(
    order: WorkOrder, concerns: Sequence[Diagnostic], causes: Sequence[Diagnostic], number: int
) -> Errand:
    shown = by_place(dict.fromkeys(concerns))[:MOST_AT_ONCE]
    elsewhere = by_place(dict.fromkeys(causes))[: MOST_AT_ONCE - len(shown)]
    return Errand(order=order, prompt=repair_prompt(order, number, shown, elsewhere), round=number)
