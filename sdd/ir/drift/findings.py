"""Differences as diagnostics, with both places."""

from sdd.diagnostics import Diagnostic, Related, Severity
from sdd.ir.drift.accepted import Acceptance, Judged
from sdd.ir.drift.difference import Difference, Side
from sdd.text import Span

# What may cost somebody their data is an error; the rest has to be decided.
_GRAVE = frozenset({"drifted-access"})
_HINTS = {
    Side.SPEC: "Implement it, or take it out of the specs.",
    Side.CODE: "State it in the specs, or take it out of the code.",
    Side.BOTH: "Make both say the same.",
}


def findings(judged: Judged) -> tuple[Diagnostic, ...]:
    """Return a diagnostic for each difference; accepted ones bear their acceptance."""
    changed = {difference.fingerprint: acceptance for difference, acceptance in judged.changed}
    return (
        *(_finding(item, changed.get(item.fingerprint)) for item in judged.open),
        *(_finding(item, None, accepted=acceptance) for item, acceptance in judged.accepted),
    )


def _finding(
    item: Difference, changed: Acceptance | None, *, accepted: Acceptance | None = None
) -> Diagnostic:
    span, other = item.spec_span or item.code_span, item.code_span if item.spec_span else None
    if item.only is Side.CODE and item.code_span is not None:
        span, other = item.code_span, item.spec_span
    return Diagnostic(
        rule=item.rule,
        severity=Severity.ERROR if item.rule in _GRAVE else Severity.WARNING,
        message=item.message,
        span=span,
        hint=_HINTS[item.only],
        reason=None if changed is None else _since(changed),
        related=_related(item, other),
        subject=f"{item.subject}: {item.fingerprint}",
        suppressed=None if accepted is None else f"accepted{_at(accepted)}",
    )


def _related(item: Difference, other: Span | None) -> tuple[Related, ...]:
    if other is None:
        return ()
    told = item.code or "the code" if other is item.code_span else item.spec or "the specs"
    return (Related(span=other, message=told),)


def _since(acceptance: Acceptance) -> str:
    was = " and ".join(
        f"the {side} said {text!r}"
        for side, text in (("specs", acceptance.spec), ("code", acceptance.code))
        if text
    )
    return f"It was accepted{_at(acceptance)} when {was}; that has changed."


def _at(acceptance: Acceptance) -> str:
    at = f" at {acceptance.revision[:12]}" if acceptance.revision else ""
    return f"{at} ({acceptance.reason})" if acceptance.reason else at
