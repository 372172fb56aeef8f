"""The audit as a function from a program to a report."""

from collections.abc import Callable
from dataclasses import replace

from sdd.audit.attributes import schema
from sdd.audit.diagnose import diagnose
from sdd.audit.engine import Engine
from sdd.audit.exposures import stores, with_consulted
from sdd.audit.judge import judge_route
from sdd.audit.keeping import kept, with_kept
from sdd.audit.machine import make_engine
from sdd.audit.model import AuditReport, RouteReport, summarise
from sdd.audit.requests import Run, run_request
from sdd.audit.routes import mounts, run_program
from sdd.audit.rules.rule import Audited
from sdd.audit.settings import AuditSettings
from sdd.program import Program, collector_paused


def audit(
    program: Program,
    settings: AuditSettings | None = None,
    *,
    only: frozenset[str] | None = None,
) -> AuditReport:
    """Judge every route of every app of a program, or only those of these names."""
    return audit_with(make_engine(program), settings or AuditSettings(), only=only)


def audit_with(
    engine: Engine,
    settings: AuditSettings,
    *,
    only: frozenset[str] | None = None,
    note: Callable[[Run, RouteReport], None] = lambda _run, _report: None,
) -> AuditReport:
    """Judge with a machine that was made for the program; `note` is told of each route in turn."""
    with collector_paused():
        return _audited(engine, settings, only, note)


def _audited(
    engine: Engine,
    settings: AuditSettings,
    only: frozenset[str] | None,
    note: Callable[[Run, RouteReport], None],
) -> AuditReport:
    engine.trusted = settings.trusted_verifiers
    engine.shared_tables = frozenset(settings.shared_tables)
    run_program(engine)
    wanted = [mount for mount in mounts(engine) if only is None or mount.name in only]
    engine.expect_routes(len(wanted))
    runs = [run_request(engine, mount) for mount in wanted]
    filled, left = stores(runs), kept(engine, runs)
    judged = []
    for run in [with_kept(engine, with_consulted(engine, one, filled), left) for one in runs]:
        run, report = _judged(engine, run, settings)  # noqa: PLW2901 - too deep a run is cut
        note(run, report)
        judged.append((run, report))
    routes = tuple(report for _, report in judged)
    return AuditReport(
        routes=routes,
        diagnostics=diagnose(
            Audited(engine=engine, schema=schema(engine), settings=settings, routes=tuple(judged))
        ),
        unreadable=engine.program.unreadable,
        files=engine.program.files,
        reached=tuple(sorted(engine.modules)),
        summary=summarise(routes),
    )


def _judged(engine: Engine, run: Run, settings: AuditSettings) -> tuple[Run, RouteReport]:
    """Judge a run; one whose terms are nested too deeply is cut down to being unknown."""
    try:
        return run, judge_route(engine, run, schema(engine), settings)
    except RecursionError:
        cut = replace(
            run, ends=(), effects=(), handed_out=(), unknown="the route is too large to follow"
        )
        return cut, judge_route(engine, cut, schema(engine), settings)


__all__ = ["Engine", "RouteReport", "Run", "audit"]
