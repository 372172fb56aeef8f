"""What was found in records, as data to keep between runs: true for as long as their bytes stay."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any

from sdd.diagnostics import Diagnostic, Severity
from sdd.records.checking import Link
from sdd.records.library_checking import CheckedRecord
from sdd.text import Span


def content_hash(data: bytes) -> str:
    """Return what tells a record's bytes from any others; times of files may lie, this does not."""
    return hashlib.sha256(data).hexdigest()


def kept_data(records: Iterable[tuple[str, CheckedRecord]]) -> dict[str, Any]:
    """Turn records and the hashes of their bytes into what JSON can hold, by path."""
    return {
        str(record.path): [
            found_in,
            record.number,
            record.date,
            [list(link) for link in record.links],
            [_finding(item) for item in record.diagnostics],
        ]
        for found_in, record in records
    }


def kept_record(kept: Mapping[str, Any], path: PurePosixPath, content: str) -> CheckedRecord | None:
    """Return what was found in a record; None where its bytes are others or the data is damaged."""
    match kept.get(str(path)):
        case [str(found_in), int() | None as number, str(date), list(links), list(findings)]:
            if found_in != content:
                return None
        case _:
            return None
    try:
        return CheckedRecord(
            path=path,
            diagnostics=tuple(_diagnostic(path, *finding) for finding in findings),
            number=number,
            date=date,
            links=tuple(Link(str(key), str(target), int(line)) for key, target, line in links),
        )
    except (TypeError, ValueError):
        return None


def _finding(item: Diagnostic) -> list[Any]:
    line = item.span.line if item.span else 1
    return [item.rule, item.severity.value, item.message, line, item.hint]


def _diagnostic(
    path: PurePosixPath, rule: str, severity: str, message: str, line: int, hint: str | None
) -> Diagnostic:
    return Diagnostic(
        rule=str(rule),
        severity=Severity(severity),
        message=str(message),
        span=Span(path=str(path), line=int(line)),
        hint=hint and str(hint),
        subject=str(path),
    )
