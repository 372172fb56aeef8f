"""SARIF 2.1.0, for code scanning; what is suppressed is shown as suppressed, not dropped."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from sdd import __version__
from sdd.audit.baseline import ACCEPTED
from sdd.audit.catalog import RuleText
from sdd.audit.outcome import Outcome, outcome
from sdd.audit.output.view import View
from sdd.diagnostics import Confidence, Diagnostic, Edit, Severity
from sdd.names import pascal
from sdd.text import Span

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_BASE = "%SRCROOT%"
# GitHub sorts by this number: from 7.0 on "high", from 4.0 on "medium".
_GRAVITY = {Severity.ERROR: "8.0", Severity.WARNING: "5.0", Severity.NOTE: "2.0"}
_RANK = {Confidence.HIGH: 90.0, Confidence.MEDIUM: 60.0, Confidence.LOW: 30.0}


def sarif(view: View) -> str:
    """Return the report as one SARIF run."""
    rules = list(view.rules.values())
    order = {rule.id: number for number, rule in enumerate(rules)}
    placed = [item for item in view.report.diagnostics if item.span is not None]
    seen: Counter[str] = Counter()
    run = {
        "tool": {
            "driver": {
                "name": "sdd audit",
                "version": __version__,
                "semanticVersion": __version__,
                "rules": [_rule(rule) for rule in rules],
            }
        },
        "automationDetails": {"id": "sdd-audit/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_BASE: {"description": {"text": "The top of the repository."}}},
        "invocations": [_invocation(view)],
        "results": [_result(view, item, order, seen) for item in placed],
    }
    data = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _rule(rule: RuleText) -> dict[str, Any]:
    tags = ["security"] if rule.cwe is not None else ["maintainability"]
    links = ""
    found: dict[str, Any] = {
        "id": rule.id,
        "name": pascal(rule.id),
        "shortDescription": {"text": _sentence(rule.title)},
        "fullDescription": {"text": f"{_sentence(rule.title)} {rule.hint}"},
        "defaultConfiguration": {"level": rule.severity.value},
    }
    if rule.cwe is not None:
        address = f"https://cwe.mitre.org/data/definitions/{rule.cwe}.html"
        found["helpUri"] = address
        tags += [f"external/cwe/cwe-{rule.cwe:03}", f"external/owasp/{rule.owasp}"]
        links = f"\n\n[CWE-{rule.cwe}]({address}), OWASP {rule.owasp}"
    found["help"] = {
        "text": f"{_sentence(rule.title)} {rule.hint}",
        "markdown": f"**{_sentence(rule.title)}**\n\n{rule.hint}{links}",
    }
    found["properties"] = {"tags": tags, "precision": "high"}
    if rule.cwe is not None:
        found["properties"]["security-severity"] = _GRAVITY[rule.severity]
    return found


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _invocation(view: View) -> dict[str, Any]:
    """A finding without a place is a remark about the run: a result needs a place."""
    ending = outcome(view.report, view.policy)
    return {
        "executionSuccessful": ending not in {Outcome.UNREADABLE, Outcome.NO_ROUTES},
        "toolExecutionNotifications": [
            {
                "level": item.severity.value,
                "message": {"text": _text(item)},
                "associatedRule": {"id": item.rule},
            }
            for item in view.report.diagnostics
            if item.span is None
        ],
    }


def _result(
    view: View, item: Diagnostic, order: Mapping[str, int], seen: Counter[str]
) -> dict[str, Any]:
    seen[item.fingerprint] += 1
    found: dict[str, Any] = {
        "ruleId": item.rule,
        "level": item.severity.value,
        "message": {"text": _text(item)},
        "locations": [_location(view, item.span)] if item.span else [],
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
            {"id": number, **_location(view, one.span), "message": {"text": one.message}}
            for number, one in enumerate(item.related, start=1)
        ]
    if item.suppressed is not None:
        kind = "external" if item.suppressed == ACCEPTED else "inSource"
        found["suppressions"] = [
            {"kind": kind, "status": "accepted", "justification": item.suppressed}
        ]
    if item.edits:
        found["fixes"] = [_fix(view, item)]
    return found


def _text(item: Diagnostic) -> str:
    head = f"{item.route}: {item.message}" if _adds(item) else item.message
    parts = [_closed(part) for part in (head, item.reason, item.hint) if part]
    return " ".join(parts)


def _adds(item: Diagnostic) -> bool:
    return item.route is not None and item.route not in item.message


def _closed(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _location(view: View, span: Span) -> dict[str, Any]:
    return {
        "physicalLocation": {"artifactLocation": _artifact(view, span), "region": _region(span)}
    }


def _artifact(view: View, span: Span) -> dict[str, str]:
    return {"uri": quote(view.path(span), errors="surrogateescape"), "uriBaseId": _BASE}


def _region(span: Span) -> dict[str, int]:
    start, end = (span.line, span.column), (span.end_line, span.end_column)
    region = {"startLine": max(span.line, 1), "startColumn": max(span.column, 1)}
    if end[0] is not None and end[1] is not None and end > start:
        region |= {"endLine": end[0], "endColumn": end[1]}
    return region


def _fix(view: View, item: Diagnostic) -> dict[str, Any]:
    return {
        "description": {"text": item.hint or item.message},
        "artifactChanges": [_change(view, path, edits) for path, edits in _by_file(item.edits)],
    }


def _by_file(edits: Iterable[Edit]) -> list[tuple[str, list[Edit]]]:
    files: dict[str, list[Edit]] = {}
    for edit in edits:
        files.setdefault(edit.span.path, []).append(edit)
    return sorted(files.items())


def _change(view: View, path: str, edits: list[Edit]) -> dict[str, Any]:
    return {
        "artifactLocation": _artifact(view, Span(path=path)),
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
