"""`sdd verify`: starts a backend and tries to break it."""

from collections.abc import Mapping

from rich.table import Table
from rich.text import Text

from sdd.cli.diagnostics import print_diagnostics
from sdd.cli.excerpts import read_lines_below
from sdd.cli.formats import ReportFormat
from sdd.cli.json_output import dumps
from sdd.cli.output import make_output
from sdd.cli.progress import MARKS
from sdd.cli.self_test_text import print_self_test, self_test_data
from sdd.cli.streams import write
from sdd.errors import ConfigError, ExitCode
from sdd.names import nearest
from sdd.verify import GATES, QUICK, DynamicGate, GateReport, Result, verify_json, verify_junit
from sdd.wiring.verification import Prepared, VerifyRequest, prepare_verification


def verify_command(
    request: VerifyRequest, only: tuple[str, ...], *, output_format: ReportFormat, thorough: bool
) -> int:
    """Let the gates judge; ends 1 when one fails, 2 when one could not run."""
    gates = _chosen(only)
    output = make_output()
    with prepare_verification(request) as prepared:
        not_checked = dict(prepared.limits)
        if not gates:
            gates, left_out = prepared.worthwhile(GATES if thorough else QUICK)
            not_checked = {**left_out, **not_checked}
        reports = []
        for gate in gates:
            if output.live:
                output.err.print(Text(f"checking {gate.name} …", style="dim"))
            reports.append(prepared.verification.check(gate))
        _print(prepared, tuple(reports), not_checked, output_format)
    if any(report.result is Result.FAILED for report in reports):
        return ExitCode.FINDINGS
    if any(report.result is Result.NOT_RUN for report in reports):
        return ExitCode.USAGE
    return ExitCode.CLEAN


def verify_self_test_command(request: VerifyRequest, output_format: ReportFormat) -> int:
    """Show that the gates catch a fault of each kind in this backend; ends 1 if one is not."""
    from sdd.wiring.verify_self_testing import verify_self_test_of  # noqa: PLC0415 - loads the audit

    if output_format is ReportFormat.JUNIT:
        raise ConfigError("--self-test has no form junit.", hint="Use text or json.")
    output = make_output()
    with output.err.status("running the backend as it is …") as status:
        named, result = verify_self_test_of(
            request, lambda done, every: status.update(f"fault {done + 1} of {every} …")
        )
    if output_format is ReportFormat.JSON:
        write(dumps(self_test_data(result, named)))
    else:
        print_self_test(output.out, result, named, verbose=True)
    return ExitCode.CLEAN if result.is_passed else ExitCode.FINDINGS


def _chosen(only: tuple[str, ...]) -> tuple[DynamicGate, ...]:
    known = {gate.name: gate for gate in GATES}
    for name in only:
        if name not in known:
            near = nearest(name, known)
            raise ConfigError(
                f"There is no gate '{name}'.", hint=f"Nearest: {', '.join(near or known)}."
            )
    return tuple(known[name] for name in only)


def _print(
    prepared: Prepared,
    reports: tuple[GateReport, ...],
    not_checked: Mapping[str, str],
    output_format: ReportFormat,
) -> None:
    match output_format:
        case ReportFormat.JSON:
            write(dumps(verify_json(reports, not_checked)))
        case ReportFormat.JUNIT:
            write(verify_junit(reports, not_checked))
        case ReportFormat.TEXT:
            _print_text(prepared, reports, not_checked)


def _print_text(
    prepared: Prepared, reports: tuple[GateReport, ...], not_checked: Mapping[str, str]
) -> None:
    output = make_output()
    if not prepared.specified:
        output.err.print("No specs to hold it against: judged by what any backend must keep.")
    table = Table.grid(padding=(0, 1))
    for report in reports:
        mark, style = MARKS[report.result.value]
        good = report.result is Result.PASSED
        note = report.summary if good else report.reason or report.summary
        seconds = Text(f"{report.seconds:.1f} s", style="dim")
        table.add_row(Text(mark, style=style), report.gate, Text(note), seconds)
    output.out.print(table)
    found = [item for report in reports for item in report.diagnostics]
    print_diagnostics(output.out, found, read_lines_below(prepared.root))
    for what, why in not_checked.items():
        output.out.print(Text(f"Not checked: {what}, because {why}."))
    passed = sum(report.result is Result.PASSED for report in reports)
    failed = sum(report.result is Result.FAILED for report in reports)
    not_run = len(reports) - passed - failed
    output.out.print(f"{passed} gates passed, {failed} failed, {not_run} not run.")
