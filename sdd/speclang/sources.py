"""Which files are documents, what each is, and what is wrong with its text."""

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

from sdd.diagnostics import Diagnostic, Severity
from sdd.speclang.documents import Role, role_of
from sdd.speclang.findings import Findings
from sdd.speclang.outline import Document
from sdd.text import SourceText, Span
from sdd.text.markdown import Fence


def is_markdown(source: SourceText, findings: Findings) -> bool:
    """Tell whether a file is read as Markdown; one that is no text is told."""
    if "binary" in source.notes:
        findings.add(
            Diagnostic(
                rule="unreadable-document",
                severity=Severity.ERROR,
                message="This file is not text, so nothing was read from it.",
                span=Span(path=source.path),
                hint="Save it as UTF-8 text, or take it out of the specs.",
            )
        )
        return False
    return not source.path.endswith((".yaml", ".yml", ".json")) or _is_mislabelled(source)


def _is_mislabelled(source: SourceText) -> bool:
    """Whether Markdown stands in a file that is called YAML: routes in headings, no `paths:`."""
    if not source.path.endswith((".yaml", ".yml")):
        return False
    routed = re.search(r"^#{2,4} .*\b(?:GET|POST|PUT|PATCH|DELETE) /", source.text, re.MULTILINE)
    return routed is not None and re.search(r"^paths:", source.text, re.MULTILINE) is None


def role_in_place(source: SourceText) -> Role:
    """Return what a document is by its place, and by its text where the name is wrong."""
    role = role_of(PurePosixPath(source.path))
    return Role.CONTRACT if role is Role.OPENAPI and _is_mislabelled(source) else role


def check_text(source: SourceText, document: Document, role: Role, findings: Findings) -> None:
    """Tell what is wrong with the text itself: encoding, fences that nobody closed."""
    if "not UTF-8" in source.notes:
        findings.note(
            "unusual-encoding",
            Span(path=source.path),
            "This file is not UTF-8; it was read as Windows-1252.",
            hint="Save it as UTF-8.",
        )
    if not source.text.strip() and role in {Role.CONTRACT, Role.SCHEMA}:
        findings.add(
            Diagnostic(
                rule="empty-document",
                severity=Severity.WARNING,
                message=f"This {role.label} document is empty.",
                span=Span(path=source.path),
                hint="Write it, or take it out of the specs.",
            )
        )
    last = document.blocks[-1] if document.blocks else None
    if isinstance(last, Fence) and _is_unclosed(last, source):
        findings.not_understood(
            last.span,
            "This code fence is never closed, so the rest of the document counts as code.",
            hint="Close it with a line of as many backticks as it was opened with.",
        )


def tell_nothing_read(documents: Iterable[tuple[Document, Role]], findings: Findings) -> None:
    """Tell of contracts and schemas that hold text, but nothing that the reader takes up."""
    told = {item.span.path for item in findings.diagnostics if item.span is not None}
    for document, role in documents:
        states = role in {Role.CONTRACT, Role.SCHEMA}
        if states and document.blocks and document.path not in told:
            findings.not_understood(
                document.blocks[0].span,
                f"Neither an endpoint nor a table was found in this {role.label} document.",
                hint="Write `### GET /path` over each endpoint, and columns below a table's name.",
            )


def _is_unclosed(fence: Fence, source: SourceText) -> bool:
    lines = source.lines()
    end = (fence.span.end_line or fence.span.line) - 1
    opening = lines[fence.span.line - 1].strip() if fence.span.line <= len(lines) else ""
    if not opening.startswith(("```", "~~~")):
        return False
    last = lines[min(end, len(lines)) - 1 : min(end, len(lines)) + 1]
    closed = any(line.strip() and set(line.strip()) <= {"`", "~"} for line in last)
    return not closed and fence.text.count("\n") > 1
