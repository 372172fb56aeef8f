"""leaking-response: a row with a secret column is returned as it is."""

import re
from collections.abc import Iterator

from sdd.audit.requests import Run
from sdd.audit.rules.rule import Audited, Rule
from sdd.audit.values import Many, Phi, Row, Value
from sdd.diagnostics import Diagnostic, Severity

_SECRET = re.compile(r"password|passwd|pwd_hash|secret|hashed_", re.IGNORECASE)


def _find(audited: Audited) -> Iterator[Diagnostic]:
    for run, report in audited.routes:
        if _has_model(run):
            continue
        for end in run.ends:
            for row in _whole_rows(end.value):
                column = _secret_column(audited, row)
                if column:
                    entity = row.entity.partition("@")[0]
                    yield Diagnostic(
                        rule=RULE.id,
                        severity=RULE.severity,
                        message=f"{report.name} answers with {entity}.{column}",
                        span=report.span,
                        hint=RULE.hint,
                        route=report.name,
                        subject=f"{entity}.{column}",
                    )


def _has_model(run: Run) -> bool:
    if run.mount.entry.keywords.get("response_model") is not None:
        return True
    node = getattr(getattr(run.mount.entry.endpoint, "node", None), "returns", None)
    return node is not None


def _whole_rows(value: Value) -> Iterator[Row]:
    match value:
        case Row():
            yield value
        case Many(element=element):
            yield from _whole_rows(element)
        case Phi(cases=cases):
            for _, item in cases:
                yield from _whole_rows(item)
        case _:
            return


def _secret_column(audited: Audited, row: Row) -> str | None:
    columns = audited.schema.entity(row.entity).columns
    return next((name for name in columns if _SECRET.search(name)), None)


RULE = Rule(
    id="leaking-response",
    severity=Severity.WARNING,
    title="a secret column goes to the client",
    hint="Give the route a response model without the secret columns.",
    cwe=200,
    owasp="API3:2023",
    find=_find,
)

__all__ = ["RULE"]
