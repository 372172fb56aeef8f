"""The gate *schemathesis*: whatever fits the OpenAPI document is answered as that document says."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sdd.diagnostics import Diagnostic, Severity, by_place, errors
from sdd.names import counted
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
_UNDECLARED_METHOD = "ST204"
_ABOUT_METHODS = frozenset({_UNDECLARED_METHOD, "ST205"})
_UNSUPPORTED = re.compile(r"Unsupported method ([A-Z]+) ")


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
    failures = [item for item in facts["failures"] if not _is_shadowed(seen, item)]
    diagnostics = by_place(_diagnostic(context, seen, item) for item in failures)
    counts = {"operations": int(facts["operations"]), "cases": int(facts["cases"])}
    judged = report(
        GATE,
        seen,
        diagnostics,
        summary=f"{counts['cases']} cases on {counted(counts['operations'], 'operation')}, "
        f"Schemathesis {facts['version']}",
        counts=counts,
        stage="fuzz",
    )
    if errors(diagnostics) or facts["complete"]:
        return judged
    return replace(judged, result=Result.NOT_RUN, reason="It was stopped before it had ended.")


def _is_shadowed(seen: Observations, item: Mapping[str, Any]) -> bool:
    """Tell whether the method is that of a path with a parameter, for which the router takes this.

    `PUT /tasks/statistics` is nothing that the document knows, and to the router it is a
    `PUT /tasks/{task_id}` with an odd id: refusing the id is as good an answer as any.
    """
    method = _UNSUPPORTED.search(str(item["text"]))
    if item["code"] != _UNDECLARED_METHOD or method is None:
        return False
    _, _, path = str(item["route"]).partition(" ")
    return any(
        method[1].lower() in operations
        and "{" in template
        and re.fullmatch(re.sub(r"\\{[^/]+?\\}", "[^/]+", re.escape(template)), path)
        for template, operations in seen.openapi.get("paths", {}).items()
    )


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
