"""The gate *token attacks*: no forged, stale or odd token is believed, and none upsets anything."""

from dataclasses import replace

from sdd.names import counted
from sdd.verify.isolation import for_everybody, nobody
from sdd.verify.judging import blocked, from_findings, not_run, report
from sdd.verify.observation import Stage
from sdd.verify.observe import observe
from sdd.verify.target import VerifyContext
from sdd.verify.verdict import GateReport, Result

GATE = "token attacks"


def check_tokens(context: VerifyContext) -> GateReport:
    """Judge whether a token that should be refused is."""
    seen = context.observations or observe(context, frozenset({Stage.TOKENS}))
    stopped = blocked(GATE, context, seen, "tokens")
    if stopped is not None:
        return stopped
    facts = seen.results["tokens"]
    if "nobody" in facts:
        return for_everybody(GATE, context, seen) or not_run(GATE, nobody(facts), seen)
    diagnostics = from_findings(context, seen, facts["findings"])
    probed, refused = len(facts["probed"]), facts["unprobed"]
    signed = "" if facts["signed"] else "; without well-signed ones, whose key is not known"
    judged = report(
        GATE,
        seen,
        diagnostics,
        summary=f"{facts['forgeries']} tokens and headers on {counted(probed, 'operation')}, "
        f"{len(facts['deep'])} of them in full; {facts['checks']} checks; {facts['how']}{signed}",
        counts={
            "operations_probed": probed,
            "forgeries": int(facts["forgeries"]),
            "checks": int(facts["checks"]),
        },
        stage="tokens",
    )
    if judged.result is Result.PASSED and (not probed or refused):
        name, why = next(iter(refused.items()), ("every operation", "none takes a good token"))
        return replace(judged, result=Result.NOT_RUN, reason=f"{name} could not be tried: {why}")
    return judged
