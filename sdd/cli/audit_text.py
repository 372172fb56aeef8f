"""The audit as text for a terminal: findings by route, each with its line and what to do."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.text import Text

from sdd.audit import AuditReport, RouteReport, Verdict
from sdd.audit.outcome import Outcome, Policy, open_findings, outcome
from sdd.audit.output import View
from sdd.cli.diagnostics import read_lines_below
from sdd.diagnostics import Diagnostic, Related, Severity
from sdd.text import Span
from sdd.wiring.auditing import Audited

STYLES = {
    Verdict.PROVED: "green",
    Verdict.VIOLATED: "bold red",
    Verdict.UNKNOWN: "yellow",
    Verdict.PUBLIC: "cyan",
    Verdict.NONE: "dim",
}
_SEVERITIES = {
    Severity.ERROR: "bold red",
    Severity.WARNING: "bold yellow",
    Severity.NOTE: "bold cyan",
}
_WIDTH = 100
_FEW = 3
_NAME_WIDTH = 60
_UNDECLARED = "undeclared-public-route"
_Same = tuple[str, str, Span | None]


def print_audit(console: Console, audited: Audited, policy: Policy, *, verbose: bool) -> None:
    """Print findings by route, then what was left out, then the numbers and what to do next."""
    printer = _Printer(console=console, audited=audited, verbose=verbose)
    bundles = _bundles(audited.report)
    bundled = {id(item) for items in bundles for item in items}
    for route, items in View(report=audited.report).grouped():
        printer.group(route, [item for item in items if id(item) not in bundled])
    for items in bundles:
        printer.bundle(items)
    if verbose:
        printer.routes()
    _closing(console, audited, policy, verbose=verbose)


def print_explanation(console: Console, audited: Audited, routes: Iterable[RouteReport]) -> None:
    """Print the reasons for the verdict on routes."""
    printer = _Printer(console=console, audited=audited, verbose=True)
    for number, route in enumerate(routes):
        if number:
            console.print()
        printer.proof(route)


@dataclass(slots=True, kw_only=True)
class _Printer:
    """Prints one report; a finding reached from several routes is shown whole only once."""

    console: Console
    audited: Audited
    verbose: bool
    shown: dict[_Same, str] = field(default_factory=dict)

    def group(self, route: RouteReport | None, items: Sequence[Diagnostic]) -> None:
        """Print the findings of one route, or of none."""
        wanted = [item for item in items if self.verbose or item.suppressed is None]
        if not wanted:
            return
        if route is not None:
            self._heading(route)
        else:
            self._line(Text("Beyond single routes", style="bold"))
        for alike in _alike(sorted(wanted, key=_gravity)):
            self._findings(alike)
        self.console.print()

    def bundle(self, items: Sequence[Diagnostic]) -> None:
        """Print what one rule says alike of many routes."""
        first = items[0]
        about = first.message.removeprefix(first.route or "").strip()
        named = about != first.message
        line = Text(first.severity.value, style=_SEVERITIES[first.severity])
        line.append(f" [{first.rule}] ", style="dim")
        count = len({item.route for item in items})
        line.append(
            f"each of these {count} routes {about}:" if named else f"{about} ({count} routes):"
        )
        self._line(line)
        width = min(max(len(item.route or "") for item in items), _NAME_WIDTH)
        rows = [(item.route, self._place(item.span) if item.span else "") for item in items]
        for name, place in dict.fromkeys(rows):
            self._line(Text.assemble(f"  {name:{width}}  ", (place, "dim")))
        if first.hint:
            self._line(Text.assemble(("  to do: ", "green"), first.hint))
        if first.rule == _UNDECLARED:
            self._line(Text("  in pyproject.toml, only those that are meant:"))
            self._line(Text(f'    [tool.sdd.audit]\n    public = ["{first.route}", …]'))
        self.console.print()

    def routes(self) -> None:
        """Print one line for each route."""
        self._line(Text("All routes", style="bold"))
        for route in self.audited.report.routes:
            line = Text.assemble("  ", (f"{route.verdict.value:9}", STYLES[route.verdict]))
            line.append(f" {route.name}")
            line.append(f"  {route.handler}, {self._place(route.span)}", style="dim")
            self._line(line)
        self.console.print()

    def proof(self, route: RouteReport) -> None:
        """Print why one route has its verdict."""
        self._heading(route)
        by = f" by {route.auth.by}" if route.auth.by else ""
        verdict = (route.auth.verdict.value, STYLES[route.auth.verdict])
        self._line(Text.assemble("  caller: ", verdict, f"{by}: {route.auth.because}"))
        for access in route.accesses:
            verdict = (access.verdict.value, STYLES[access.verdict])
            head = f"  {access.operation} {access.entity}: "
            self._line(Text.assemble(head, verdict, f": {access.because}"))
            self._excerpt(access.span)
            for call in access.chain:
                self._line(Text(f"    through {self._place(call)}", style="dim"))
            if access.attack:
                self._line(Text(f"    attack: {access.attack}", style="red"))
        if not route.accesses:
            self._line(Text("  touches no rows that anybody owns"))

    def _heading(self, route: RouteReport) -> None:
        line = Text.assemble((route.name, "bold"), "  ")
        line.append(route.verdict.value, style=STYLES[route.verdict])
        line.append(f"  {route.handler}, {self._place(route.span)}", style="dim")
        if len({one.app for one in self.audited.report.routes}) > 1:
            line.append(f"  in {route.app}", style="dim")
        self._line(line)

    def _findings(self, items: Sequence[Diagnostic]) -> None:
        """Print findings that differ in their places alone."""
        first = items[0]
        line = Text.assemble("  ", (first.severity.value, _SEVERITIES[first.severity]))
        line.append(f" [{first.rule}] ", style="dim")
        line.append(first.message)
        earlier = self._seen_at(first)
        if earlier:
            self._line(line.append(f", the same line as under {earlier}", style="dim"))
            return
        self._line(line)
        if first.suppressed is not None:
            self._line(Text(f"    suppressed: {first.suppressed}", style="dim"))
        else:
            self._details(items)

    def _seen_at(self, item: Diagnostic) -> str:
        """Return the route under which the same line was found before."""
        name = self.shown.setdefault((item.rule, item.message, item.span), item.route or "")
        return name if item.span is not None and name != item.route else ""

    def _details(self, items: Sequence[Diagnostic]) -> None:
        for item in items:
            self._excerpt(item.span)
            if item.reason:
                self._line(Text(f"    {_closed(_capital(item.reason))}"))
            for related in item.related:
                if self._adds(related, item):
                    self._line(
                        Text(f"    {self._place(related.span)}: {related.message}", style="dim")
                    )
        if items[0].hint:
            self._line(Text.assemble(("    to do: ", "green"), items[0].hint))

    def _adds(self, related: Related, item: Diagnostic) -> bool:
        """The heading names the route already."""
        return item.route is None or related.message != f"reached from {item.route}"

    def _excerpt(self, span: Span | None) -> None:
        if span is None or not span.path:
            return
        line = Text.assemble("    ", (self._place(span), "bold"))
        text = self._source(span).strip()
        if text:
            line.append(f" │ {text}")
            line.truncate(max(self.console.width, _WIDTH), overflow="ellipsis")
        self._line(line)

    def _source(self, span: Span) -> str:
        return read_lines_below(self.audited.root)(span.path, span.line) or ""

    def _place(self, span: Span) -> str:
        """Name a place so that a terminal can open it from here."""
        place = self.audited.root / span.path
        here = Path.cwd()
        shown = place.relative_to(here) if place.is_relative_to(here) else Path(span.path)
        name = shown.as_posix().encode(errors="backslashreplace").decode()
        return f"{name}:{span.line}"

    def _line(self, text: Text) -> None:
        self.console.print(text, soft_wrap=True)


def _bundles(report: AuditReport) -> list[list[Diagnostic]]:
    """Join what is said of several routes alike: warnings about them, and doubts."""
    found: dict[tuple[str, str], list[Diagnostic]] = {}
    for item in open_findings(report):
        named = item.route is not None and item.message.startswith(item.route)
        warns = named and item.severity is Severity.WARNING
        if item.route is not None and (warns or item.severity is Severity.NOTE):
            about = item.message.removeprefix(item.route)
            found.setdefault((item.rule, about), []).append(item)
    bundles = [items for items in found.values() if len({item.route for item in items}) > 1]
    return sorted(bundles, key=lambda items: _gravity(items[0]))


def _alike(items: Iterable[Diagnostic]) -> list[list[Diagnostic]]:
    """Join what one rule says in the same words of several places."""
    groups: dict[object, list[Diagnostic]] = {}
    for item in items:
        apart = item.span if item.suppressed else None
        key = (item.rule, item.message, item.hint, item.suppressed, apart)
        groups.setdefault(key, []).append(item)
    return list(groups.values())


def _gravity(item: Diagnostic) -> int:
    return list(Severity).index(item.severity)


def _capital(text: str) -> str:
    """Begin a sentence, unless it begins with a name from the code."""
    first = text.partition(" ")[0]
    return text[:1].upper() + text[1:] if first.isalpha() and first.islower() else text


def _closed(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _closing(console: Console, audited: Audited, policy: Policy, *, verbose: bool) -> None:
    report = audited.report
    if audited.left_out:
        most = len(audited.left_out) if verbose else _FEW
        left_out = f"Not judged: {_few(audited.left_out, most)}."
        console.print(Text(left_out, style="dim"), soft_wrap=True)
    for name in audited.written:
        console.print(f"Wrote {name}.", soft_wrap=True)
    if report.routes:
        _counts(console, report)
    if audited.since is not None:
        new = _number(len(audited.report.diagnostics), "finding")
        console.print(Text(f"{new} since {audited.since}; older ones are not shown."))
    for line in _advice(audited, policy):
        console.print(Text(line), soft_wrap=True)


def _few(items: Sequence[str], most: int) -> str:
    more = len(items) - most
    rest = f" and {_number(more, 'more group')} (--verbose names all)" if more > 0 else ""
    return ", ".join(items[:most]) + rest


def _counts(console: Console, report: AuditReport) -> None:
    counts = report.summary
    line = Text(f"{_number(counts.routes, 'route')} in {_number(report.files, 'file')}: ")
    for verdict, number in (
        (Verdict.PROVED, counts.proved),
        (Verdict.VIOLATED, counts.violated),
        (Verdict.UNKNOWN, counts.unknown),
        (Verdict.PUBLIC, counts.public),
    ):
        line.append(f"{number} {verdict.value}", style=STYLES[verdict] if number else "dim")
        line.append("." if verdict is Verdict.PUBLIC else ", ")
    apps = sorted({route.app for route in report.routes})
    if len(apps) > 1:
        line.append(f" {len(apps)} applications: {', '.join(apps)}.", style="dim")
    console.print(line, soft_wrap=True)
    suppressed = len(report.diagnostics) - len(open_findings(report))
    if suppressed:
        text = f"{_number(suppressed, 'finding')} suppressed; --verbose shows them."
        console.print(Text(text, style="dim"))


def _advice(audited: Audited, policy: Policy) -> Iterable[str]:
    """Say what decides the exit code, and the next thing to do."""
    report = audited.report
    refused = sum(policy.refuses(item) for item in report.diagnostics)
    match outcome(report, policy):
        case Outcome.FINDINGS:
            yield f"{_number(refused, 'finding')} to mend, or to suppress with a reason."
            command = "sdd audit" if audited.shown == "." else f"sdd audit {audited.shown}"
            example = next((route.name for route in report.routes if _is_refused(route)), None)
            if example:
                yield f'All that is known of a route: {command} --explain "{example}"'
        case Outcome.UNREADABLE:
            yield "Not every file could be read: mend it, or what hides there stays unknown."
        case Outcome.UNDECIDED:
            yield "Under --strict what is not decided counts: look at the notes above."
        case Outcome.NO_ROUTES:
            yield (
                f"No routes found in {_number(report.files, 'Python file')}: no FastAPI() app, or "
                "one without routes. Name the folder that holds it: sdd audit path/to/backend"
            )
        case Outcome.CLEAN:
            if report.summary.unknown:
                yield "What is unknown is not proved: --strict makes it count."


def _is_refused(route: RouteReport) -> bool:
    return route.verdict is Verdict.VIOLATED


def _number(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
