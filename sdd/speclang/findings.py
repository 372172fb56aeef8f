"""What the reader has to say about the text it read: one place that words its diagnostics."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from sdd.diagnostics import Confidence, Diagnostic, Related, Severity
from sdd.speclang.documents import feature_folder
from sdd.text import Span


@dataclass(slots=True)
class Findings:
    """Collects diagnostics while documents are read; saying the same thing twice adds nothing."""

    diagnostics: list[Diagnostic] = field(default_factory=list)
    _seen: set[tuple[str, str, str]] = field(default_factory=set)

    def add(self, diagnostic: Diagnostic) -> None:
        """Add a diagnostic unless the same has been said of the same line."""
        key = (diagnostic.rule, diagnostic.message, str(diagnostic.span))
        if key not in self._seen:
            self._seen.add(key)
            self.diagnostics.append(diagnostic)

    def not_understood(
        self,
        span: Span,
        message: str,
        *,
        hint: str | None = None,
        subject: str | None = None,
        severity: Severity = Severity.WARNING,
    ) -> None:
        """Note that a statement about the API or the schema was left out, and why."""
        self.add(
            Diagnostic(
                rule="not-understood",
                severity=severity,
                message=message,
                span=span,
                hint=hint,
                subject=subject,
                confidence=Confidence.MEDIUM,
            )
        )

    def note(self, rule: str, span: Span, message: str, *, hint: str | None = None) -> None:
        """Inform about something that was read but may surprise."""
        self.add(
            Diagnostic(rule=rule, severity=Severity.NOTE, message=message, span=span, hint=hint)
        )

    def contradiction(
        self,
        rule: str,
        message: str,
        places: Iterable[tuple[Span | None, str]],
        *,
        hint: str,
        subject: str,
    ) -> None:
        """Report that places disagree; the first is the one that is followed.

        Between a central document and a feature's own folder it is a note: the folder may be
        about an earlier or a later phase.
        """
        spans = [(span, text) for span, text in places if span is not None]
        folders = [feature_folder(PurePosixPath(span.path)) for span, _ in spans]
        aside = any(folders) and (len(folders) == 1 or len(set(folders)) > 1)
        self.add(
            Diagnostic(
                rule=rule,
                severity=Severity.NOTE if aside else Severity.WARNING,
                message=message,
                span=spans[0][0] if spans else None,
                hint=hint,
                related=tuple(Related(span=span, message=text) for span, text in spans),
                subject=subject,
            )
        )
