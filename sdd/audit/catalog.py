"""What every rule is called, how bad it is and what to do: the audit's own housekeeping too."""

from sdd.audit.term import named_record
from sdd.diagnostics import Severity


@named_record
class RuleText:
    """What people read about a rule.

    Attributes:
        cwe: Number in the Common Weakness Enumeration; None: it is no weakness of the backend.
        owasp: Entry of the OWASP API Security Top 10; empty likewise.
    """

    id: str
    severity: Severity
    title: str
    hint: str
    cwe: int | None = None
    owasp: str = ""


INVALID_SUPPRESSION = RuleText(
    id="invalid-suppression",
    severity=Severity.WARNING,
    title="a suppression that cannot be read suppresses nothing",
    hint="Write `# sdd: ignore[rule] reason=why it is safe`, owner= and until=YYYY-MM-DD optional.",
)
EXPIRED_SUPPRESSION = RuleText(
    id="expired-suppression",
    severity=Severity.WARNING,
    title="a suppression is past its date",
    hint="Mend the finding, or decide again and write a later until= date.",
)
UNUSED_SUPPRESSION = RuleText(
    id="unused-suppression",
    severity=Severity.WARNING,
    title="a suppression has nothing to suppress",
    hint="Remove the comment, or move it to the line of the finding or the line above.",
)
STALE_BASELINE = RuleText(
    id="stale-baseline",
    severity=Severity.WARNING,
    title="the baseline lists a finding that is gone",
    hint="Bring the baseline up to date with --update-baseline, so that it cannot come back.",
)
STALE_PUBLIC_DECLARATION = RuleText(
    id="stale-public-declaration",
    severity=Severity.WARNING,
    title="a route is declared public and is not, or is not there",
    hint="Remove the entry from `public` under [tool.sdd.audit].",
)
ACCESS_DRIFT = RuleText(
    id="access-drift",
    severity=Severity.ERROR,
    title="who may do what differs from the access lockfile",
    hint="If this is meant, run `sdd audit --lock` and commit access.lock.",
)

HOUSEKEEPING: tuple[RuleText, ...] = (
    INVALID_SUPPRESSION,
    EXPIRED_SUPPRESSION,
    UNUSED_SUPPRESSION,
    STALE_BASELINE,
    STALE_PUBLIC_DECLARATION,
    ACCESS_DRIFT,
)


def rule_texts() -> dict[str, RuleText]:
    """Return every rule by id, in the order of the ids."""
    from sdd.audit.rules.registry import RULES  # noqa: PLC0415 - loads the whole analysis

    judged = [
        RuleText(
            id=rule.id,
            severity=rule.severity,
            title=rule.title,
            hint=rule.hint,
            cwe=rule.cwe or None,
            owasp=rule.owasp,
        )
        for rule in RULES
    ]
    return {item.id: item for item in sorted((*judged, *HOUSEKEEPING), key=lambda item: item.id)}
