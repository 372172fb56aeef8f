"""How an audit ends: what its findings mean for whoever waits for an answer."""

from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum

from sdd.audit.model import AuditReport, RouteReport, Verdict
from sdd.audit.term import named_record
from sdd.diagnostics import Diagnostic, Severity

UNREADABLE = "unreadable-source"
UNDECIDED = "undecided"


@named_record
class Policy:
    """What a project does not accept: findings from a severity on, and doubt where strict."""

    fail_on: Severity = Severity.ERROR
    strict: bool = False

    def refuses(self, item: Diagnostic) -> bool:
        """Whether a finding alone makes the audit fail."""
        levels = list(Severity)
        return item.suppressed is None and levels.index(item.severity) <= levels.index(self.fail_on)


class Outcome(StrEnum):
    """How an audit ends, the gravest first; only the last is good."""

    FINDINGS = "findings"
    UNREADABLE = "unreadable"
    NO_ROUTES = "no routes"
    UNDECIDED = "undecided"
    CLEAN = "clean"


def outcome(report: AuditReport, policy: Policy) -> Outcome:
    """Decide how an audit ends; an audit that saw no route or not every file is not clean."""
    found = open_findings(report)
    if any(policy.refuses(item) for item in found if item.rule != UNREADABLE):
        return Outcome.FINDINGS
    if any(item.rule == UNREADABLE for item in found):
        return Outcome.UNREADABLE
    if not report.routes:
        return Outcome.NO_ROUTES
    if policy.strict and any(undecided_routes(report)):
        return Outcome.UNDECIDED
    return Outcome.CLEAN


def open_findings(report: AuditReport) -> tuple[Diagnostic, ...]:
    """Return what no suppression and no baseline covers."""
    return tuple(item for item in report.diagnostics if item.suppressed is None)


def without_suppressed(report: AuditReport) -> AuditReport:
    """Return the report as if what is suppressed had not been found."""
    return replace(report, diagnostics=open_findings(report))


def undecided_routes(report: AuditReport) -> Iterator[RouteReport]:
    """Yield the routes that are not decided, unless every doubt about them is suppressed."""
    doubts: dict[str | None, list[Diagnostic]] = {}
    for item in report.diagnostics:
        if item.rule == UNDECIDED:
            doubts.setdefault(item.route, []).append(item)
    for route in report.routes:
        mine = doubts.get(route.name, [])
        if route.verdict is Verdict.UNKNOWN and not (mine and all(one.suppressed for one in mine)):
            yield route
