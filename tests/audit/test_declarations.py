from audit_reports import make_report, proved_route, public_route

from sdd.audit.declarations import check_declarations
from sdd.audit.settings import AuditSettings
from sdd.diagnostics import Severity

ROUTES = (proved_route("GET /api/notes"), public_route("GET /health"))


def _said(*patterns: str) -> list[str]:
    report = check_declarations(make_report(routes=ROUTES), AuditSettings(public_routes=patterns))
    assert all(item.rule == "stale-public-declaration" for item in report.diagnostics)
    assert all(item.severity is Severity.WARNING for item in report.diagnostics)
    return [f"{item.message} {item.hint}" for item in report.diagnostics]


def test_a_declaration_that_a_public_route_matches_is_fine() -> None:
    """Exactly, without a method, and with a star."""
    assert _said("GET /health", "/health", "/hea*") == []


def test_a_declaration_without_a_route_is_reported_with_the_nearest() -> None:
    """A renamed route leaves no hole behind."""
    (said,) = _said("GET /healthz")

    assert "no such route" in said
    assert "GET /health" in said


def test_a_declared_route_that_authenticates_is_reported() -> None:
    """The day its dependency goes, nothing would warn."""
    (said,) = _said("GET /api/notes")

    assert "authenticated by current_user" in said
    assert "[tool.sdd.audit]" in said


def test_a_star_that_also_covers_a_public_route_is_fine() -> None:
    """A declaration for a family is stale only when all of it authenticates."""
    assert _said("/*") == []
    assert len(_said("/api/*")) == 1
