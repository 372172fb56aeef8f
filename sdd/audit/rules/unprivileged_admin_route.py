"""unprivileged-admin-route: siblings below an admin's path require a role, this one does not."""

import re
from collections.abc import Iterator

from sdd.audit.model import RouteReport, Verdict
from sdd.audit.obligations import Judge
from sdd.audit.requests import Run
from sdd.audit.rules.rule import Audited, Rule
from sdd.diagnostics import Diagnostic, Related, Severity

_ADMIN = re.compile(r"admin|staff|manage(ment)?$|moderat|internal|backoffice", re.IGNORECASE)


def _find(audited: Audited) -> Iterator[Diagnostic]:
    judge = Judge(audited.engine, audited.schema)
    groups: dict[tuple[str, str], list[tuple[Run, RouteReport]]] = {}
    for run, report in audited.routes:
        prefix = _admin_prefix(report.path)
        if prefix is not None and report.auth.verdict is Verdict.PROVED:
            groups.setdefault((report.app, prefix), []).append((run, report))
    for members in groups.values():
        privileged = [report for run, report in members if _needs_role(judge, run)]
        for run, report in members:
            if privileged and not _needs_role(judge, run):
                yield Diagnostic(
                    rule=RULE.id,
                    severity=RULE.severity,
                    message=f"{report.name} asks for no role, {privileged[0].name} does",
                    span=report.span,
                    hint=RULE.hint,
                    related=(Related(span=privileged[0].span, message="this one asks"),),
                    route=report.name,
                    subject=report.handler,
                )


def _admin_prefix(path: str) -> str | None:
    parts = path.split("/")
    for position, part in enumerate(parts):
        if not part.startswith("{") and _ADMIN.search(part):
            return "/".join(parts[: position + 1])
    return None


def _needs_role(judge: Judge, run: Run) -> bool:
    return bool(run.ends) and all(
        judge.ask(end.facts, lambda situation: situation.privileged())[0].holds for end in run.ends
    )


RULE = Rule(
    id="unprivileged-admin-route",
    severity=Severity.WARNING,
    title="a route among those of administrators asks for no role",
    hint="Depend on the function that its siblings use to check the caller's role.",
    cwe=862,
    owasp="API5:2023",
    find=_find,
)
