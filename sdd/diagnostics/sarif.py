"""SARIF 2.1.0, for code scanning; what is suppressed is shown as suppressed, not dropped."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from sdd import __version__
from sdd.diagnostics import Confidence, Diagnostic, Edit
from sdd.text import Span

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_BASE = "%SRCROOT%"
_RANK = {Confidence.HIGH: 90.0, Confidence.MEDIUM: 60.0, Confidence.LOW: 30.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """The command that found something, as code scanning shows it.

    Attributes:
        rules: Every rule as a SARIF reporting descriptor.
        path: A file's path from the top of the repository.
        successful: Whether it could do its work.
        external: The justification of what a file outside of the source accepts.
    """

    name: str
    rules: Sequence[Mapping[str, Any]]
    path: Callable[[Span], str]
    successful: bool = True
    external: str = ""


def sarif_log(tool: Tool, diagnostics: Iterable[Diagnostic]) -> str:
    """Return diagnostics as one SARIF run."""
    found = list(diagnostics)
    order = {str(rule["id"]): number for number, rule in enumerate(tool.rules)}
    seen: Counter[str] = Counter()
    run = {
        "tool": {
            "driver": {
                "name": tool.name,
                "version": __version__,
                "semanticVersion": __version__,
                "rules": list(tool.rules),
            }
        },
        "automationDetails": {"id": f"{tool.name.replace(' ', '-')}/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_BASE: {"description": {"text": "The top of the repository."}}},
        "invocations": [_invocation(tool, found)],
        "results": [_result(tool, item, order, seen) for item in found if item.span is not None],
    }
    data = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _invocation(tool: Tool, found: list[Diagnostic]) -> dict[str, Any]:
    """A finding without a place is a remark about the run: a result needs a place."""
    return {
        "executionSuccessful": tool.successful,
        "toolExecutionNotifications": [
            {
                "level": item.severity.value,
                "message": {"text": _text(item)},
                "associatedRule": {"id": item.rule},
            }
            for item in found
            if item.span is None
        ],
    }


def _result(
    tool: Tool, item: Diagnostic, order: Mapping[str, int], seen: Counter[str]
) -> dict[str, Any]:
    seen[item.fingerprint] += 1
    found: dict[str, Any] = {
        "ruleId": item.rule,
        "level": item.severity.value,
        "message": {"text": _text(item)},
        "locations": [_location(tool, item.span)] if item.span else [],
        "partialFingerprints": {
            "sddFingerprint/v1": item.fingerprint,
            "primaryLocationLineHash": f"{item.fingerprint}:{seen[item.fingerprint]}",
        },
        "rank": _RANK[item.confidence],
        "properties": {"confidence": item.confidence.value},
    }
    if item.rule in order:
        found["ruleIndex"] = order[item.rule]
    if item.route is not None:
        found["properties"]["route"] = item.route
    if item.related:
        found["relatedLocations"] = [
            {"id": number, **_location(tool, one.span), "message": {"text": one.message}}
            for number, one in enumerate(item.related, start=1)
        ]
    if item.suppressed is not None:
        kind = "external" if item.suppressed == tool.external else "inSource"
        found["suppressions"] = [
            {"kind": kind, "status": "accepted", "justification": item.suppressed}
        ]
    if item.edits:
        found["fixes"] = [_fix(tool, item)]
    return found


def _text(item: Diagnostic) -> str:
    head = f"{item.route}: {item.message}" if _adds(item) else item.message
    parts = [_closed(part) for part in (head, item.reason, item.hint) if part]
    return " ".join(parts)


def _adds(item: Diagnostic) -> bool:
    return item.route is not None and item.route not in item.message


def _closed(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _location(tool: Tool, span: Span) -> dict[str, Any]:
    return {
        "physicalLocation": {"artifactLocation": _artifact(tool, span), "region": _region(span)}
    }


def _artifact(tool: Tool, span: Span) -> dict[str, str]:
    return {"uri": quote(tool.path(span), errors="surrogateescape"), "uriBaseId": _BASE}


def _region(span: Span) -> dict[str, int]:
    start, end = (span.line, span.column), (span.end_line, span.end_column)
    region = {"startLine": max(span.line, 1), "startColumn": max(span.column, 1)}
    if end[0] is not None and end[1] is not None and end > start:
        region |= {"endLine": end[0], "endColumn": end[1]}
    return region


def _fix(tool: Tool, item: Diagnostic) -> dict[str, Any]:
    return {
        "description": {"text": item.hint or item.message},
        "artifactChanges": [_change(tool, path, edits) for path, edits in _by_file(item.edits)],
    }


def _by_file(edits: Iterable[Edit]) -> list[tuple[str, list[Edit]]]:
    files: dict[str, list[Edit]] = {}
    for edit in edits:
        files.setdefault(edit.span.path, []).append(edit)
    return sorted(files.items())


def _change(tool: Tool, path: str, edits: list[Edit]) -> dict[str, Any]:
    return {
        "artifactLocation": _artifact(tool, Span(path=path)),
        "replacements": [
            {
                "deletedRegion": {
                    "startLine": edit.span.line,
                    "startColumn": edit.span.column,
                    "endLine": edit.span.end_line or edit.span.line,
                    "endColumn": edit.span.end_column or edit.span.column,
                },
                "insertedContent": {"text": edit.new_text},
            }
            for edit in edits
        ],
    }
