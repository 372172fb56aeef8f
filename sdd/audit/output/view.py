"""What every form of output is made from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from sdd.audit.catalog import RuleText
from sdd.audit.model import AuditReport
from sdd.audit.outcome import Policy
from sdd.diagnostics import Diagnostic
from sdd.text import Span


@dataclass(frozen=True, slots=True, kw_only=True)
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

    def grouped(self) -> dict[str | None, list[Diagnostic]]:
        """Return the findings by route: routes in the report's order, then those of no route."""
        groups: dict[str | None, list[Diagnostic]] = {
            route.name: [] for route in self.report.routes
        }
        for item in self.report.diagnostics:
            groups.setdefault(item.route, []).append(item)
        rest = groups.pop(None, [])
        return {name: items for name, items in groups.items() if items} | (
            {None: rest} if rest else {}
        )
