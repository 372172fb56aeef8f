"""Reads prompt history records: our own exactly, those of others as far as they can be read."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import PurePosixPath
from typing import NamedTuple

from sdd.records.fences import read_fence
from sdd.records.fields import Fields, read_fields
from sdd.records.plain_yaml import Node
from sdd.records.store import number_of
from sdd.text import FrontMatter, split_front_matter

_LINE = re.compile(r"\n(?: {0,3}(?P<fence>`{3,}|~{3,})|(?P<marks>#{1,3})[ \t]+(?P<title>[^\n]*))")
_LEAST_SECTION = 2
_NAMES = {
    "prompt": re.compile(r"(?:user |full |original )?prompt(?:[ _]text)?(?: \(.*\))?"),
    "response": re.compile(r"(?:assistant |ai )?response(?:[ _](?:snapshot|text|summary))?"),
    "outcome": re.compile(r"outcomes?(?:[ _](?:impact|summary))?"),
    "evaluation": re.compile(
        r"evaluation(?: notes)?(?: \(flywheel\))?|failure modes(?: observed)?"
    ),
}
_OUR_NAMES = {
    "prompt": "prompt",
    "response snapshot": "response",
    "outcome": "outcome",
    "evaluation notes (flywheel)": "evaluation",
}
_FIELDS = {
    "prompt": ("prompt_text", "prompt"),
    "response": ("response_text", "response"),
    "outcome": ("outcome", "outcome_impact"),
    "evaluation": ("evaluation", "failure_modes"),
}
_OUTER_FENCE = re.compile(r"(?P<marks>`{3,}|~{3,})[^\n`]*\n(?P<text>.*)\n(?P=marks)", re.DOTALL)
_BLANK_LINES = re.compile(r"(?:[ \t\r]*\n)*")
_FILE_NAME = re.compile(
    r"(?P<number>\d{1,5})-(?P<slug>[^/]+?)\.(?P<stage>[A-Za-z][\w-]*)\.prompt\.md"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of a record's body.

    Attributes:
        text: What stands below the heading; of a fenced prompt the inside, exactly.
        line: The line of the heading, counted from 1 in the file.
        fenced: Whether the text is the inside of one fence.
    """

    text: str
    line: int
    fenced: bool = False


@dataclass(frozen=True, kw_only=True)  # no slots: `sections` are read once, when asked for
class Phr:
    """A prompt history record as it was read; what a record lacks is None or empty.

    Attributes:
        path: Where it stands, relative to the project.
        number: The number in its file name, or else in its id.
        id: The id as written, without quotes.
        name_stage: The stage that its file name bears.
        slug: The part of the file name between number and stage.
        links: `spec`, `ticket`, `adr`, `pr` and whatever else is linked.
        fields: The front matter as read.
        fields_line: The line on which the front matter's YAML begins.
        has_front_matter: Whether there is one that is closed.
        text: All of the file.
        body: The text below the front matter.
        body_line: The line on which it begins.
        is_utf8: Whether the bytes were UTF-8.
    """

    path: PurePosixPath
    number: int | None
    id: str
    title: str
    stage: str
    date: str
    surface: str
    model: str
    feature: str
    branch: str
    user: str
    command: str
    labels: tuple[str, ...]
    links: Mapping[str, str]
    files: tuple[str, ...]
    tests: tuple[str, ...]
    name_stage: str | None = None
    slug: str | None = None
    fields: Fields
    fields_line: int
    has_front_matter: bool
    text: str
    body: str
    body_line: int
    is_utf8: bool = True

    @cached_property
    def sections(self) -> Mapping[str, Section]:
        """`prompt`, `response`, `outcome`, `evaluation`, as far as there are any."""
        return _sections(self.body, self.body_line, self.fields)

    @property
    def prompt(self) -> str | None:
        """The prompt, byte for byte where it stands in a fence of its own."""
        section = self.sections.get("prompt")
        return section.text if section else None

    @property
    def response(self) -> str | None:
        """The response."""
        section = self.sections.get("response")
        return section.text if section else None


