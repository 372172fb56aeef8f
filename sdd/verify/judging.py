"""What all gates have in common: places of routes, reports, and what to say when nothing ran."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from sdd.diagnostics import Diagnostic, Severity, by_place, errors
from sdd.names import counted
from sdd.text import Span
from sdd.verify.hints import hint_for
from sdd.verify.observation import Observations
from sdd.verify.target import VerifyContext
from sdd.verify.verdict import GateReport, Result


def shape(path: str) -> str:
    """Return a path with the names of its parameters taken out."""
    return re.sub(r"\{[^}]*\}", "{}", path.rstrip("/")) or "/"


def span_of(context: VerifyContext, file: object, line: object = 1) -> Span | None:
    """Return the span of a line in the backend, under the prefix that the caller wants."""
    if not isinstance(file, str) or not file:
        return None
    prefix = context.target.prefix.strip("/")
    path = f"{prefix}/{file}" if prefix else file
    return Span(path=path, line=line if isinstance(line, int) and line > 0 else 1)


def handler_span(context: VerifyContext, seen: Observations, route: str) -> Span | None:
    """Find where the handler of `METHOD /path` stands."""
    method, _, path = route.partition(" ")
    for handler in seen.handlers:
        if handler["method"] == method and shape(str(handler["path"])) == shape(path):
            return span_of(context, handler.get("file"), handler.get("line"))
    return None


def from_findings(
    context: VerifyContext, seen: Observations, findings: Iterable[Mapping[str, Any]]
) -> tuple[Diagnostic, ...]:
    """Turn what the probe found into diagnostics with places and hints."""
    return by_place(
        Diagnostic(
            rule=finding["rule"],
            severity=Severity(finding["severity"]),
            message=f"{finding['route']}: {_lowered(finding['message'])}",
            span=span_of(context, finding.get("file"), finding.get("line"))
            or handler_span(context, seen, finding["route"]),
            reason=finding.get("reason") or None,
            hint=hint_for(finding["rule"]),
            route=finding["route"],
            subject=finding["rule"],
        )
        for finding in findings
    )


def _lowered(message: str) -> str:
    return message[:1].lower() + message[1:]


# How the child was confined is the same for all gates; the first one says it.
_FIRST = "import"


def report(
    gate: str,
    seen: Observations,
    diagnostics: tuple[Diagnostic, ...],
    *,
    summary: str,
    counts: Mapping[str, int],
    stage: str,
) -> GateReport:
    """Return passed or failed by the diagnostics: errors fail a gate, warnings do not."""
    wrong = errors(diagnostics)
    return GateReport(
        gate=gate,
        result=Result.FAILED if wrong else Result.PASSED,
        summary=f"{summary} ({seen.isolation})" if gate == _FIRST else summary,
        reason=_count(len(wrong)) if wrong else "",
        diagnostics=diagnostics,
        counts=tuple(counts.items()),
        seconds=seen.seconds.get(stage, 0.0),
    )


def _count(number: int) -> str:
    return counted(number, "defect")


def not_run(gate: str, reason: str, seen: Observations | None = None) -> GateReport:
    """Return that a gate did not run, and why."""
    summary = f"({seen.isolation})" if seen and seen.isolation else ""
    return GateReport(gate=gate, result=Result.NOT_RUN, reason=reason, summary=summary)


def blocked(gate: str, context: VerifyContext, seen: Observations, stage: str) -> GateReport | None:
    """Return the report of a gate whose stage has no result; None when it has one."""
    if seen.problem is not None:
        return not_run(gate, seen.problem)
    if stage in seen.results:
        return None
    if seen.bug is not None:
        return not_run(gate, f"The probe itself failed, which is a bug of ours: {seen.bug}", seen)
    if seen.unfinished in {stage, "start"}:
        return _ended(gate, context, seen)
    imported = seen.results.get("import")
    if imported is not None and not imported.get("ok"):
        return not_run(
            gate, "The application could not be started; the gate import says why.", seen
        )
    return not_run(gate, f"The probe ended in the stage {seen.unfinished}, before this one.", seen)


def _ended(gate: str, context: VerifyContext, seen: Observations) -> GateReport:
    """Report a child that ended in the midst of a stage."""
    if seen.timed_out:
        rule, message = "verify-time-limit", f"Did not end within {context.timeout:g} seconds"
    else:
        rule, message = "verify-crashed", "The process ended before the gate had"
    file, _, line = seen.hung_at.rpartition(":")
    file = file.removeprefix(context.target.folder.rstrip("/") + "/")
    diagnostic = Diagnostic(
        rule=rule,
        severity=Severity.ERROR,
        message=message,
        span=span_of(context, file, int(line) if line.isdigit() else 1),
        reason=seen.stderr.strip() or None,
        hint=hint_for(rule),
        subject=gate,
    )
    return GateReport(
        gate=gate,
        result=Result.FAILED,
        reason=message,
        diagnostics=(diagnostic,),
        summary=f"({seen.isolation})",
    )
