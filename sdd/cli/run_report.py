"""Prints what a run came to: checks, files, numbers, and what is left for a human."""

from collections.abc import Iterator

from rich.console import Console, Group
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from sdd.agents.runner import Usage
from sdd.cli.diagnostics import print_diagnostics
from sdd.cli.excerpts import ReadLine
from sdd.cli.progress import MARKS
from sdd.cli.questions import question_text
from sdd.diagnostics import Severity
from sdd.errors import ExitCode
from sdd.names import counted
from sdd.workflow.report import RouteCounts, RunReport

_FOLLOW_UP_TITLES = {
    "ambiguity": "Left open by the specs",
    "security": "Security",
    "test": "Not tested",
    "refactoring": "Worth tidying",
    "unsupported": "Not implemented",
}
_MOST_DIAGNOSTICS = 30
_MOST_FOLLOW_UPS = 8


def print_run_report(
    console: Console, report: RunReport, read_line: ReadLine, *, verbose: bool = False
) -> None:
    """Print the final report of `sdd implement`."""
    if report.gates:
        console.print(_gates(report))
    if report.files:
        console.print(_files(report))
    if report.dry_run and report.diff:
        console.print(Syntax(report.diff, "diff", theme="ansi_dark", background_color="default"))
    _problems(console, report, read_line, verbose=verbose)
    for question in report.questions:
        console.print(question_text(question), soft_wrap=True)
    _follow_ups(console, report, verbose=verbose)
    for suggestion in report.suggestions:
        console.print(Text(suggestion), soft_wrap=True)
        console.print()
    for line in _summary(report):
        console.print(line, soft_wrap=True)


def _gates(report: RunReport) -> Group:
    table = Table.grid(padding=(0, 1))
    for gate in report.gates:
        mark, style = MARKS[gate.result.value]
        note = gate.summary if gate.result == "passed" else gate.reason or gate.summary
        table.add_row(Text(mark, style=style), gate.gate, Text(note), f"{gate.seconds:.1f} s")
    return Group(Text("Checked", style="bold"), table, Text())


def _files(report: RunReport) -> Group:
    title = "Would write" if report.dry_run else "Files" if report.landed else "Files (not landed)"
    table = Table.grid(padding=(0, 1))
    signs = {"created": ("+", "green"), "changed": ("~", "yellow"), "deleted": ("-", "red")}
    for item in report.files:
        sign, style = signs.get(item.action, ("=", "dim"))
        table.add_row(Text(sign, style=style), item.path, Text(item.purpose, style="dim"))
    return Group(Text(title, style="bold"), table, Text())


def _problems(console: Console, report: RunReport, read_line: ReadLine, *, verbose: bool) -> None:
    shown = [
        item
        for item in report.diagnostics
        if verbose or item.severity is not Severity.NOTE or report.exit_code != ExitCode.CLEAN
    ]
    failed = [item for gate in report.gates for item in gate.diagnostics if gate.result == "failed"]
    known = {item.fingerprint for item in shown}
    shown += [item for item in failed if item.fingerprint not in known]
    if shown:
        print_diagnostics(console, shown, read_line, most=None if verbose else _MOST_DIAGNOSTICS)
        console.print()


def _follow_ups(console: Console, report: RunReport, *, verbose: bool) -> None:
    kinds = dict.fromkeys(item.kind for item in report.follow_ups)
    for kind in kinds:
        items = [item for item in report.follow_ups if item.kind == kind]
        console.print(Text(_FOLLOW_UP_TITLES.get(kind, kind.capitalize()), style="bold"))
        shown = items if verbose else items[:_MOST_FOLLOW_UPS]
        for item in shown:
            place = f"{item.place}: " if item.place else ""
            console.print(Text(f"  • {place}{item.text}"), soft_wrap=True)
        if len(shown) < len(items):
            console.print(Text(f"  … and {len(items) - len(shown)} more (--verbose)", style="dim"))
        console.print()


def _summary(report: RunReport) -> Iterator[Text]:
    style = "bold green" if report.exit_code == ExitCode.CLEAN else "bold red"
    yield Text(report.answer, style=style)
    if report.routes.routes:
        yield Text(f"Routes: {routes_text(report.routes)}.")
    if report.tests_passed or report.tests_failed:
        yield Text(f"Tests: {report.tests_passed} passed, {report.tests_failed} failed.")
    yield from _by_model(report)
    usage = report.usage
    tokens = usage.input_tokens + usage.output_tokens
    replayed = f", {usage.replayed} replayed from the journal" if usage.replayed else ""
    yield Text(
        f"Model {report.model}: {counted(usage.requests, 'call')}{replayed}, {tokens:,} tokens, "
        f"${usage.usd:.2f}; {counted(report.rounds, 'round')} of repair; "
        f"{report.seconds:.1f} s in all."
    )
    if report.record:
        yield Text(f"Record: {report.record}")


def _by_model(report: RunReport) -> Iterator[Text]:
    """Say which model did which orders, and what each cost, where there was more than one."""
    models = dict.fromkeys(order.model for order in report.orders)
    for model in models if len(models) > 1 else ():
        orders = [order for order in report.orders if order.model == model]
        usage = sum((order.usage for order in orders), Usage())
        names = ", ".join(order.order for order in orders)
        tokens = usage.input_tokens + usage.output_tokens
        yield Text(
            f"{model}: {names}; {counted(usage.requests, 'call')}, "
            f"{tokens:,} tokens, ${usage.usd:.2f}."
        )


def routes_text(counts: RouteCounts) -> str:
    """Count routes by what the audit can say of them; the unproved is said aloud."""
    parts = [f"{counts.routes} checked", f"{counts.proved} proved"]
    if counts.public:
        parts.append(f"{counts.public} public")
    if counts.unknown:
        parts.append(f"{counts.unknown} NOT proved (undecided)")
    if counts.violated:
        parts.append(f"{counts.violated} VIOLATED")
    return ", ".join(parts)
