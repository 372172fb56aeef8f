"""The static checker: who is let in, and whose rows are touched.

Importing this package does not load the analysis: reports are also read from a cache.
"""

from typing import TYPE_CHECKING

from sdd.audit.bystanders import standing
from sdd.audit.model import Access, AuditReport, AuthReport, RouteReport, Summary, Verdict
from sdd.audit.report import report_json
from sdd.audit.settings import AuditSettings
from sdd.program import Program

if TYPE_CHECKING:
    from sdd.ir import Application


def audit(
    program: Program,
    settings: AuditSettings | None = None,
    *,
    only: frozenset[str] | None = None,
) -> AuditReport:
    """Judge every route of every app of a program, or only those of these names."""
    from sdd.audit import analysis  # noqa: PLC0415 - loads the whole analysis

    return analysis.audit(program, settings, only=only)


def lift(program: Program) -> "Application":
    """Read a program back into the model: what it stores and answers, and whom it lets in."""
    from sdd.audit.lifting import application  # noqa: PLC0415 - likewise

    return application.lift(program)


__all__ = [
    "Access",
    "AuditReport",
    "AuditSettings",
    "AuthReport",
    "RouteReport",
    "Summary",
    "Verdict",
    "audit",
    "lift",
    "report_json",
    "standing",
]
