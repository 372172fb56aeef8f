"""The static checker: who is let in, and whose rows are touched."""

from sdd.audit.analysis import audit
from sdd.audit.lift import lift
from sdd.audit.model import Access, AuditReport, AuthReport, RouteReport, Summary, Verdict
from sdd.audit.report import report_json
from sdd.audit.settings import AuditSettings

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
]
