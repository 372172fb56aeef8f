"""What every form of output is made from."""

from collections.abc import Mapping
from dataclasses import field
from pathlib import PurePosixPath

from sdd.audit.catalog import RuleText
from sdd.audit.model import AuditReport, RouteReport, Verdict
from sdd.audit.outcome import Policy
from sdd.audit.term import named_record
from sdd.diagnostics import Diagnostic
from sdd.text import Span


@named_record
class View:
    """A report and what the reader's world looks like.

    Attributes:
        root: The audited folder as the user named it.
        prefix: Where it lies in the repository; other programs count paths from there.
        rules: Every rule by id.
        sources: Files by path, for excerpts.
    """

    report: AuditReport
    root: str = "."
    prefix: PurePosixPath = PurePosixPath()
    rules: Mapping[str, RuleText] = field(default_factory=dict)
    policy: Policy = field(default_factory=Policy)
    sources: Mapping[str, bytes] = field(default_factory=dict)

    def path(self, span: Span) -> str:
        """Return a file's path from the top of the repository."""
        return str(self.prefix / span.path)

    def place(self, span: Span) -> str:
        """Return `path:line` from the top of the repository."""
        return f"{self.path(span)}:{span.line}"

    def grouped(self) -> list[tuple[RouteReport | None, list[Diagnostic]]]:
        """Return the findings by route, in the report's order; last those of no single route."""
        routes = self.report.routes
        groups: list[list[Diagnostic]] = [[] for _ in (*routes, None)]
        for item in self.report.diagnostics:
            number = self._owner(item)
            groups[-1 if number is None else number].append(item)
        paired = zip((*routes, None), groups, strict=True)
        return [(route, items) for route, items in paired if items]

    def _owner(self, item: Diagnostic) -> int | None:
        """Find the route that a finding is about: two applications may have one of that name."""
        routes = self.report.routes
        named = [number for number, route in enumerate(routes) if route.name == item.route]
        return min(named, key=lambda number: _distance(routes[number], item), default=None)


def _distance(route: RouteReport, item: Diagnostic) -> tuple[bool, bool]:
    """The nearer route has the finding's place among its own, and is not proved."""
    places = (route.span, *(access.span for access in route.accesses))
    here = item.span is not None and any(
        (place.path, place.line) == (item.span.path, item.span.line) for place in places
    )
    return not here, route.verdict is Verdict.PROVED
