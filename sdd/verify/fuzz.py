"""The gate *schemathesis*: whatever fits the OpenAPI document is answered as that document says."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sdd.diagnostics import Diagnostic, Severity, by_place, errors
from sdd.verify.hints import hint_for
from sdd.verify.isolation import nobody
from sdd.verify.judging import blocked, handler_span, not_run, report
from sdd.verify.observation import Observations, Stage
from sdd.verify.observe import observe
from sdd.verify.target import VerifyContext
from sdd.verify.verdict import GateReport, Result

GATE = "schemathesis"
_SLOWER = 3  # the time limit is for quick gates
# About methods that nobody documents: Starlette itself names too few of them in `Allow`.
_ABOUT_METHODS = frozenset({"ST204", "ST205"})


def check_fuzz(context: VerifyContext) -> GateReport:
    """Judge whether Schemathesis finds an answer that the OpenAPI document does not allow."""
    seen = observe(replace(context, timeout=context.timeout * _SLOWER), frozenset({Stage.FUZZ}))
    stopped = blocked(GATE, context, seen, "fuzz")
    if stopped is not None:
        return stopped
    facts = seen.results["fuzz"]
    if "nobody" in facts:
        return not_run(GATE, nobody(facts), seen)
    if facts.get("missing"):
        module, python = facts["missing"], facts["python"]
        reason = f"{python} has no {module}; install it there: pip install {module}"
        return not_run(GATE, reason, seen)
    if facts.get("failed") or facts["errors"]:
        said = facts.get("failed") or "; ".join(facts["errors"])
        return not_run(GATE, f"Schemathesis did not run: {said}", seen)
    diagnostics = by_place(_diagnostic(context, seen, item) for item in facts["failures"])
    counts = {"operations": int(facts["operations"]), "cases": int(facts["cases"])}
    judged = report(
        GATE,
        seen,
        diagnostics,
        summary=f"{counts['cases']} cases on {counts['operations']} operations, "
        f"Schemathesis {facts['version']}",
        counts=counts,
        stage="fuzz",
    )
    if errors(diagnostics) or facts["complete"]:
        return judged
    return replace(judged, result=Result.NOT_RUN, reason="It was stopped before it had ended.")


def _diagnostic(context: VerifyContext, seen: Observations, item: Mapping[str, Any]) -> Diagnostic:
    route, title = str(item["route"]), str(item["title"])
    about_methods = item["code"] in _ABOUT_METHODS
    rule = "schemathesis-method" if about_methods else "schemathesis-failure"
    return Diagnostic(
        rule=rule,
        severity=Severity.WARNING if about_methods else Severity.ERROR,
        message=f"{route}: {title[:1].lower()}{title[1:]}",
        span=handler_span(context, seen, route),
        reason=str(item["text"]) or None,
        hint=hint_for(rule),
        route=route,
        subject=title,
    )
