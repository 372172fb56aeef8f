"""Reads the YAML that nearly every record is written in, a line at a time and fast.

Thousands of records are read for one command. What is read here means the same to a whole YAML
reader; whatever needs a second look is left to one.
"""

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

Node = str | None | list["Node"] | dict[str, "Node"]
_Value = str | tuple[str | None, ...] | None
NULLS = frozenset({"", "null", "Null", "NULL", "~"})

_TOP = re.compile(r"(?P<key>[A-Za-z_]\w{0,99}):(?: +(?P<value>.*))?", re.ASCII)
_CHILD = re.compile(r"(?:-|(?P<key>[A-Za-z_][\w-]{0,99}):)(?: +(?P<value>.*))?", re.ASCII)
_DOUBLE = re.compile(r'"(?:[^"\\]|\\["\\/bfnrt]|\\u(?![dD][89a-fA-F])[0-9a-fA-F]{4})*"')
_SINGLE = re.compile(r"'(?:[^']|'')*'")
_FLOW_ITEM = re.compile(
    r"""\s*("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s"'\[\]{},:#&*!|>%@`?-][^\[\]{},:#"]*)\s*(?:,|$)"""
)
_SPECIAL = frozenset("{}],|>&*!%@`?#")
_QUOTES = ("'", '"')
_KEPT_LINES = 2048
_CLOSED = 1 << 30  # deeper than any line: nothing more may follow


class _NotPlainError(ValueError):
    """The text may be good YAML, but needs a whole reader."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainYaml:
    """What was read.

    Attributes:
        values: Key in lower case to its value.
        names: Keys as they are written.
        lines: Key to its line, counted from 1.
        quoted: Keys whose value is written in quotes.
    """

    values: dict[str, Node]
    names: list[str]
    lines: dict[str, int]
    quoted: set[str]


class _Line(NamedTuple):
    """A line: how far it is indented, its key (none: an item of a list) and its value.

    A list in brackets may also be `alone`, on the line below its key. A key with nothing behind
    it is `open` to what stands below; `null` is a value.
    """

    depth: int
    name: str
    key: str
    value: _Value
    is_quoted: bool = False
    alone: bool = False
    is_open: bool = False


def read_plain_yaml(text: str) -> PlainYaml | None:
    """Read a mapping of texts, lists of texts and mappings of texts; None: it may be more."""
    read = PlainYaml(values={}, names=[], lines={}, quoted=set())
    try:
        _read(text, read)
    except _NotPlainError:
        return None
    return read if read.values else None


def _read(text: str, read: PlainYaml) -> None:
    values, key, depth = read.values, "", -1
    for number, raw in enumerate(text.split("\n"), start=1):
        line = _read_line(raw)
        if line is None:
            continue
        indent, name, lower, kept, is_quoted, alone, is_open = line
        value: Node = [*kept] if isinstance(kept, tuple) else kept
        if indent == 0 and name:
            if lower in values:
                raise _NotPlainError
            key, depth = lower, -1 if is_open else _CLOSED
            values[key] = value
            read.names.append(name)
            read.lines[key] = number
            if is_quoted:
                read.quoted.add(key)
            continue
        # All that stands below a key is indented alike, and the key itself has no value.
        if depth < 0:
            if not key:
                raise _NotPlainError
            if alone:
                values[key], depth = value, _CLOSED
                continue
            values[key], depth = {} if name else [], indent
        elif depth != indent or alone:
            raise _NotPlainError
        _put(values[key], name, value)


def _put(present: Node, name: str, value: Node) -> None:
    """Put what a line says into the list or mapping that it belongs to."""
    if isinstance(present, list) and not name:
        present.append(value)
    elif isinstance(present, dict) and name and name not in present:
        present[name] = value
    else:
        raise _NotPlainError


@lru_cache(maxsize=_KEPT_LINES)
def _read_line(raw: str) -> _Line | None:
    """Read one line, None when it says nothing; most lines of a record stand in many others."""
    line = raw.removesuffix("\r")
    if not line.isprintable():
        raise _NotPlainError
    text = line.strip(" ")
    if not text or text[0] == "#":
        return None
    depth = len(line) - len(line.lstrip(" "))
    if depth and text[0] == "[":
        return _Line(depth, "", "", _flow(text), alone=True)
    match = (_CHILD if depth or text[0] == "-" else _TOP).fullmatch(text)
    if match is None or match["key"] in NULLS:
        raise _NotPlainError
    name, value = match["key"] or "", match["value"] or ""
    quoted = value[:1] in _QUOTES
    return _Line(depth, name, name.lower(), _value(value), quoted, is_open=not value)


def _value(text: str) -> _Value:
    return _flow(text) if text[:1] == "[" else _scalar(text)


def _scalar(text: str) -> str | None:
    if text in NULLS:
        return None
    match text[0]:
        case '"':
            return _double(text)
        case "'":
            if not _SINGLE.fullmatch(text):
                raise _NotPlainError
            return text[1:-1].replace("''", "'")
        case first if first in _SPECIAL or text == "-" or text.startswith(("- ", "[")):
            raise _NotPlainError
        case _:
            text = text.partition(" #")[0].rstrip(" ") if "#" in text else text
            if ": " in text or text[-1] == ":":
                raise _NotPlainError
            return None if text in NULLS else text


def _double(text: str) -> str:
    if not _DOUBLE.fullmatch(text):
        raise _NotPlainError
    return str(json.loads(text)) if "\\" in text else text[1:-1]


def _flow(text: str) -> tuple[str | None, ...]:
    if not text.endswith("]"):
        raise _NotPlainError
    inside = text[1:-1].strip(" ")
    items: list[str | None] = []
    position = 0
    while position < len(inside):
        match = _FLOW_ITEM.match(inside, position)
        if match is None:
            raise _NotPlainError
        items.append(_scalar(match[1].strip(" ")))
        position = match.end()
    return tuple(items)
