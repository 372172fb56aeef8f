"""One Diagnostic for specs, agent files, records and Python alike."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sdd.text import Span


class Severity(StrEnum):
    """How bad it is: an error stops, a warning asks, a note informs."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Confidence(StrEnum):
    """How sure the analysis is."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """Another place that belongs to the finding, and what it contributes."""

    span: Span
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Replace the text of a span; a zero-width span inserts."""

    span: Span
    new_text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """A statement about the user's text or code.

    Attributes:
        rule: Kebab-case id that names the defect.
        severity: Whether it stops, asks or informs.
        message: One narrow line that stands alone.
        span: Where it is; None when it concerns the whole project.
        hint: What to write or do.
        reason: Why it is so, or why it matters; may be longer.
        confidence: How sure we are.
        related: Further places.
        edits: A mechanical fix, if there is one.
        route: `METHOD /path` when it belongs to one route.
        subject: What the finding is about (an entity, a function), for fingerprints
            that survive moved lines.
        suppressed: The justification, when a suppression or baseline covers it.
    """

    rule: str
    severity: Severity
    message: str
    span: Span | None = None
    hint: str | None = None
    reason: str | None = None
    confidence: Confidence = Confidence.HIGH
    related: tuple[Related, ...] = ()
    edits: tuple[Edit, ...] = ()
    route: str | None = None
    subject: str | None = None
    suppressed: str | None = None

    @property
    def fingerprint(self) -> str:
        """A stable id from rule, route, subject and file: not from line numbers."""
        subject = self.subject or self.message
        path = self.span.path if self.span and not self.route else ""
        parts = (self.rule, self.route or "", subject, path)
        return hashlib.sha256("\0".join(parts).encode(errors="surrogatepass")).hexdigest()[:20]


def by_place(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Sort by file, line, column and rule, so that output never depends on discovery order."""

    def key(diagnostic: Diagnostic) -> tuple[str, int, int, str, str]:
        span = diagnostic.span or Span(path="")
        return span.path, span.line, span.column, diagnostic.rule, diagnostic.message

    return tuple(sorted(diagnostics, key=key))


def errors(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return those that are errors and not suppressed."""
    return tuple(
        item for item in diagnostics if item.severity is Severity.ERROR and not item.suppressed
    )