def read_phr(data: bytes, path: PurePosixPath | str = "") -> Phr:
    """Read a record of any form; never fails, what cannot be read is missing in the value."""
    if isinstance(path, str):
        path = PurePosixPath(path)
    text, is_utf8 = decode_record(data)
    front = _split(text)
    fields = read_fields(front.yaml) if front.yaml is not None else Fields(values={})
    values = fields.values
    name = _FILE_NAME.fullmatch(path.name)
    texts = {key: _text(values.get(key)) for key in _TEXT_KEYS}
    if "date" not in values:
        texts["date"] = _text(values.get("date_iso"))
    return Phr(
        path=path,
        number=_number(path.name, texts["id"]),
        name_stage=name["stage"] if name else None,
        slug=name["slug"] if name else None,
        labels=_texts(values.get("labels")),
        links=_links(values.get("links")),
        files=_texts(values.get("files" if "files" in values else "files_yaml")),
        tests=_texts(values.get("tests" if "tests" in values else "tests_yaml")),
        fields=fields,
        fields_line=front.yaml_line,
        has_front_matter=front.yaml is not None,
        text=text,
        body=front.body,
        body_line=front.body_line,
        is_utf8=is_utf8,
        **texts,
    )


_TEXT_KEYS = (
    "id", "title", "stage", "date", "surface", "model", "feature", "branch", "user", "command",
)  # fmt: skip


def _split(text: str) -> FrontMatter:
    """Split off the front matter; the common form without looking at every line."""
    end = text.find("\n---\n", 3)
    if not text.startswith("---\n") or end < 0 or "\n--- " in text[:end] or "\r" in text[:end]:
        return split_front_matter(text)
    yaml = text[4:end]
    line = yaml.count("\n") + 4
    return FrontMatter(yaml=yaml, yaml_line=2, body=text[end + 5 :], body_line=line)


def decode_record(data: bytes) -> tuple[str, bool]:
    """Return a file's text and whether it was UTF-8; line ends stay, as a prompt has them."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        return data.decode("utf-8"), True
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace"), False


def _text(node: Node) -> str:
    return node if isinstance(node, str) else ""


def _texts(node: Node) -> tuple[str, ...]:
    match node:
        case list():
            return tuple(text for item in node if (text := _item_text(item)))
        case str() if "\n" in node:
            return tuple(text for line in node.split("\n") if (text := line.strip(" -\t\r")))
        case str():
            return (node,)
        case _:
            return ()


def _item_text(item: Node) -> str:
    if isinstance(item, dict):
        return _text(item.get("path") or item.get("name") or next(iter(item.values()), None))
    return _text(item)


def _links(node: Node) -> dict[str, str]:
    if not isinstance(node, dict):
        return {}
    return {
        key.lower(): text
        for key, value in node.items()
        if (text := ", ".join(_texts(value))) and text.lower() not in {"null", "none"}
    }


def _number(name: str, id_text: str) -> int | None:
    number = number_of(name)
    if number is not None:
        return number
    digits = re.search(r"\d{1,5}$", id_text)
    return int(digits.group()) if digits else None


def _sections(body: str, body_line: int, fields: Fields) -> dict[str, Section]:
    marked = _Marked(body, body_line)
    sections: dict[str, Section] = {}
    start, position = len(body), 0
    heading = marked.find("prompt", 0, len(body))
    if heading is not None:
        start = heading.start
        sections["prompt"], position = _read_section(marked, heading, "prompt")
    for name in ("response", "outcome", "evaluation"):
        # After the prompt, else before it: never inside, where anything may stand.
        heading = marked.find(name, position, len(body)) or marked.find(name, 0, start)
        if heading is not None:
            sections[name], end = _read_section(marked, heading, name)
            position = max(position, end)
    for name, keys in _FIELDS.items():
        if name in sections:
            continue
        if found := [key for key in keys if isinstance(fields.values.get(key), str)]:
            text = _text(fields.values[found[0]]).rstrip("\n")
            sections[name] = Section(text=text, line=fields.lines.get(found[0], 1) + 1)
    return sections


def _read_section(marked: "_Marked", heading: "_Mark", name: str) -> tuple[Section, int]:
    body, line = marked.body, marked.line_of(heading)
    start = _skip_blank(body, heading.end)
    fenced = read_fence(body, start)
    if fenced is not None and _ends_section(marked, fenced.end, name):
        return Section(text=fenced.text, line=line, fenced=True), fenced.end
    end = _section_end(marked, heading.end, name)
    text = body[heading.end : end].strip("\r\n")
    if text.lstrip()[:1] in {"`", "~"} and (outer := _OUTER_FENCE.fullmatch(text.strip())):
        text = outer["text"]  # fences inside would have ended it too early
    return Section(text="" if text.isspace() else text, line=line), end


def _skip_blank(body: str, position: int) -> int:
    """Return the start of the first line with text at or after a heading's end."""
    match = _BLANK_LINES.match(body, position)
    return match.end() if match else position


