"""Prints diagnostics: one line that stands alone, then the excerpt, the reason, the remedy."""

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from sdd.cli.excerpts import ReadLine
from sdd.diagnostics import Diagnostic, Severity, by_place
from sdd.names import counted

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.NOTE: "bold cyan"}
_EXCERPT_WIDTH = 100
_LONGEST_REASON = 8
_ENDS = 3
_READABLE = 500  # beyond, nobody reads them in a terminal, and printing takes longer than finding


def print_diagnostics(
    console: Console,
    diagnostics: Iterable[Diagnostic],
    read_line: ReadLine | None = None,
    *,
    most: int | None = None,
) -> None:
    """Print diagnostics in file order, and how many were left out when there are too many.

    A hint is said once. With `most`, a long reason (a test's output) is cut to what it comes to.
    Without it, only what is far beyond reading is left out, the least severe first.
    """
    ordered = by_place(diagnostics)
    shown = _gravest(ordered, _READABLE) if most is None else ordered[:most]
    hints: set[str] = set()
    for diagnostic in shown:
        _print_one(console, diagnostic, read_line, whole=most is None)
        if diagnostic.hint and diagnostic.hint not in hints:
            hints.add(diagnostic.hint)
            console.print(Text.assemble(("  hint: ", "green"), diagnostic.hint), soft_wrap=True)
    if len(shown) < len(ordered):
        where = " (--format json shows all)" if most is None else ""
        console.print(Text(f"… and {len(ordered) - len(shown)} more{where}", style="dim"))


def _gravest(ordered: tuple[Diagnostic, ...], most: int) -> tuple[Diagnostic, ...]:
    """Keep the gravest, each in its place."""
    if len(ordered) <= most:
        return ordered
    levels = list(Severity)
    graver = sorted(range(len(ordered)), key=lambda at: levels.index(ordered[at].severity))
    return tuple(ordered[at] for at in sorted(graver[:most]))


def _print_one(
    console: Console, diagnostic: Diagnostic, read_line: ReadLine | None, *, whole: bool
) -> None:
    line = Text()
    if diagnostic.span is not None:
        line.append(f"{diagnostic.span}: ", style="bold")
    line.append(diagnostic.severity.value, style=_STYLES[diagnostic.severity])
    line.append(f" [{diagnostic.rule}] ", style="dim")
    line.append(diagnostic.message)
    console.print(line, soft_wrap=True)
    if diagnostic.span is not None and read_line is not None:
        excerpt = read_line(diagnostic.span.path, diagnostic.span.line)
        width = max(console.width, _EXCERPT_WIDTH)
        # Cut before anything reads it: one line may be a whole file, named by thousands.
        start = excerpt[: width + 1].rstrip() if excerpt else ""
        if start:
            shown = Text(f"  {diagnostic.span.line} │ {start}", style="dim")
            shown.truncate(width, overflow="ellipsis")
            console.print(shown, soft_wrap=True)
    for related in diagnostic.related:
        console.print(Text(f"  {related.span}: {related.message}", style="dim"), soft_wrap=True)
    if diagnostic.reason:
        reason = diagnostic.reason if whole else _shortened(diagnostic.reason)
        console.print(Text(f"  {reason}"), soft_wrap=True)


def _shortened(reason: str) -> str:
    """Keep a short reason; of a test's output what failed, of other long text its two ends."""
    lines = reason.splitlines()
    if len(lines) <= _LONGEST_REASON:
        return reason
    telling = [line for line in lines if line.startswith((">", "E "))]
    kept = telling[:_LONGEST_REASON] or [*lines[:_ENDS], "…", *lines[-_ENDS:]]
    return "\n  ".join([*kept, f"({counted(len(lines), 'line')} in all: --verbose)"])
