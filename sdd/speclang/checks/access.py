"""Routes that no statement protects or opens."""

from collections.abc import Iterator

from sdd.diagnostics import Diagnostic, Severity
from sdd.ir import Application


def check(application: Application) -> Iterator[Diagnostic]:
    """Yield a finding for each route of which nothing says whether it needs a token."""
    for endpoint in application.endpoints:
        if endpoint.auth is None:
            yield Diagnostic(
                rule="route-without-access",
                severity=Severity.WARNING,
                message=f"Nothing says whether {endpoint.name} needs a token.",
                span=endpoint.span,
                hint=(
                    "Write 'Authentication: Required' or 'Authentication: None' there, or "
                    "say it of all endpoints."
                ),
                reason="A route that nobody protects is the fault that costs most.",
                route=endpoint.name,
            )
