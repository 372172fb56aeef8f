"""The baseline: findings that were there before, kept by fingerprint; and what is new beside it."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from sdd.audit.catalog import HOUSEKEEPING, STALE_BASELINE
from sdd.audit.model import AuditReport
from sdd.audit.term import named_record
from sdd.diagnostics import Diagnostic
from sdd.errors import ConfigError

ACCEPTED = "accepted in the baseline"
_VERSION = 1
_OWN = frozenset(rule.id for rule in HOUSEKEEPING)


@named_record
class Entry:
    """Findings with one fingerprint: how many there are, and words for the reader of a diff."""

    fingerprint: str
    rule: str
    route: str
    file: str
    about: str
    count: int


def baseline_text(report: AuditReport) -> str:
    """Write the open findings as a baseline: sorted, without line numbers, same bytes each time."""
    open_ = [item for item in report.diagnostics if _is_counted(item) and _is_open(item)]
    counts = Counter(item.fingerprint for item in open_)
    entries = {
        item.fingerprint: {
            "fingerprint": item.fingerprint,
            "rule": item.rule,
            "route": item.route or "",
            "file": item.span.path if item.span else "",
            "about": item.subject or item.message,
            "count": counts[item.fingerprint],
        }
        for item in open_
    }
    ordered = sorted(
        entries.values(),
        key=lambda entry: (entry["route"], entry["rule"], entry["file"], entry["fingerprint"]),
    )
    data = {"schema_version": _VERSION, "findings": ordered}
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def apply_baseline(report: AuditReport, text: str, name: str) -> AuditReport:
    """Mark the findings that a baseline accepts, and report the entries that match nothing.

    Raises:
        ConfigError: The text is no baseline.
    """
    entries = _parse(text, name)
    left = Counter({entry.fingerprint: entry.count for entry in entries})
    diagnostics = []
    for item in report.diagnostics:
        if _is_open(item) and _is_counted(item) and left[item.fingerprint] > 0:
            left[item.fingerprint] -= 1
            diagnostics.append(replace(item, suppressed=ACCEPTED))
        else:
            diagnostics.append(item)
    stale = [
        _stale(entry, left[entry.fingerprint], name)
        for entry in entries
        if left[entry.fingerprint] > 0
    ]
    return replace(report, diagnostics=(*diagnostics, *stale))


def only_new(report: AuditReport, before: AuditReport) -> AuditReport:
    """Keep the findings that were not there before, counted by fingerprint."""
    left = Counter(map(_identity, before.diagnostics))
    new = []
    for item in report.diagnostics:
        if left[_identity(item)] > 0:
            left[_identity(item)] -= 1
        else:
            new.append(item)
    return replace(report, diagnostics=tuple(new))


def _identity(item: Diagnostic) -> tuple[str, bool]:
    """A finding whose suppression went is new, though its fingerprint is old."""
    return item.fingerprint, _is_open(item)


def _is_open(item: Diagnostic) -> bool:
    return item.suppressed is None


def _is_counted(item: Diagnostic) -> bool:
    return item.rule not in _OWN


def _stale(entry: Entry, gone: int, name: str) -> Diagnostic:
    times = "" if gone == 1 else f" {gone} times"
    where = f" of {entry.route}" if entry.route else f" in {entry.file}"
    return Diagnostic(
        rule=STALE_BASELINE.id,
        severity=STALE_BASELINE.severity,
        message=f"{name} accepts {entry.rule}{where}{times}, which is no longer found",
        hint=STALE_BASELINE.hint,
        subject=entry.fingerprint,
    )


def _parse(text: str, name: str) -> tuple[Entry, ...]:
    try:
        data = json.loads(text)
        if data["schema_version"] != _VERSION:
            raise ConfigError(
                f"{name} is a baseline of version {data['schema_version']}, not {_VERSION}.",
                hint="Write it anew with --update-baseline.",
            )
        return tuple(_entries(data["findings"]))
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigError(
            f"{name} is not a baseline of sdd audit.",
            hint="Write it anew with --update-baseline, or restore it from version control.",
        ) from error


def _entries(data: Iterable[Mapping[str, Any]]) -> Iterable[Entry]:
    for item in data:
        yield Entry(
            fingerprint=str(item["fingerprint"]),
            rule=str(item["rule"]),
            route=str(item.get("route", "")),
            file=str(item.get("file", "")),
            about=str(item.get("about", "")),
            count=int(item.get("count", 1)),
        )
