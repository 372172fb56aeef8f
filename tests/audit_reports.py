"""Reports made by hand, for tests of what is done with them."""

from dataclasses import replace

from sdd.audit.model import Access, AuditReport, AuthReport, RouteReport, Verdict, summarise
from sdd.diagnostics import Diagnostic, Related, Severity
from sdd.program import Unreadable
from sdd.text import Span

SOURCE = """\
from fastapi import APIRouter

router = APIRouter()


@router.get("/notes/{note_id}")
def get_note(note_id: int, session: Session):
    return session.get(
        Note,
        note_id,
    )
"""


def proved_route(name: str = "GET /api/notes", *, entity: str = "Note") -> RouteReport:
    """Return a route of which everything is proved."""
    method, _, path = name.partition(" ")
    span = Span(path="routes.py", line=3, column=1)
    return RouteReport(
        app="main.py:app",
        method=method,
        path=path,
        handler="list_notes",
        span=span,
        auth=AuthReport(verdict=Verdict.PROVED, by="current_user", because="verified token"),
        isolation=Verdict.PROVED,
        accesses=(
            Access(
                entity=entity,
                operation="read",
                span=Span(path="store.py", line=9),
                verdict=Verdict.PROVED,
                because=f"{entity}.user_id = the token's sub",
            ),
        ),
    )


def violated_route(name: str = "GET /api/notes/{note_id}") -> RouteReport:
    """Return a route that reads anybody's row."""
    route = proved_route(name)
    access = replace(
        route.accesses[0],
        span=Span(path="routes.py", line=8, column=12),
        verdict=Verdict.VIOLATED,
        because="nothing compares Note.user_id with the signed-in user",
        rule="unscoped-read",
        attack="a signed-in user sends another user's note_id and reads it",
        chain=(Span(path="routes.py", line=7),),
    )
    return replace(
        route,
        handler="get_note",
        span=Span(path="routes.py", line=7),
        isolation=Verdict.VIOLATED,
        accesses=(access,),
    )


def public_route(name: str = "GET /health") -> RouteReport:
    """Return a route that asks nobody anything."""
    return replace(
        proved_route(name),
        handler="health",
        auth=AuthReport(verdict=Verdict.PUBLIC, by=None, because="nothing of any user is read"),
        isolation=Verdict.NONE,
        accesses=(),
    )


def finding(route: str | None = "GET /api/notes/{note_id}", *, line: int = 8) -> Diagnostic:
    """Return the diagnostic of `violated_route`."""
    return Diagnostic(
        rule="unscoped-read",
        severity=Severity.ERROR,
        message="read of Note is not confined to the caller",
        span=Span(path="routes.py", line=line, column=12, end_line=line, end_column=20),
        reason="nothing compares Note.user_id with the signed-in user.",
        hint="Compare the owner with the signed-in user.",
        related=(Related(span=Span(path="main.py", line=4), message="reached from there"),),
        route=route,
        subject="read Note",
    )


def make_report(
    *diagnostics: Diagnostic,
    routes: tuple[RouteReport, ...] = (),
    unreadable: tuple[Unreadable, ...] = (),
) -> AuditReport:
    """Return a report of these findings and routes."""
    return AuditReport(
        routes=routes,
        diagnostics=diagnostics,
        unreadable=unreadable,
        files=2,
        summary=summarise(routes),
    )
