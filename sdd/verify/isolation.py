"""The gate *isolation probe*: two users against each other on every operation."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sdd.diagnostics import errors
from sdd.verify.judging import blocked, from_findings, not_run, report
from sdd.verify.observation import Observations, Stage
from sdd.verify.observe import observe
from sdd.verify.target import VerifyContext
from sdd.verify.verdict import GateReport, Result

GATE = "isolation probe"
_MOST_NAMED = 4


def check_isolation(context: VerifyContext) -> GateReport:
    """Judge whether one user can reach what belongs to another."""
    seen = context.observations or observe(context, frozenset({Stage.ISOLATION}))
    stopped = blocked(GATE, context, seen, "isolation")
    if stopped is not None:
        return stopped
    facts = seen.results["isolation"]
    if "nobody" in facts:
        return for_everybody(GATE, context, seen) or not_run(GATE, nobody(facts), seen)
    diagnostics = from_findings(context, seen, facts["findings"])
    unprobed = facts["unprobed"]
    judged = report(
        GATE,
        seen,
        diagnostics,
        summary=_summary(facts),
        counts={
            "operations": int(facts["operations"]),
            "operations_probed": len(facts["probed"]),
            "operations_not_probed": len(unprobed),
            "checks": int(facts["checks"]),
        },
        stage="isolation",
    )
    ownerless = not (facts["probed"] or unprobed or _has_owners(context))
    if errors(diagnostics) or ownerless:  # by the specs no row is anybody's: nothing to isolate
        return judged
    if not facts["probed"]:
        return _incomplete(judged, "No operation could be probed" + _named(unprobed))
    if unprobed:
        reason = f"{len(unprobed)} of {facts['operations']} operations could not be probed"
        return _incomplete(judged, reason + _named(unprobed))
    return judged


def for_everybody(gate: str, context: VerifyContext, seen: Observations) -> GateReport | None:
    """Pass a gate about users if the specs say of every endpoint that it needs none, else None."""
    stated = context.application.endpoints if context.application is not None else ()
    if not stated or any(endpoint.auth is not False for endpoint in stated):
        return None
    said = "by the specs every operation is public"
    return report(gate, seen, (), summary=said, counts={}, stage=gate.split(maxsplit=1)[0])


def _has_owners(context: VerifyContext) -> bool:
    """Whether rows belong to users; without specs it is not known, and taken for so."""
    application = context.application
    return application is None or any(entity.owner_column for entity in application.entities)


def nobody(facts: Mapping[str, Any]) -> str:
    """Say that no user could be had, and what was tried."""
    database = f" (database: {facts['database']})" if facts.get("database") else ""
    return f"The backend could not be asked as a user: {facts['nobody']}{database}."


def _incomplete(judged: GateReport, reason: str) -> GateReport:
    return replace(judged, result=Result.NOT_RUN, reason=reason)


def _named(unprobed: Mapping[str, str]) -> str:
    shown = [f"{name} ({why})" for name, why in list(unprobed.items())[:_MOST_NAMED]]
    more = len(unprobed) - len(shown)
    if more > 0:
        shown.append(f"and {more} more")
    return f": {'; '.join(shown)}" if shown else ""


def _summary(facts: Mapping[str, Any]) -> str:
    parts = [f"{len(facts['probed'])} of {facts['operations']} operations probed by two users"]
    for label, number in (
        ("public", int(facts["public"])),
        ("of rows that belong to nobody", len(facts.get("of_shared", ()))),
        ("for other roles", len(facts["guarded"])),
        ("not probed", len(facts["unprobed"])),
    ):
        if number:
            parts.append(f"{number} {label}")
    return f"{', '.join(parts)}; {facts['checks']} checks; {facts['how']}"
