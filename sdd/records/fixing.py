"""Repairs in prompt history records what is mechanical, and never a byte of what was said."""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from sdd.changes import Change, ChangeSet, digest
from sdd.ports import ReadableFiles
from sdd.records.checking import FIELDS, proper_name
from sdd.records.reading import Phr, read_phr
from sdd.records.scalars import quoted, scalar
from sdd.records.stages import NO_FEATURE, STAGES

_TOP = re.compile(r"(?P<key>[A-Za-z_][\w-]*)(?P<colon>:[ \t]*)(?P<value>.*?)(?P<end>[ \t\r]*)$")
_ABSOLUTE_ITEM = re.compile(
    r"(?P<start>[ ]*(?:-|[a-z]+:)[ ]+[\"']?)(?P<path>(?:/|[A-Za-z]:[\\/])[^\"']*?)"
    r"(?P<end>[\"']?[ \r]*)$"
)
_PLAIN_TROUBLE = re.compile(r": |^[@`%&*!|>{\[?#-]|:$| #")
_DEFAULTS = {
    "surface": "unknown",
    "model": "unknown",
    "branch": "unknown",
    "user": "unknown",
    "command": "unknown",
    "labels": "[]",
    "links": "\n  spec: null\n  ticket: null\n  adr: null\n  pr: null",
    "files": "[]",
    "tests": "[]",
}


def fix_phrs(phrs: Iterable[Phr], files: ReadableFiles, *, root: str | None = None) -> ChangeSet:
    """Plan the repairs that need no judgement; prompt and response stay byte for byte.

    Repaired are: ids that are no quoted number, fields under other names or missing, values
    that break the YAML, block text instead of lists, an invented stage where the file name has
    a real one, absolute paths below `root` or to files that the project has, and numbers used
    twice, which are given the next free one.

    Args:
        phrs: The records, all of a folder together.
        files: Where they stand.
        root: The project's absolute path, wherever the records were written.
    """
    phrs = tuple(phrs)
    numbers = _new_numbers(phrs)
    known = frozenset(str(path) for path in files.paths())
    changes: list[Change] = []
    for phr in phrs:
        old = files.read(phr.path)
        if old is not None:
            new = _fixed(phr, old, numbers.get(phr.path), root, known)
            changes += _changes(phr, old, new, numbers)
    return ChangeSet(changes=tuple(sorted(changes, key=lambda change: change.path)))


def _changes(
    phr: Phr, old: bytes, new: bytes, numbers: Mapping[PurePosixPath, int]
) -> list[Change]:
    number = numbers.get(phr.path)
    if number is None:
        if new == old:
            return []
        return [Change(path=phr.path, expected=digest(old), new=new, purpose="front matter")]
    name = re.sub(r"^\d+", f"{number:04d}", phr.path.name)
    purpose = f"number {phr.number} was used twice"
    return [
        Change(path=phr.path, expected=digest(old), new=None, purpose=purpose),
        Change(path=phr.path.with_name(name), expected=None, new=new, purpose=purpose),
    ]


def _new_numbers(phrs: tuple[Phr, ...]) -> dict[PurePosixPath, int]:
    """Give every record but the oldest of a number the next free one of its folder."""
    highest: dict[PurePosixPath, int] = {}
    for phr in phrs:
        folder = phr.path.parent
        highest[folder] = max(highest.get(folder, 0), phr.number or 0)
    seen: set[tuple[PurePosixPath, int]] = set()
    given: dict[PurePosixPath, int] = {}
    for phr in sorted(phrs, key=lambda phr: (phr.path.parent, phr.date, phr.path.name)):
        if phr.number is None or phr.name_stage is None:
            continue
        folder = phr.path.parent
        if (folder, phr.number) in seen:
            highest[folder] += 1
            given[phr.path] = highest[folder]
        seen.add((folder, phr.number))
    return given


def _fixed(
    phr: Phr, data: bytes, number: int | None, root: str | None, known: frozenset[str]
) -> bytes:
    if not phr.has_front_matter or not phr.is_utf8:
        return data
    head, lines, tail = _split(data.decode("utf-8"))
    lines = list(_relative_lines(lines, root, known))
    lines = [_fixed_line(line, phr, number) for line in lines]
    if phr.fields.broken:
        lines = [_quoted_line(line) for line in lines]
    lines += _missing_lines(phr, number)
    new = f"{head}{chr(10).join(lines)}\n{tail}".encode()
    if new == data:
        return data
    read = read_phr(new, phr.path)
    # A repair that would lose a word of the record, or leave it no YAML, is none.
    unharmed = (read.prompt, read.response) == (phr.prompt, phr.response)
    return new if unharmed and not read.fields.broken else data


