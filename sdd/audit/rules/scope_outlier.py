"""scope-outlier: siblings confine a table that has no owner of its own, this access does not."""

from collections.abc import Iterator

from sdd.audit.obligations import Judge, Obligation
from sdd.audit.required import obligations
from sdd.audit.rules.rule import Audited, Rule
from sdd.audit.values import Field, Row
from sdd.diagnostics import Diagnostic, Related, Severity
from sdd.text import Span

_FEWEST = 2  # one access alone is no custom


def _find(audited: Audited) -> Iterator[Diagnostic]:
    judge = Judge(audited.engine, audited.schema)
    scoped: dict[str, dict[Span, str]] = {}
    loose: dict[str, dict[Span, str]] = {}
    for run, report in audited.routes:
        for item in obligations(audited.engine, run):
            if not isinstance(item.target, Row) or audited.schema.is_owned(item.entity):
                continue
            answer, _ = judge.authenticated(item.facts)
            if answer.holds:
                found = scoped if _is_scoped(judge, item, item.target) else loose
                span = Span(path=item.place.path, line=item.place.line)
                found.setdefault(item.entity, {}).setdefault(span, report.name)
    for entity, accesses in loose.items():
        others = scoped.get(entity, {})
        if len(others) >= _FEWEST and len(accesses) < len(others):
            for span, route in accesses.items():
                yield _outlier(entity.partition("@")[0], span, route, next(iter(others)))


def _is_scoped(judge: Judge, item: Obligation, row: Row) -> bool:
    """Whether some column of the row is known to come from the caller."""
    columns = tuple(judge.schema.entity(row.entity).columns)
    answer, _ = judge.ask(
        item.facts,
        lambda situation: (
            situation.privileged()
            or next((name for name in columns if situation.principal(Field(row, name))), None)
        ),
    )
    return answer.holds


def _outlier(entity: str, span: Span, route: str, sibling: Span) -> Diagnostic:
    return Diagnostic(
        rule=RULE.id,
        severity=RULE.severity,
        message=f"{entity} is confined to the caller elsewhere, and not here",
        span=span,
        hint=RULE.hint,
        related=(Related(span=sibling, message="confined here"),),
        route=route,
        subject=entity,
    )


RULE = Rule(
    id="scope-outlier",
    severity=Severity.WARNING,
    title="siblings confine this table to the caller, this access does not",
    hint="Add the condition that the siblings have, or say in a suppression why it is not needed.",
    cwe=639,
    owasp="API1:2023",
    find=_find,
)
