"""`sdd audit`: who is let in, and whose rows are touched."""

import io
import sys
from dataclasses import dataclass
from pathlib import Path

from sdd.audit import AuditReport, RouteReport, report_json
from sdd.audit.outcome import Outcome, Policy, outcome, without_suppressed
from sdd.audit.output import View
from sdd.cli.audit_text import print_audit, print_explanation
from sdd.cli.formats import AuditFormat
from sdd.cli.json_output import dumps
from sdd.cli.paper import PlainPaper, standard_paper
from sdd.cli.streams import write
from sdd.diagnostics import Severity
from sdd.errors import ConfigError, ExitCode
from sdd.names import nearest
from sdd.wiring.auditing import Audited, AuditRequest, audit_folder

_CODES = {
    Outcome.FINDINGS: ExitCode.FINDINGS,
    Outcome.UNREADABLE: ExitCode.USAGE,
    Outcome.NO_ROUTES: ExitCode.USAGE,
    Outcome.UNDECIDED: ExitCode.NEEDS_HUMAN,
    Outcome.CLEAN: ExitCode.CLEAN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditArguments:
    """The options of `sdd audit`: what to audit, what to refuse and how to show it."""

    request: AuditRequest
    explain: str | None = None
    strict: bool = False
    fail_on: Severity = Severity.ERROR
    output_format: AuditFormat = AuditFormat.TEXT
    output: Path | None = None
    drop_suppressed: bool = False
    verbose: bool = False


def audit_command(arguments: AuditArguments) -> int:
    """Audit a folder; ends 1 on findings, 2 on unreadable sources, 3 on doubt under --strict."""
    policy = Policy(fail_on=arguments.fail_on, strict=arguments.strict)
    audited = audit_folder(arguments.request)
    report = audited.report
    if arguments.explain is not None:
        _explain(arguments, audited, arguments.explain)
        return ExitCode.CLEAN
    shown = without_suppressed(report) if arguments.drop_suppressed else report
    text = _rendered(arguments, audited, shown, policy)
    if text is not None:
        _write(arguments, text)
        _tell(arguments, audited)
    return _CODES[outcome(report, policy)]


def _rendered(
    arguments: AuditArguments, audited: Audited, report: AuditReport, policy: Policy
) -> str | None:
    """Return what is to be written as it is; None: it was printed to the terminal."""
    match arguments.output_format:
        case AuditFormat.TEXT:
            return _text(arguments, audited, policy)
        case AuditFormat.JSON:
            return dumps(report_json(report, audited.shown))
        case _:
            return _document(arguments.output_format, _view(audited, report, policy))


def _document(output_format: AuditFormat, view: View) -> str:
    """Each form is loaded only where it is asked for."""
    match output_format:
        case AuditFormat.SARIF:
            from sdd.audit.output.sarif import sarif as render  # noqa: PLC0415
        case AuditFormat.JUNIT:
            from sdd.audit.output.junit import junit as render  # noqa: PLC0415
        case AuditFormat.GITHUB:
            from sdd.audit.output.github import github as render  # noqa: PLC0415
        case AuditFormat.MARKDOWN:
            from sdd.audit.output.markdown import markdown as render  # noqa: PLC0415
        case _:
            from sdd.audit.output.html import html as render  # noqa: PLC0415
    return render(view)


def _view(audited: Audited, report: AuditReport, policy: Policy) -> View:
    from sdd.audit.catalog import rule_texts  # noqa: PLC0415 - loads every rule

    return View(
        report=report,
        root=audited.shown,
        prefix=audited.prefix,
        rules=rule_texts(),
        policy=policy,
        sources=audited.sources,
    )


def _text(arguments: AuditArguments, audited: Audited, policy: Policy) -> str | None:
    if arguments.output is None:
        print_audit(standard_paper(), audited, policy, verbose=arguments.verbose)
        return None
    file = io.StringIO()
    print_audit(PlainPaper(file), audited, policy, verbose=arguments.verbose)
    return file.getvalue()


def _write(arguments: AuditArguments, text: str) -> None:
    if arguments.output is None:
        write(text)
    else:
        from sdd.adapters.single_file import replace_file  # noqa: PLC0415 - only for this

        replace_file(arguments.output, text)


def _tell(arguments: AuditArguments, audited: Audited) -> None:
    """Say on the side what a machine's format has no place for."""
    err = PlainPaper(sys.stderr)
    if arguments.output is not None:
        err.line(f"Wrote {arguments.output}.")
    if arguments.output_format is not AuditFormat.TEXT:
        for name in audited.written:
            err.line(f"Wrote {name}.")
        if not audited.report.routes:
            err.line("No routes found: name the folder that holds the FastAPI() app.")


def _explain(arguments: AuditArguments, audited: Audited, name: str) -> None:
    routes = _named(audited.report, name)
    if arguments.output_format is AuditFormat.JSON:
        chosen = {route.name for route in routes}
        data = report_json(audited.report, audited.shown)
        found = [item for item in data["routes"] if f"{item['method']} {item['path']}" in chosen]
        _write(arguments, dumps({"schema_version": data["schema_version"], "routes": found}))
    elif arguments.output_format is AuditFormat.TEXT and arguments.output is None:
        print_explanation(standard_paper(), audited, routes)
    elif arguments.output_format is AuditFormat.TEXT:
        file = io.StringIO()
        print_explanation(PlainPaper(file), audited, routes)
        _write(arguments, file.getvalue())
    else:
        raise ConfigError(
            f"--explain has no form {arguments.output_format.value}.", hint="Use text or json."
        )


def _named(report: AuditReport, name: str) -> list[RouteReport]:
    wanted = name.strip().split()
    method = [part.upper() for part in wanted[:1]]
    found = [
        route
        for route in report.routes
        if [*method, *wanted[1:]] == route.name.split() or wanted in ([route.path], [route.handler])
    ]
    if not found:
        known = sorted({route.name for route in report.routes})
        near = nearest(name, known) or tuple(known[:3])
        raise ConfigError(
            f"There is no route '{name}'.", hint=f"Nearest: {', '.join(near) or 'none'}."
        )
    return found
