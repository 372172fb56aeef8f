"""Edits JSON as text: what is not touched keeps its bytes, whatever its form."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

_SPACE = re.compile(r"[ \t\r\n\ufeff]*")
_INDENT = re.compile(r"\n([ \t]+)[\"\[{]")
Step = str | int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Member:
    """A member of an object or an item of a list, and where it stands."""

    name: Step
    start: int
    value: int
    end: int


def insert(text: str, path: Sequence[Step], value: object, *, key: str | None = None) -> str:
    """Put a value at the end of the object or list at a path.

    Args:
        text: Valid JSON.
        path: Names and positions that lead to the object or list.
        value: What to put there.
        key: Its name, in an object.
    """
    start = _find(text, path)
    members = _members(text, start)
    end = "\r\n" if "\r\n" in text else "\n"
    found = _INDENT.search(text)
    unit = found[1] if found else "  "
    outer = end + unit * len(path)
    inner = outer + unit
    name = "" if key is None else f"{json.dumps(key, ensure_ascii=False)}: "
    item = name + json.dumps(value, indent=unit, ensure_ascii=False).replace("\n", inner)
    if members:
        last = members[-1].end
        return f"{text[:last]},{inner}{item}{text[last:]}"
    close = _skip(text, start + 1)
    return f"{text[: start + 1]}{inner}{item}{outer}{text[close:]}"


def remove(text: str, path: Sequence[Step]) -> str:
    """Take out what stands at a path; the inverse of `insert`."""
    start = _find(text, path[:-1])
    members = _members(text, start)
    at = _index(members, path[-1])
    if len(members) == 1:
        return text[: start + 1] + text[_skip(text, members[0].end) :]
    if at == 0:
        return text[: members[0].start] + text[members[1].start :]
    return text[: members[at - 1].end] + text[members[at].end :]


def _find(text: str, path: Sequence[Step]) -> int:
    at = _skip(text, 0)
    for step in path:
        members = _members(text, at)
        at = members[_index(members, step)].value
    return at


def _index(members: Sequence[_Member], name: Step) -> int:
    # Of members with one name the last counts, as it does for JSON's readers.
    return max(at for at, member in enumerate(members) if member.name == name)


def _members(text: str, start: int) -> list[_Member]:
    decoder = json.JSONDecoder()
    found: list[_Member] = []
    at = _skip(text, start + 1)
    while text[at] not in "]}":
        first, name = at, len(found)
        if text[start] == "{":
            name, at = decoder.raw_decode(text, at)
            at = _skip(text, _skip(text, at) + 1)
        value = at
        _, at = decoder.raw_decode(text, at)
        found.append(_Member(name=name, start=first, value=value, end=at))
        at = _skip(text, at)
        at = _skip(text, at + 1) if text[at] == "," else at
    return found


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at
