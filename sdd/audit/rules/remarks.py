"""Turns what the machine remarked on its way into diagnostics, each place once."""

from collections.abc import Iterator

from sdd.audit.rules.rule import Audited
from sdd.diagnostics import Diagnostic, Severity
from sdd.text import Span


def remarked(audited: Audited, rule: str, severity: Severity, hint: str) -> Iterator[Diagnostic]:
    """Yield the remarks of one rule."""
    seen: set[tuple[str, int, str]] = set()
    for run, report in audited.routes:
        for remark in run.remarks:
            key = (remark.place.path, remark.place.line, remark.message)
            if remark.rule != rule or key in seen:
                continue
            seen.add(key)
            place = remark.place
            yield Diagnostic(
                rule=rule,
                severity=severity,
                message=remark.message,
                span=Span(path=place.path, line=place.line, column=place.column),
                hint=hint,
                reason=f"reached from {report.name}",
                subject=f"{place.function} {remark.message}",
            )
