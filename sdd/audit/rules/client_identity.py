"""client-identity: the client says who it is, and is believed."""

from sdd.audit.rules.evidence import owner_compared_with_client
from sdd.audit.rules.rule import OpenRoute, Rule
from sdd.audit.values import Row
from sdd.diagnostics import Severity

_SAID = frozenset({"header", "cookie", "body", "query"})


def _believed(route: OpenRoute) -> bool:
    row = route.exposed.target
    if route.finding is None or not isinstance(row, Row):
        return False
    return owner_compared_with_client(route.judge, route.finding.case, row, _SAID)


RULE = Rule(
    id="client-identity",
    severity=Severity.ERROR,
    title="identity is taken from the request instead of a verified token",
    hint="Take the user's id from the verified token alone.",
    cwe=290,
    owasp="API2:2023",
    names_open_route=_believed,
)
