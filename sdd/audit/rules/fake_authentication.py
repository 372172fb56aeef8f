"""fake-authentication: a dependency that looks like authentication verifies nothing."""

import re

from sdd.audit.rules.rule import OpenRoute, Rule
from sdd.diagnostics import Severity

_LOOKS_LIKE_IT = re.compile(
    r"auth|user|token|login|jwt|bearer|credential|principal|identity|<lambda>", re.IGNORECASE
)


def _pretends(route: OpenRoute) -> bool:
    return any(_LOOKS_LIKE_IT.search(used.label) for used in route.run.used)


RULE = Rule(
    id="fake-authentication",
    severity=Severity.ERROR,
    title="the dependency lets callers through that it has not verified",
    hint="Let every path of the dependency either verify a signature or raise 401.",
    cwe=287,
    owasp="API2:2023",
    names_open_route=_pretends,
)
