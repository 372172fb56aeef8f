"""A summary in Markdown, for `$GITHUB_STEP_SUMMARY` and merge requests."""

import re
from collections.abc import Iterator

from sdd.audit.model import Access, RouteReport, Verdict
from sdd.audit.outcome import Outcome, open_findings, outcome
from sdd.audit.output.view import View
from sdd.diagnostics import Diagnostic, Severity
from sdd.names import counted

_MARKS = {
    Verdict.PROVED: "✅ proved",
    Verdict.VIOLATED: "❌ violated",
    Verdict.UNKNOWN: "❔ unknown",
    Verdict.PUBLIC: "🌐 public",
    Verdict.NONE: "nothing to prove",
}
_HEADLINES = {
    Outcome.FINDINGS: "❌ Findings to mend",
    Outcome.UNREADABLE: "⚠️ Not every file could be read",
    Outcome.NO_ROUTES: "⚠️ No routes were found",
    Outcome.UNDECIDED: "❔ Not everything could be decided",
    Outcome.CLEAN: "✅ Nothing to object to",
}
_MOST_FINDINGS = 50
_MOST_ROUTES = 300
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#~])")


def markdown(view: View) -> str:
    """Return headline, counts, findings, and the table of routes folded away."""
    counts = view.report.summary
    headline = _HEADLINES[outcome(view.report, view.policy)]
    numbers = (
        f"{counted(counts.routes, 'route')}: **{counts.proved} proved**, "
        f"{counts.violated} violated, "
        f"{counts.unknown} unknown, {counts.public} public."
    )
    blocks = [f"## sdd audit: {headline}", numbers]
    found = open_findings(view.report)
    if found:
        blocks.append("\n".join(_findings(view, found)))
    suppressed = len(view.report.diagnostics) - len(found)
    if suppressed:
        blocks.append(f"{suppressed} more suppressed, each with a reason.")
    if view.report.routes:
        blocks.append("\n".join(_routes(view.report.routes)))
    return "\n\n".join(blocks) + "\n"


def _findings(view: View, found: tuple[Diagnostic, ...]) -> Iterator[str]:
    yield "| | finding | where |"
    yield "|---|---|---|"
    levels = list(Severity)
    found = tuple(sorted(found, key=lambda item: levels.index(item.severity)))
    for item in found[:_MOST_FINDINGS]:
        named = item.route is not None and item.route not in item.message
        route = f"**{_escaped(item.route)}**: " if item.route and named else ""
        more = f"<br>{_escaped(item.reason)}" if item.reason else ""
        place = _code(view.place(item.span)) if item.span else ""
        message = f"{route}{_escaped(item.message)}{more}"
        yield f"| {item.severity.value} {_code(item.rule)} | {message} | {place} |"
    if len(found) > _MOST_FINDINGS:
        yield f"| | … and {len(found) - _MOST_FINDINGS} more | |"


def _routes(routes: tuple[RouteReport, ...]) -> Iterator[str]:
    yield f"<details><summary>All {counted(len(routes), 'route')}</summary>\n"
    yield "| route | caller | rows |"
    yield "|---|---|---|"
    for route in routes[:_MOST_ROUTES]:
        by = f" by {_code(route.auth.by)}" if route.auth.by else ""
        rows = ", ".join(dict.fromkeys(map(_access, route.accesses))) or "none that anybody owns"
        yield f"| {_code(route.name)} | {_MARKS[route.auth.verdict]}{by} | {rows} |"
    if len(routes) > _MOST_ROUTES:
        yield f"| … and {len(routes) - _MOST_ROUTES} more | | |"
    yield "\n</details>"


def _access(access: Access) -> str:
    return f"{_MARKS[access.verdict]}: {access.operation} {_escaped(access.entity)}"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _code(text: str) -> str:
    """Code spans know no escapes but the one of tables."""
    return f"`{' '.join(text.split()).replace('`', chr(39)).replace('|', chr(92) + '|')}`"
