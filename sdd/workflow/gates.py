"""The gates of a run: each judges the merged backend as it would land."""

import sys
from dataclasses import replace
from functools import partial
from pathlib import PurePosixPath

from sdd.diagnostics import Severity, errors
from sdd.ir import Application
from sdd.names import counted
from sdd.ports import ReadableFiles
from sdd.verify.gates import GATES, DynamicGate
from sdd.verify.target import Target, VerifyContext
from sdd.verify.verdict import GateReport, Result
from sdd.workflow.auditing import AuditTerms, audit_gate
from sdd.workflow.checklist import NAME as CHECKLIST
from sdd.workflow.checklist import Backend, checklist
from sdd.workflow.context import Context, Work
from sdd.workflow.hollow import hollow_tests
from sdd.workflow.integrate import check_integration
from sdd.workflow.invented import with_invented
from sdd.workflow.judge import Gate, Judgement, Reports, may_land, run_gates
from sdd.workflow.lost_tests import lost_tests
from sdd.workflow.manifest import load_manifest
from sdd.workflow.prepare import Understood
from sdd.workflow.request import Verifier
from sdd.workflow.toolpaths import visible

TIME_LIMIT = 120.0
PROBE = "isolation probe"
SHARED = "users still share rows"
_BETWEEN_USERS = frozenset(
    f"isolation-{what}"
    for what in (
        *("foreign-read", "foreign-write", "foreign-delete", "foreign-list", "foreign-count"),
        *("foreign-status", "existence-oracle", "unbound-child", "foreign-parent"),
    )
)
INTEGRATION, IMPORT = "integration", "import"
# Both name the operations that they cannot build a request for. Those are told as not checked
# and do not hold a run up if anything was probed, while what these gates find wrong does.
_MAY_BE_INCOMPLETE = frozenset({"isolation probe", "token attacks"})
_LOOKED_AT = "operations_probed"


async def judge(
    context: Context,
    understood: Understood,
    base: ReadableFiles,
    work: Work,
) -> Judgement:
    """Let every gate judge a backend, in a copy on disk that nobody else sees.

    Args:
        context: The run's surroundings.
        understood: What the backend should be.
        base: The project before the run.
        work: What was merged, with its conflicts.
    """
    files = work.overlay(base)
    backend = PurePosixPath(context.request.backend)
    with context.ports.scratch(backend_files(files, backend)) as folder:
        target = target_for(context, folder, files, backend)
        gates = _gates(context, understood, base, work, target)
        reports = await run_gates(context, gates)
    return Judgement(reports=reports, passed=may_land(gates, reports))


def _authentication_alone(report: GateReport) -> GateReport:
    """Tell what users see of each other without refusing: that was so before anybody signed in."""
    wrong = errors(report.diagnostics)
    if report.gate != PROBE or not wrong or any(item.rule not in _BETWEEN_USERS for item in wrong):
        return report
    return replace(
        report,
        result=Result.PASSED,
        summary=f"nobody gets in without a token; {SHARED} ({counted(len(wrong), 'finding')})",
        reason="",
        diagnostics=tuple(
            replace(item, severity=Severity.WARNING) if item in wrong else item
            for item in report.diagnostics
        ),
    )


def backend_files(files: ReadableFiles, backend: PurePosixPath) -> dict[PurePosixPath, bytes]:
    """Return the backend's files by path below its folder; no secrets among them."""
    return {
        path.relative_to(backend): files.read(path) or b""
        for path in files.paths(backend)
        if visible(path)
    }


def target_for(
    context: Context, folder: str, files: ReadableFiles, backend: PurePosixPath
) -> Target:
    """Return what the dynamic gates start: our own entry, or whatever a foreign backend has."""
    app = None if files.read(backend / "app" / "main.py") is None else "app.main:app"
    python = context.request.python or sys.executable
    return Target(folder=folder, python=python, app=app, prefix=str(backend))


def audit_terms(context: Context, base: ReadableFiles) -> AuditTerms:
    """Return on which terms the audit judges this run."""
    return AuditTerms(
        settings=context.request.audit, base=base, today=context.ports.clock.now().date()
    )


def _gates(
    context: Context,
    understood: Understood,
    base: ReadableFiles,
    work: Work,
    target: Target,
) -> tuple[Gate, ...]:
    files = work.overlay(base)
    backend = PurePosixPath(context.request.backend)
    verified = VerifyContext(
        target=target,
        application=None if understood.as_it_stands else understood.application,
        processes=context.ports.processes,
        timeout=TIME_LIMIT,
    )
    verifier = context.ports.verify(verified)
    ours = frozenset({*load_manifest(files, backend).files(), *work.writes})
    asked = (
        gate
        for gate in GATES
        if (gate.quick or context.request.thorough) and gate.left_out(verified) is None
    )
    return (
        Gate(
            name=INTEGRATION,
            judge=lambda _: _integration(files, base, work, understood.application, verified),
        ),
        Gate(
            name="audit",
            judge=lambda _: audit_gate(
                files, backend, understood.application, audit_terms(context, base)
            ),
            after=(INTEGRATION,),
        ),
        *(
            Gate(
                name=gate.name,
                judge=partial(_import, verifier, gate, verified, files, base)
                if gate.name == IMPORT
                else partial(_ask, verifier, gate, alone=understood.as_it_stands),
                after=(INTEGRATION,) if gate.name == IMPORT else (INTEGRATION, IMPORT),
                early=gate.alone,  # a child of its own: both processors have work
                partial=_LOOKED_AT if gate.name in _MAY_BE_INCOMPLETE else None,
            )
            for gate in asked
        ),
        Gate(
            name=CHECKLIST,
            judge=lambda reports: checklist(
                Backend(files=files, folder=backend, ours=ours), reports
            ),
            last=True,
        ),
    )


def _import(
    verifier: Verifier,
    gate: DynamicGate,
    context: VerifyContext,
    files: ReadableFiles,
    base: ReadableFiles,
    _: Reports,
) -> GateReport:
    backend = PurePosixPath(context.target.prefix)
    return with_invented(verifier.check(gate), context, files, base, backend)


def _ask(verifier: Verifier, gate: DynamicGate, _: Reports, *, alone: bool) -> GateReport:
    report = verifier.check(gate)
    return _authentication_alone(report) if alone else report


def _integration(
    files: ReadableFiles,
    base: ReadableFiles,
    work: Work,
    application: Application,
    context: VerifyContext,
) -> GateReport:
    backend = PurePosixPath(context.target.prefix)
    deleted = [path for path, data in work.writes.items() if data is None]
    paths = [endpoint.path for endpoint in application.endpoints]
    conflicts = tuple(dict.fromkeys(diagnostic for _, diagnostic in work.conflicts))
    found = (
        *conflicts,
        *check_integration(files, backend),
        *hollow_tests(files, backend, frozenset(work.writes)),
        *lost_tests(base, files, backend, deleted, paths),
    )
    number = sum(path.suffix == ".py" for path in files.paths(backend))
    report = GateReport(
        gate=INTEGRATION,
        result=Result.FAILED if found else Result.PASSED,
        summary=f"{number} modules parse, and their imports resolve",
        diagnostics=found,
        counts=(("modules", number),),
    )
    if not found:
        return report
    # The import gate, which waits for this one, would tell of them a round of repair later.
    report = with_invented(report, context, files, base, backend)
    return replace(report, reason=f"{len(report.diagnostics)} defects")
