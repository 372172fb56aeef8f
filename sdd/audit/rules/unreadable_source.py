"""unreadable-source: a file on a route's way could not be read."""

from collections.abc import Iterator

from sdd.audit.rules.rule import Audited, Rule
from sdd.diagnostics import Diagnostic, Severity
from sdd.text import Span


def _find(audited: Audited) -> Iterator[Diagnostic]:
    engine = audited.engine
    for problem in engine.program.unreadable:
        needed = problem.path in engine.missing
        yield Diagnostic(
            rule=RULE.id,
            severity=RULE.severity if needed else Severity.WARNING,
            message=f"this file could not be read: {problem.reason}",
            span=Span(path=problem.path, line=problem.line),
            hint=RULE.hint,
            subject=problem.path,
        )


RULE = Rule(
    id="unreadable-source",
    severity=Severity.ERROR,
    title="a file could not be read",
    hint="Mend its syntax; until then whatever depends on it is unknown.",
    cwe=1104,
    owasp="API9:2023",
    find=_find,
)
