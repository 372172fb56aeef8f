"""YAML as records write it: one-line scalars and lists that every reader takes alike."""

import json
import re
from collections.abc import Iterable

_PLAIN = re.compile(r"[A-Za-z/.](?:[\w ./+@()-]*[\w./+)-])?|\d{4}-\d{2}-\d{2}")
_NOT_TEXT = frozenset(
    ["null", "true", "false", "yes", "no", "on", "off", "y", "n", ".", "..", ".inf", ".nan"]
)


def scalar(value: str | None) -> str:
    """Write one value: plain where every reader takes it for text, else in double quotes."""
    if value is None:
        return "null"
    if _PLAIN.fullmatch(value) and value.isascii() and value.lower() not in _NOT_TEXT:
        return value
    return quoted(value)


def quoted(value: str) -> str:
    """Write one value in double quotes."""
    return f'"{escaped(value)}"'


def escaped(value: str) -> str:
    """Write a value for a place that stands between double quotes already."""
    text = json.dumps(value, ensure_ascii=False)[1:-1]
    return "".join(char if char.isprintable() else _escape(char) for char in text)


def flow(values: Iterable[str]) -> str:
    """Write the inside of a list on one line, without its brackets."""
    return ", ".join(quoted(value) for value in values)


def block(values: Iterable[str]) -> str:
    """Write a list below its key, one value a line; an empty one as `[]`."""
    return "\n".join(f"  - {scalar(value)}" for value in values) or "  []"


def one_line(text: str) -> str:
    """Put a text on one line, white space collapsed."""
    return " ".join(text.split())


def _escape(char: str) -> str:
    code = ord(char)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 - the BMP
