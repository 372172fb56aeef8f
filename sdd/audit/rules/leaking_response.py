"""leaking-response: a secret column goes out, with a whole row or by the response model."""

import ast
import re
from collections.abc import Iterator

from sdd.audit.annotations import annotation_value
from sdd.audit.classes import all_fields, is_model
from sdd.audit.engine import Engine
from sdd.audit.flows import carried_by
from sdd.audit.requests import Run
from sdd.audit.rules.rule import Audited, Rule
from sdd.audit.values import NONE, ClassInfo, Func, Generic, LibObject, Lit, Many, Phi, Row, Value
from sdd.diagnostics import Diagnostic, Severity

_SECRET = re.compile(r"password|passwd|pwd_hash|secret|hashed_", re.IGNORECASE)
_DEEPEST = 4


def _find(audited: Audited) -> Iterator[Diagnostic]:
    for run, report in audited.routes:
        model = _model(audited.engine, run)
        leaks = dict.fromkeys(
            _of_whole_rows(audited, run)
            if model is None
            else _of_model(audited, run, model)
            if "response_model_exclude" not in run.mount.entry.keywords
            else ()
        )
        for entity, column in leaks:
            yield Diagnostic(
                rule=RULE.id,
                severity=RULE.severity,
                message=f"{report.name} answers with {entity}.{column}",
                span=report.span,
                hint=RULE.hint,
                route=report.name,
                subject=f"{entity}.{column}",
            )


def _model(engine: Engine, run: Run) -> Value | None:
    """Return what the route says that it answers with; None where it says nothing."""
    declared = run.mount.entry.keywords.get("response_model")
    if declared is not None:
        return None if declared == NONE else declared
    endpoint = run.mount.entry.endpoint
    if not isinstance(endpoint, Func) or isinstance(endpoint.node, ast.Lambda):
        return None
    return annotation_value(engine, endpoint.node.returns, endpoint.module, endpoint)


def _of_whole_rows(audited: Audited, run: Run) -> Iterator[tuple[str, str]]:
    for end in run.ends:
        for row in _whole_rows(end.value):
            yield from _secrets(audited, row)


def _of_model(audited: Audited, run: Run, model: Value) -> Iterator[tuple[str, str]]:
    """Yield the secrets that the model names, too, and that rows in the answer have."""
    named = frozenset(_named(audited, model))
    if not named:
        return
    for end in run.ends:
        for row in carried_by(audited.engine, end.value, end.state).rows:
            yield from ((entity, name) for entity, name in _secrets(audited, row) if name in named)


def _named(audited: Audited, model: Value, depth: int = 0) -> Iterator[str]:
    if depth > _DEEPEST:
        return
    if isinstance(model, Generic):
        for argument in (model.base, *model.args):
            yield from _named(audited, argument, depth + 1)
    elif isinstance(model, ClassInfo) and is_model(model):
        for name, node in all_fields(model):
            declared = model.find(name)
            hidden = declared.keyword("exclude") if isinstance(declared, LibObject) else None
            if hidden == Lit(value=True, kind="bool"):
                continue
            if _SECRET.search(name):
                yield name
            inner = annotation_value(audited.engine, node.annotation, model.module)
            yield from _named(audited, inner or NONE, depth + 1)


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


def _secrets(audited: Audited, row: Row) -> Iterator[tuple[str, str]]:
    entity = row.entity.partition("@")[0]
    columns = audited.schema.entity(row.entity).columns
    yield from ((entity, name) for name in columns if _SECRET.search(name))


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