def _split(text: str) -> tuple[str, list[str], str]:
    """Return the opening line, the lines of YAML, and all from the closing line on."""
    lines = text.split("\n")
    close = next(at for at, line in enumerate(lines[1:], 1) if line.rstrip() == "---")
    return f"{lines[0]}\n", lines[1:close], "\n".join(lines[close:])


def _fixed_line(line: str, phr: Phr, number: int | None) -> str:
    match = _TOP.match(line)
    if match is None:
        return line
    written, value = match["key"], match["value"]
    key = proper_name(written)
    if key == "id":
        value = _id(value, phr, number)
    elif key == "stage" and phr.stage not in STAGES and phr.name_stage in STAGES:
        value = phr.name_stage or value
    elif key in {"files", "tests", "labels"} and value in {"|", "|-", ">", ">-"}:
        return f"{key}:{match['end'].strip(' ')}"
    colon = match["colon"] if value else ":"
    return f"{key}{colon if colon.strip(':') or not value else ': '}{value}{match['end']}"


def _id(value: str, phr: Phr, number: int | None) -> str:
    if number is not None:
        return quoted(f"{number:04d}")
    bare = value.strip("\"'")
    if phr.name_stage is not None and phr.number is not None:
        return quoted(bare if bare.isdecimal() and int(bare) == phr.number else f"{phr.number:04d}")
    return quoted(bare) if bare.isdecimal() else value


def _relative_lines(lines: Iterable[str], root: str | None, known: frozenset[str]) -> Iterator[str]:
    """Make paths relative, but not in a prompt or response that is kept in the head."""
    quoting = False
    for line in lines:
        if match := _TOP.match(line):
            quoting = match["key"].lower().startswith(("prompt", "response"))
        yield line if quoting else _known_path(_below_root(line, root), known)


def _below_root(line: str, root: str | None) -> str:
    """Take a folder off the path in a line, whichever way its separators lean."""
    plain = (root or "").rstrip("/\\")
    for prefix in dict.fromkeys((plain, plain.replace("\\", "/"), plain.replace("/", "\\"))):
        at = line.find(prefix) if prefix else -1
        if at >= 0 and line[at + len(prefix) :][:1] in {"/", "\\"}:
            return line[:at] + line[at + len(prefix) + 1 :].replace("\\", "/")
    return line


def _known_path(line: str, known: frozenset[str]) -> str:
    """Write an absolute path from another machine as the file of this project that it ends in."""
    match = _ABSOLUTE_ITEM.match(line)
    if match is None:
        return line
    parts = [part for part in re.split(r"[\\/]+", match["path"]) if part]
    ends = ("/".join(parts[at:]) for at in range(len(parts)))
    found = next((end for end in ends if end in known), None)
    return line if found is None else f"{match['start']}{found}{match['end']}"


def _quoted_line(line: str) -> str:
    """Put quotes around a value that no YAML reader would take as plain text."""
    match = re.match(r"(\s*(?:-[ \t]+|[A-Za-z_][\w-]*:[ \t]+))(.*?)([ \t\r]*)$", line)
    if match is None or not match[2] or match[2][0] in "[{|>":
        return line
    value = match[2]
    closed = len(value) > 1 and value[0] in "\"'" and value.find(value[0], 1) == len(value) - 1
    troubled = _PLAIN_TROUBLE.search(value) or value[0] in "\"'"
    return line if closed or not troubled else f"{match[1]}{quoted(value)}{match[3]}"


def _missing_lines(phr: Phr, number: int | None) -> list[str]:
    """Return lines for fields that the record lacks and whose value is known or plainly unknown."""
    present = {proper_name(name) for name in phr.fields.names}
    known = dict(_DEFAULTS)
    if phr.name_stage is not None:
        file_number = number if number is not None else phr.number
        known["id"] = quoted(f"{file_number or 0:04d}")
        if phr.name_stage in STAGES:
            known["stage"] = phr.name_stage
    folder = phr.path.parent.name
    known["feature"] = NO_FEATURE if folder in STAGES or not folder else scalar(folder)
    lines: list[str] = []
    for key in FIELDS:
        if key not in present and key in known:
            value = known[key]
            lines += f"{key}:{value}".split("\n") if value.startswith("\n") else [f"{key}: {value}"]
    return lines
