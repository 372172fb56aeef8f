"""Reads the front matter of records: fast for our own form, patient with any other."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

Node = str | None | list["Node"] | dict[str, "Node"]

_KEY = re.compile(r"(?P<indent>[ ]*)(?P<key>[A-Za-z_][\w-]*):(?:[ \t]+(?P<value>.*))?$")
_ITEM = re.compile(r"[ ]*-(?:[ \t]+(?P<value>.*))?$")
_DOUBLE = re.compile(r'"(?:[^"\\]|\\.)*"')
_SINGLE = re.compile(r"'(?:[^']|'')*'")
_FLOW_ITEM = re.compile(
    r"""\s*("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s"'\[\]{},:#&*!|>%@`-][^\[\]{},:#"]*)\s*(?:,|$)"""
)
_NO_KEY = frozenset({"", " ", "-", "#", "\t"})
_SPECIAL = frozenset("{}],|>&*!%@`?")
_NULLS = frozenset({"", "null", "Null", "NULL", "~"})


class _NotOurFormError(ValueError):
    """The text may be good YAML, but needs a whole reader."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """What stands in a front matter.

    Attributes:
        values: Key in lower case to text, None, list or mapping; numbers and dates stay text.
        names: Keys as they are written.
        lines: Key to its line, counted from 1 in the YAML text.
        quoted: Keys whose value is written in quotes.
        broken: What makes the text no YAML, and its line; then values are a best guess.
    """

    values: Mapping[str, Node]
    names: tuple[str, ...] = ()
    lines: Mapping[str, int] = field(default_factory=dict)
    quoted: frozenset[str] = frozenset()
    broken: tuple[str, int] | None = None


def read_fields(yaml: str) -> Fields:
    """Read the YAML of a front matter; never fails."""
    lines = yaml.split("\n")
    places: dict[str, int] = {}
    quoted: set[str] = set()
    broken = None
    try:
        values = _strict(lines, places, quoted)
    except _NotOurFormError:
        _find_places(lines, places, quoted)
        found, broken = _patient(yaml)
        values = _guess(lines) if found is None else found
    return Fields(
        values={key.lower(): value for key, value in values.items()},
        names=tuple(values),
        lines={key.lower(): line for key, line in places.items()},
        quoted=frozenset(key.lower() for key in quoted),
        broken=broken,
    )


def _find_places(lines: list[str], places: dict[str, int], quoted: set[str]) -> None:
    """Note on which lines keys stand, and which values are quoted."""
    places.clear()
    quoted.clear()
    for number, line in enumerate(lines, start=1):
        match = _KEY.match(line.rstrip())
        if match and not match["indent"] and match["key"] not in places:
            places[match["key"]] = number
            if match["value"] and match["value"][0] in "\"'":
                quoted.add(match["key"])


def _strict(lines: list[str], places: dict[str, int], quoted: set[str]) -> dict[str, Node]:
    values: dict[str, Node] = {}
    key = ""
    for number, raw in enumerate(lines, start=1):
        line = raw.rstrip()
        if line[:1] in _NO_KEY:
            _continue(values, key, line)
            continue
        # Thousands of records are read at once: no regular expression for the common line.
        key, colon, text = line.partition(":")
        if not colon or key in values or not key.isidentifier() or text[:1] not in {"", " "}:
            raise _NotOurFormError
        places[key] = number
        text = text.strip()
        if text[:1] in {'"', "'"}:
            quoted.add(key)
        values[key] = _scalar(text)
    return values


def _continue(values: dict[str, Node], key: str, line: str) -> None:
    """Take a line below a key: an item, a key of a mapping, an empty list or nothing."""
    text = line.lstrip()
    if not text or text[0] == "#":
        return
    if not key:
        raise _NotOurFormError
    if text == "-" or text.startswith("- "):
        _append(values, key, text[1:])
    elif text == "[]" and values[key] is None:
        values[key] = []
    elif match := _KEY.match(line):
        _put(values, key, match)
    else:
        raise _NotOurFormError


def _append(values: dict[str, Node], key: str, text: str) -> None:
    present = values[key]
    if present is None:
        present = values[key] = []
    if not isinstance(present, list):
        raise _NotOurFormError
    present.append(_scalar(text))


def _put(values: dict[str, Node], key: str, match: re.Match[str]) -> None:
    present = values[key]
    if present is None:
        present = values[key] = {}
    if not isinstance(present, dict) or match["key"] in present:
        raise _NotOurFormError
    present[match["key"]] = _scalar(match["value"] or "")


def _scalar(text: str) -> Node:
    text = text.strip()
    if text in _NULLS:
        return None
    match text[0]:
        case '"':
            return _double(text)
        case "'":
            if not _SINGLE.fullmatch(text):
                raise _NotOurFormError
            return text[1:-1].replace("''", "'")
        case "[":
            return _flow(text)
        case first if first in _SPECIAL or text == "-" or text.startswith(("- ", "-\t", "#")):
            raise _NotOurFormError
        case _:
            text = text.partition(" #")[0].rstrip() if "#" in text else text
            if ": " in text or text[-1] == ":":
                raise _NotOurFormError
            return text


def _double(text: str) -> str:
    if not _DOUBLE.fullmatch(text):
        raise _NotOurFormError
    if "\\" not in text:
        return text[1:-1]
    try:
        return str(json.loads(text))
    except ValueError:
        raise _NotOurFormError from None


def _flow(text: str) -> Node:
    if not text.endswith("]"):
        raise _NotOurFormError
    inside = text[1:-1].strip()
    if not inside:
        return []
    items: list[Node] = []
    position = 0
    while position < len(inside):
        match = _FLOW_ITEM.match(inside, position)
        if match is None:
            raise _NotOurFormError
        items.append(_scalar(match[1]))
        position = match.end()
    return items


def _patient(yaml: str) -> tuple[dict[str, Node] | None, tuple[str, int] | None]:
    """Read any YAML mapping with a whole reader; say what is wrong when it is none."""
    from ruamel.yaml import YAML  # noqa: PLC0415 - slow to load, and rarely needed
    from ruamel.yaml.error import MarkedYAMLError, YAMLError  # noqa: PLC0415

    reader = YAML(typ="base", pure=True)
    reader.allow_duplicate_keys = True
    try:
        loaded = reader.load(yaml.replace("\t", "    "))
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        return None, (str(error.problem or "it is no YAML"), line)
    except (YAMLError, ValueError, TypeError) as error:
        return None, (str(error).partition("\n")[0], 1)
    if not isinstance(loaded, dict):
        return None, ("it is no mapping of keys to values", 1)
    return {str(key): _plain(value) for key, value in loaded.items()}, None


def _plain(value: object) -> Node:
    match value:
        case dict():
            return {str(key): _plain(item) for key, item in value.items()}
        case list():
            return [_plain(item) for item in value]
        case None:
            return None
        case _:
            text = str(value)
            return None if text in _NULLS else text


def _guess(lines: list[str]) -> dict[str, Node]:
    """Take what looks like `key: value` and `- item` from text that is no YAML."""
    values: dict[str, Node] = {}
    key = ""
    for raw in lines:
        line = raw.rstrip()
        match = _KEY.match(line)
        if match and not match["indent"]:
            key = match["key"]
            text = (match["value"] or "").strip().strip("\"'")
            values[key] = None if text in _NULLS else text
        elif key and (item := _ITEM.match(line)):
            present = values[key]
            if present is None:
                present = values[key] = []
            if isinstance(present, list):
                present.append((item["value"] or "").strip("\"'"))
    return values
