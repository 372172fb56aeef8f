"""`sdd audit`: who is let in, and whose rows are touched."""

from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.text import Text

from sdd.audit import AuditReport, RouteReport, Verdict, report_json
from sdd.cli.diagnostics import print_diagnostics, read_lines_below
from sdd.cli.json_output import dumps
from sdd.cli.output import Format, make_output, write
from sdd.diagnostics import Severity
from sdd.errors import ConfigError, ExitCode
from sdd.names import nearest
from sdd.wiring.auditing import audit_folder

_STYLES = {
    Verdict.PROVED: "green",
    Verdict.VIOLATED: "bold red",
    Verdict.UNKNOWN: "yellow",
    Verdict.PUBLIC: "cyan",
    Verdict.NONE: "dim",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditArguments:
    """The options of `sdd audit`."""

    folder: Path | None
    explain: str | None
    strict: bool
    fail_on: Severity
    output_format: Format
    verbose: bool


def audit_command(arguments: AuditArguments) -> int:
    """Audit a folder; ends 1 on findings, 2 on unreadable sources, 3 on doubt under --strict."""
    audited = audit_folder(arguments.folder)
    report = audited.report
    if arguments.output_format is Format.JSON:
        write(dumps(report_json(report, audited.shown)))
    elif arguments.explain is not None:
        _explain(make_output().out, report, arguments.explain)
        return ExitCode.CLEAN
    else:
        _print(make_output().out, audited.root, report, verbose=arguments.verbose)
    return _exit_code(report, arguments)


def _exit_code(report: AuditReport, arguments: AuditArguments) -> int:
    levels = list(Severity)
    limit = levels.index(arguments.fail_on)
    counted = [item for item in report.diagnostics if not item.suppressed]
    if any(levels.index(item.severity) <= limit for item in counted):
        return ExitCode.FINDINGS
    if report.unreadable:
        return ExitCode.USAGE
    if arguments.strict and report.summary.unknown:
        return ExitCode.NEEDS_HUMAN
    return ExitCode.CLEAN


def _print(out: Console, root: Path, report: AuditReport, *, verbose: bool) -> None:
    shown = [item for item in report.diagnostics if verbose or item.severity is not Severity.NOTE]
    print_diagnostics(out, shown, read_lines_below(root))
    if shown:
        out.print()
    if verbose or not report.routes:
        for route in report.routes:
            _route(out, route, proof=False)
    for item in report.unreadable:
        out.print(Text.assemble((f"{item.path}: ", "bold"), f"not read: {item.reason}"))
    _summary(out, report)


def _summary(out: Console, report: AuditReport) -> None:
    counts = report.summary
    if not counts.routes:
        out.print(f"No FastAPI routes found in {report.files} Python files.")
        return
    line = Text(f"{counts.routes} routes: ")
    for verdict, number in (
        (Verdict.PROVED, counts.proved),
        (Verdict.VIOLATED, counts.violated),
        (Verdict.UNKNOWN, counts.unknown),
        (Verdict.PUBLIC, counts.public),
    ):
        line.append(f"{number} {verdict.value}", style=_STYLES[verdict] if number else "dim")
        line.append("." if verdict is Verdict.PUBLIC else ", ")
    out.print(line)
    if counts.violated or counts.unknown:
        out.print('`sdd audit --explain "METHOD /path"` shows the reasons for one route.')


def _explain(out: Console, report: AuditReport, name: str) -> None:
    wanted = name.strip().split()
    found = [
        route
        for route in report.routes
        if wanted in (route.name.split(), [route.path], [route.handler])
    ]
    if not found:
        near = nearest(name, [route.name for route in report.routes])
        raise ConfigError(
            f"There is no route '{name}'.", hint=f"Nearest: {', '.join(near) or 'none'}."
        )
    for route in found:
        _route(out, route, proof=True)


def _route(out: Console, route: RouteReport, *, proof: bool) -> None:
    line = Text.assemble((route.name, "bold"), "  ")
    line.append(route.verdict.value, style=_STYLES[route.verdict])
    line.append(f"  {route.handler} at {route.span}", style="dim")
    out.print(line, soft_wrap=True)
    if not proof:
        return
    by = f" by {route.auth.by}" if route.auth.by else ""
    text = f"  authentication: {route.auth.verdict.value}{by}: {route.auth.because}"
    out.print(Text(text), soft_wrap=True)
    for access in route.accesses:
        head = f"  {access.operation} {access.entity} at {access.span}: "
        verdict = (access.verdict.value, _STYLES[access.verdict])
        out.print(Text.assemble(head, verdict, f": {access.because}"), soft_wrap=True)
        for call in access.chain:
            out.print(Text(f"    through {call}", style="dim"), soft_wrap=True)
        if access.attack:
            out.print(Text(f"    attack: {access.attack}", style="red"), soft_wrap=True)
    if not route.accesses:
        out.print("  touches no owned rows")