def _ends_section(marked: "_Marked", position: int, name: str) -> bool:
    rest = _skip_blank(marked.body, position)
    mark = marked.at(rest)
    if mark is None:
        return not marked.body[rest:].strip()
    return not mark.fence and _starts_other(mark, name)


def _section_end(marked: "_Marked", position: int, name: str) -> int:
    for through_fences in (False, True):
        # Fences that do not match up would hide every heading after them.
        for mark in marked.headings(position, through_fences=through_fences):
            if _starts_other(mark, name):
                return mark.start
    return len(marked.body)


def _starts_other(mark: "_Mark", name: str) -> bool:
    if name == "prompt":
        return mark.kind in {"response", "outcome", "evaluation"}
    if mark.kind is None:
        return name != "response" and mark.level <= _LEAST_SECTION
    return mark.kind != name


class _Mark(NamedTuple):  # thousands of them: a dataclass takes twice as long to make
    """A line that is a heading or may open a fence, and which section a heading begins."""

    start: int
    end: int
    fence: str
    level: int
    kind: str | None


class _Marked:
    """A body and its headings and fences; each is looked for once, and only where one asks."""

    def __init__(self, body: str, body_line: int) -> None:
        self.body = body
        self._body_line = body_line
        # With a line end before it, its first line begins as all others do.
        self._lines = f"\n{body}"
        self._after: dict[int, _Mark | None] = {}

    def line_of(self, mark: _Mark) -> int:
        """Return the line of the file on which a mark stands."""
        return self.body.count("\n", 0, mark.start) + self._body_line

    def at(self, position: int) -> _Mark | None:
        """Return the mark on the line that begins there."""
        mark = self._next(position)
        return mark if mark is not None and mark.start == position else None

    def find(self, kind: str, position: int, end: int) -> _Mark | None:
        """Return the first heading of a section between two places, if need be in a fence."""
        for through_fences in (False, True):
            for mark in self.headings(position, through_fences=through_fences):
                if mark.start >= end:
                    break
                if mark.kind == kind:
                    return mark
        return None

    def headings(self, position: int, *, through_fences: bool) -> Iterator[_Mark]:
        """Yield the headings from a place on, without those in fenced blocks unless asked."""
        unclosed: dict[str, int] = {}  # the shortest fence of each mark that nothing closes
        while (mark := self._next(position)) is not None:
            position = mark.end
            if not mark.fence:
                yield mark
                continue
            if through_fences or len(mark.fence) >= unclosed.get(mark.fence[0], len(self.body)):
                continue
            if block := read_fence(self.body, mark.start):
                position = block.end
            else:
                unclosed[mark.fence[0]] = len(mark.fence)

    def _next(self, position: int) -> _Mark | None:
        """Return the first mark whose line begins at a place or after it."""
        if position not in self._after:
            match = _LINE.search(self._lines, position)
            self._after[position] = None if match is None else _mark(match)
        return self._after[position]


def _mark(match: re.Match[str]) -> _Mark:
    start, end = match.span()
    fence, marks, title = match.groups()
    if fence:
        return _Mark(start, end - 1, fence, 0, None)
    level = len(marks)
    return _Mark(start, end - 1, "", level, _kind(title) if level <= _LEAST_SECTION else None)


@lru_cache(maxsize=256)
def _kind(title: str) -> str | None:
    title = title.strip(" \t\r:*").lower()
    if title in _OUR_NAMES:
        return _OUR_NAMES[title]
    return next((name for name, form in _NAMES.items() if form.fullmatch(title)), None)
