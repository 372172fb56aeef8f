"""Turns our frozen values into JSON."""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from typing import Any

from sdd.diagnostics import Diagnostic
from sdd.text import Span


def to_json(value: object) -> Any:  # noqa: ANN401, PLR0911 - JSON holds anything
    """Convert dataclasses, enums, decimals, paths and collections to what `json` can write."""
    match value:
        case Diagnostic():
            return _diagnostic(value)
        case Span():
            return {"file": value.path, "line": value.line, "column": value.column}
        case Enum():
            return value.value
        case Decimal():
            return float(value)
        case PurePath():
            return value.as_posix()
        case Mapping():
            return {str(key): to_json(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [to_json(item) for item in value]
        case _ if is_dataclass(value) and not isinstance(value, type):
            return {item.name: to_json(getattr(value, item.name)) for item in fields(value)}
        case _:
            return value


def _diagnostic(value: Diagnostic) -> dict[str, Any]:
    span = value.span
    return {
        "rule": value.rule,
        "severity": value.severity.value,
        "confidence": value.confidence.value,
        "message": value.message,
        "file": span.path if span else None,
        "line": span.line if span else None,
        "column": span.column if span else None,
        "end_line": span.end_line if span else None,
        "end_column": span.end_column if span else None,
        "hint": value.hint,
        "reason": value.reason,
        "route": value.route,
        "related": [{**to_json(item.span), "message": item.message} for item in value.related],
        "fingerprint": value.fingerprint,
        "suppressed": value.suppressed,
    }


def dumps(value: object) -> str:
    """Write a value as indented JSON text, with a final line end."""
    return json.dumps(to_json(value), indent=2, ensure_ascii=False) + "\n"
