"""unverified-token: a token is believed without a full check."""

from collections.abc import Iterator

from sdd.audit.rules.remarks import remarked
from sdd.audit.rules.rule import Audited, OpenRoute, Rule
from sdd.diagnostics import Diagnostic, Severity


def _read_only(route: OpenRoute) -> bool:
    return any(remark.rule == RULE.id for remark in route.run.remarks)


def _find(audited: Audited) -> Iterator[Diagnostic]:
    return remarked(audited, RULE.id, RULE.severity, RULE.hint)


RULE = Rule(
    id="unverified-token",
    severity=Severity.ERROR,
    title="the token is not fully verified",
    hint="Verify signature and expiry with a fixed list of algorithms.",
    cwe=347,
    owasp="API2:2023",
    names_open_route=_read_only,
    find=_find,
)
