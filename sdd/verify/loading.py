"""The gate *import*: the application imports, constructs and starts."""

from sdd.diagnostics import Diagnostic, Severity
from sdd.names import counted
from sdd.verify.hints import hint_for
from sdd.verify.judging import blocked, not_run, report, span_of
from sdd.verify.observation import Observations, Stage
from sdd.verify.observe import observe
from sdd.verify.target import VerifyContext
from sdd.verify.verdict import GateReport

GATE = "import"


def check_import(context: VerifyContext) -> GateReport:
    """Judge whether the application can be imported and started."""
    seen = context.observations or observe(context, frozenset({Stage.IMPORT}))
    stopped = blocked(GATE, context, seen, "import")
    if stopped is not None:
        return stopped
    facts = seen.results["import"]
    if facts.get("kind") == "dependency":
        return not_run(
            GATE,
            f"{context.target.python} has no module {facts.get('module')}; "
            f"install it there: pip install {facts.get('distribution')}",
            seen,
        )
    count = int(facts.get("operations", 0))
    begins = "answers" if context.target.base_url else "starts"
    return report(
        GATE,
        seen,
        () if facts["ok"] else (_diagnostic(context, seen),),
        summary=f"{facts['app']} {begins}, {counted(count, 'operation')}"
        if facts["ok"]
        else f"does not {begins.removesuffix('s')}",
        counts={"operations": count},
        stage="import",
    )


def _diagnostic(context: VerifyContext, seen: Observations) -> Diagnostic:
    facts = seen.results["import"]
    said = ": ".join(str(facts[key]) for key in ("exception", "message") if facts.get(key))
    match facts.get("kind"):
        case "no-app":
            rule, message = "import-no-application", str(facts["message"])
        case "unreachable":
            rule, message = "import-unreachable", f"Nothing answers at {facts['url']}"
        case "no-document":
            rule = "import-no-document"
            message = f"{facts['url']} serves no OpenAPI document (tried {facts['tried']})"
        case "startup":
            rule, message = "import-startup-failed", f"The startup fails: {said}"
        case _ if facts.get("module"):
            rule, message = "import-missing-module", f"There is no module {facts['module']}"
        case _:
            rule, message = "import-failed", said
    return Diagnostic(
        rule=rule,
        severity=Severity.ERROR,
        message=message,
        span=span_of(context, facts.get("file"), facts.get("line")),
        reason=said or None,
        hint=hint_for(rule),
        subject=str(facts.get("module") or facts.get("exception") or rule),
    )
