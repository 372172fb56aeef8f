"""The audit as text for a terminal: findings by route, each with its line and what to do."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sdd.audit import AuditReport, RouteReport, Verdict
from sdd.audit.outcome import Outcome, Policy, open_findings, outcome
from sdd.audit.output import View
from sdd.cli.excerpts import read_lines_below
from sdd.cli.paper import Paper, Piece
from sdd.diagnostics import Diagnostic, Related, Severity
from sdd.names import counted
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


def print_audit(paper: Paper, audited: Audited, policy: Policy, *, verbose: bool) -> None:
    """Print findings by route, then what was left out, then the numbers and what to do next."""
    printer = _Printer(paper=paper, audited=audited, verbose=verbose)
    bundles = _bundles(audited.report)
    bundled = {id(item) for items in bundles for item in items}
    for route, items in View(report=audited.report).grouped():
        printer.group(route, [item for item in items if id(item) not in bundled])
    for items in bundles:
        printer.bundle(items)
    if verbose:
        printer.routes()
    _closing(paper, audited, policy, verbose=verbose)


def print_explanation(paper: Paper, audited: Audited, routes: Iterable[RouteReport]) -> None:
    """Print the reasons for the verdict on routes."""
    printer = _Printer(paper=paper, audited=audited, verbose=True)
    for number, route in enumerate(routes):
        if number:
            paper.line()
        printer.proof(route)


@dataclass(slots=True, kw_only=True)
class _Printer:
    """Prints one report; a finding reached from several routes is shown whole only once."""

    paper: Paper
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
            self.paper.line(("Beyond single routes", "bold"))
        for alike in _alike(sorted(wanted, key=_gravity)):
            self._findings(alike)
        self.paper.line()

    def bundle(self, items: Sequence[Diagnostic]) -> None:
        """Print what one rule says alike of many routes."""
        first = items[0]
        about = first.message.removeprefix(first.route or "").strip()
        named = about != first.message
        count = len({item.route for item in items})
        self.paper.line(
            (first.severity.value, _SEVERITIES[first.severity]),
            (f" [{first.rule}] ", "dim"),
            f"each of these {count} routes {about}:"
            if named
            else f"{about} ({counted(count, 'route')}):",
        )
        width = min(max(len(item.route or "") for item in items), _NAME_WIDTH)
        rows = [(item.route, self._place(item.span) if item.span else "") for item in items]
        for name, place in dict.fromkeys(rows):
            self.paper.line(f"  {name:{width}}  ", (place, "dim"))
        if first.hint:
            self.paper.line(("  to do: ", "green"), first.hint)
        if first.rule == _UNDECLARED:
            self.paper.line("  in pyproject.toml, only those that are meant:")
            self.paper.line("    [tool.sdd.audit]")
            self.paper.line(f'    public = ["{first.route}", …]')
        self.paper.line()

    def routes(self) -> None:
        """Print one line for each route."""
        self.paper.line(("All routes", "bold"))
        for route in self.audited.report.routes:
            self.paper.line(
                "  ",
                (f"{route.verdict.value:9}", STYLES[route.verdict]),
                f" {route.name}",
                (f"  {route.handler}, {self._place(route.span)}", "dim"),
            )
        self.paper.line()

    def proof(self, route: RouteReport) -> None:
        """Print why one route has its verdict."""
        self._heading(route)
        by = f" by {route.auth.by}" if route.auth.by else ""
        verdict = (route.auth.verdict.value, STYLES[route.auth.verdict])
        self.paper.line("  caller: ", verdict, f"{by}: {route.auth.because}")
        for access in route.accesses:
            verdict = (access.verdict.value, STYLES[access.verdict])
            head = f"  {access.operation} {access.entity}: "
            self.paper.line(head, verdict, f": {access.because}")
            self._excerpt(access.span)
            for call in access.chain:
                self.paper.line((f"    through {self._place(call)}", "dim"))
            if access.attack:
                self.paper.line((f"    attack: {access.attack}", "red"))
        if not route.accesses:
            self.paper.line("  touches no rows that anybody owns")

    def _heading(self, route: RouteReport) -> None:
        several = len({one.app for one in self.audited.report.routes}) > 1
        self.paper.line(
            (route.name, "bold"),
            "  ",
            (route.verdict.value, STYLES[route.verdict]),
            (f"  {route.handler}, {self._place(route.span)}", "dim"),
            (f"  in {route.app}" if several else "", "dim"),
        )

    def _findings(self, items: Sequence[Diagnostic]) -> None:
        """Print findings that differ in their places alone."""
        first = items[0]
        earlier = self._seen_at(first)
        self.paper.line(
            "  ",
            (first.severity.value, _SEVERITIES[first.severity]),
            (f" [{first.rule}] ", "dim"),
            first.message,
            (f", the same line as under {earlier}" if earlier else "", "dim"),
        )
        if earlier:
            return
        if first.suppressed is not None:
            self.paper.line((f"    suppressed: {first.suppressed}", "dim"))
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
                self.paper.line(f"    {_closed(_capital(item.reason))}")
            for related in item.related:
                if self._adds(related, item):
                    self.paper.line((f"    {self._place(related.span)}: {related.message}", "dim"))
        if items[0].hint:
            self.paper.line(("    to do: ", "green"), items[0].hint)

    def _adds(self, related: Related, item: Diagnostic) -> bool:
        """The heading names the route already."""
        return item.route is None or related.message != f"reached from {item.route}"

    def _excerpt(self, span: Span | None) -> None:
        if span is None or not span.path:
            return
        place = self._place(span)
        text = self._source(span).strip()
        most = max(self.paper.width, _WIDTH) - len(f"    {place} │ ")
        if len(text) > most > 0:
            text = f"{text[: most - 1]}…"
        self.paper.line("    ", (place, "bold"), f" │ {text}" if text else "")

    def _source(self, span: Span) -> str:
        return read_lines_below(self.audited.root)(span.path, span.line) or ""

    def _place(self, span: Span) -> str:
        """Name a place so that a terminal can open it from here."""
        place = self.audited.root / span.path
        here = Path.cwd()
        shown = place.relative_to(here) if place.is_relative_to(here) else Path(span.path)
        name = shown.as_posix().encode(errors="backslashreplace").decode()
        return f"{name}:{span.line}"


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


def _closing(paper: Paper, audited: Audited, policy: Policy, *, verbose: bool) -> None:
    report = audited.report
    if audited.left_out:
        most = len(audited.left_out) if verbose else _FEW
        paper.line((f"Not judged: {_few(audited.left_out, most)}.", "dim"))
    for name in audited.written:
        paper.line(f"Wrote {name}.")
    if report.routes:
        _counts(paper, report)
    if audited.since is not None:
        new = _number(len(audited.report.diagnostics), "finding")
        paper.line(f"{new} since {audited.since}; older ones are not shown.")
    for line in _advice(audited, policy):
        paper.line(line)


def _few(items: Sequence[str], most: int) -> str:
    more = len(items) - most
    rest = f" and {_number(more, 'more group')} (--verbose names all)" if more > 0 else ""
    return ", ".join(items[:most]) + rest


def _counts(paper: Paper, report: AuditReport) -> None:
    counts = report.summary
    pieces: list[Piece] = [
        f"{_number(counts.routes, 'route')} in {_number(report.files, 'file')}: "
    ]
    for verdict, number in (
        (Verdict.PROVED, counts.proved),
        (Verdict.VIOLATED, counts.violated),
        (Verdict.UNKNOWN, counts.unknown),
        (Verdict.PUBLIC, counts.public),
    ):
        pieces.append((f"{number} {verdict.value}", STYLES[verdict] if number else "dim"))
        pieces.append("." if verdict is Verdict.PUBLIC else ", ")
    apps = sorted({route.app for route in report.routes})
    if len(apps) > 1:
        pieces.append((f" {counted(len(apps), 'application')}: {', '.join(apps)}.", "dim"))
    paper.line(*pieces)
    suppressed = len(report.diagnostics) - len(open_findings(report))
    if suppressed:
        paper.line((f"{_number(suppressed, 'finding')} suppressed; --verbose shows them.", "dim"))


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
