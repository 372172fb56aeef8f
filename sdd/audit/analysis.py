"""The audit as a function from a program to a report."""

from sdd.audit.attributes import schema
from sdd.audit.diagnose import diagnose
from sdd.audit.engine import Engine
from sdd.audit.judge import judge_route
from sdd.audit.machine import make_engine
from sdd.audit.model import AuditReport, RouteReport, summarise
from sdd.audit.requests import Run, run_request
from sdd.audit.routes import mounts, run_program
from sdd.audit.rules.rule import Audited
from sdd.audit.settings import AuditSettings
from sdd.program import Program


def audit(program: Program, settings: AuditSettings | None = None) -> AuditReport:
    """Judge every route of every app of a program."""
    settings = settings or AuditSettings()
    engine = make_engine(program)
    engine.trusted = settings.trusted_verifiers
    run_program(engine)
    judged = [
        (run, judge_route(engine, run, schema(engine), settings))
        for mount in mounts(engine)
        for run in [run_request(engine, mount)]
    ]
    routes = tuple(report for _, report in judged)
    return AuditReport(
        routes=routes,
        diagnostics=diagnose(
            Audited(
                engine=engine,
                schema=schema(engine),
                settings=settings,
                routes=tuple(judged),
            )
        ),
        unreadable=program.unreadable,
        files=program.files,
        summary=summarise(routes),
    )


__all__ = ["Engine", "RouteReport", "Run", "audit"]
