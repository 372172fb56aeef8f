"""The run that secures a backend which others wrote, where the specs ask for nothing else."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from sdd.audit import AuditSettings
from sdd.audit.lifting import lift
from sdd.diagnostics import by_place
from sdd.errors import ExitCode
from sdd.ir import Application, AuthPolicy
from sdd.ir.complete import complete
from sdd.names import counted
from sdd.program import load
from sdd.speclang import read_specs
from sdd.workflow.context import Context, Project, Work
from sdd.workflow.gates import judge
from sdd.workflow.land import Settlement
from sdd.workflow.ledger import Ledger
from sdd.workflow.prepare import LeftOut, Understood
from sdd.workflow.request import is_compiler
from sdd.workflow.securing import Secured, secure
from sdd.workflow.specs import Specs
from sdd.workflow.workshop import Made, note_gates, passed_gates


@dataclass(frozen=True, slots=True, kw_only=True)
class SecuringJob:
    """A backend of others, and what the specs say of its tokens.

    Attributes:
        policy: How tokens are verified.
        settings: What the project says of itself; routes that the specs state as public too.
        understood: What the backend is, read from its code.
    """

    backend: PurePosixPath
    policy: AuthPolicy
    settings: AuditSettings
    understood: Understood


def find_job(context: Context, project: Project) -> SecuringJob | None:
    """Tell whether a run has to secure what exists.

    It has where no run has written the backend, its code serves every endpoint that the specs
    state, if they state any, and the specs say how tokens are verified.
    """
    backend = PurePosixPath(context.request.backend)
    files = project.base
    has_code = any(path.suffix == ".py" for path in files.paths(backend))
    if not (is_compiler(context.request.planned_for) and has_code) or project.manifest.hashes:
        return None
    stated = read_specs(project.documents.sources).application
    if stated.auth.span is None:
        return None
    code = lift(load(files, backend))
    served = set(map(_form, _names(code)))
    if not served or not set(map(_form, _names(stated))) <= served:
        return None
    public = tuple(item.name for item in stated.endpoints if item.auth is False)
    settings = context.request.audit
    whole = complete(replace(stated, endpoints=(), entities=()))
    return SecuringJob(
        backend=backend,
        policy=whole.auth,
        settings=replace(settings, public_routes=(*settings.public_routes, *public)),
        understood=Understood(
            specs=Specs(stated=stated, application=code, diagnostics=(), relevant=()),
            answers={},
            as_it_stands=True,
        ),
    )


def _names(application: Application) -> Iterable[str]:
    return (item.name for item in application.endpoints)


def _form(name: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", name).rstrip("/")


async def secure_backend(
    context: Context, ledger: Ledger, project: Project, job: SecuringJob
) -> Made | None:
    """Secure the backend and judge it; None where the run has ended before anything may land."""
    with context.stage("secure") as line:
        secured = secure(
            project.base, job.backend, job.policy, project.documents.paths, job.settings
        )
        ledger.note(diagnostics=by_place((*project.diagnostics, *secured.refused)))
        line.text = (
            f"{counted(len(secured.routes), 'open route')}, {len(secured.public)} stay public, "
            f"{len(secured.refused)} cannot be secured"
        )
    if secured.refused:
        names = ", ".join(item.route or item.message for item in secured.refused)
        ledger.end(
            ExitCode.NEEDS_HUMAN,
            f"Not every route can be secured without changing its code: {names}. Nothing landed.",
        )
        ledger.close()
        return None
    return await _judged(context, ledger, project, job, secured)


async def _judged(
    context: Context, ledger: Ledger, project: Project, job: SecuringJob, secured: Secured
) -> Made | None:
    work = Work(writes={job.backend / path: data for path, data in secured.files.items()})
    overlay = work.overlay(project.base)
    code = _declared(lift(load(overlay, job.backend)), secured.public, job.policy)
    understood = replace(job.understood, left_out=LeftOut(application=code, diagnostics=()))
    with context.stage("gates") as line:
        judgement = await judge(context, understood, project.base, work)
        line.text = passed_gates(judgement.reports)
    note_gates(ledger, judgement.reports)
    found = tuple(item for report in judgement.reports for item in report.diagnostics)
    ledger.note(diagnostics=by_place((*ledger.report.diagnostics, *found)))
    if judgement.passed:
        return Made(
            work=work,
            settlement=Settlement(writes=work.writes),
            reports=judgement.reports,
            listed=False,
        )
    failed = ", ".join(item.gate for item in judgement.reports if item.result.value == "failed")
    ledger.end(ExitCode.FINDINGS, f"Gates failed on the secured backend: {failed}. Nothing landed.")
    ledger.close(writes=work.writes)
    return None


def _declared(code: Application, public: Iterable[str], policy: AuthPolicy) -> Application:
    """Return what the code is to be: as it is, every route but the public ones with a user."""
    open_routes = frozenset(public)
    endpoints = tuple(replace(item, auth=item.name not in open_routes) for item in code.endpoints)
    return complete(replace(code, endpoints=endpoints, auth=policy))
