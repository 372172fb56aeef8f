"""The audit's report as JSON, exactly as DESIGN.md 6 has it."""

from typing import Any

from sdd import __version__
from sdd.audit.model import Access, AuditReport, RouteReport
from sdd.diagnostics import Diagnostic, Related
from sdd.text import Span


def report_json(report: AuditReport, root: str) -> dict[str, Any]:
    """Return the report as plain data, in a fixed order."""
    summary = report.summary
    return {
        "schema_version": 1,
        "tool": {"name": "sdd", "version": __version__},
        "root": str(root),
        "summary": {
            "files": report.files,
            "routes": summary.routes,
            "proved": summary.proved,
            "violated": summary.violated,
            "unknown": summary.unknown,
            "public": summary.public,
        },
        "routes": [_route(route) for route in report.routes],
        "diagnostics": [_diagnostic(item) for item in report.diagnostics],
        "unreadable": [{"file": item.path, "reason": item.reason} for item in report.unreadable],
    }


def _route(route: RouteReport) -> dict[str, Any]:
    return {
        "app": route.app,
        "method": route.method,
        "path": route.path,
        "handler": route.handler,
        "file": route.span.path,
        "line": route.span.line,
        "condition": route.condition or None,
        "dependencies": [
            {
                "name": one.name,
                "file": one.span.path if one.span else None,
                "line": one.span.line if one.span else None,
            }
            for one in route.dependencies
        ],
        "auth": {
            "verdict": route.auth.verdict.value,
            "by": route.auth.by,
            "because": route.auth.because,
        },
        "isolation": {
            "verdict": route.isolation.value,
            "accesses": [_access(access) for access in route.accesses],
        },
    }


def _access(access: Access) -> dict[str, Any]:
    return {
        "entity": access.entity,
        "operation": access.operation,
        "file": access.span.path,
        "line": access.span.line,
        "verdict": access.verdict.value,
        "because": access.because,
    }


def _diagnostic(item: Diagnostic) -> dict[str, Any]:
    span = item.span or Span(path="")
    return {
        "rule": item.rule,
        "severity": item.severity.value,
        "confidence": item.confidence.value,
        "message": item.message,
        "reason": item.reason,
        "hint": item.hint,
        "file": span.path,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line or span.line,
        "end_column": span.end_column or span.column,
        "route": item.route,
        "related": [_related(one) for one in item.related],
        "fingerprint": item.fingerprint,
        "suppressed": item.suppressed,
    }


def _related(item: Related) -> dict[str, Any]:
    return {"file": item.span.path, "line": item.span.line, "message": item.message}
