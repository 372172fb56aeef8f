"""Reads prompt history records: our own exactly, those of others as far as they can be read."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

from sdd.records.fences import read_fence
from sdd.records.fields import Fields, Node, read_fields
from sdd.records.store import number_of
from sdd.text import FrontMatter, split_front_matter

_LINE = re.compile(
    r"^(?:(?P<fence> {0,3}(?:`{3,}|~{3,}))|(?P<marks>#{1,3})[ \t]+(?P<title>[^\n]*))", re.MULTILINE
)
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
_OLD_KEYS = {"date": "date_iso", "files": "files_yaml", "tests": "tests_yaml"}


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
    text, is_utf8 = _decode(data)
    front = _split(text)
    fields = read_fields(front.yaml) if front.yaml is not None else Fields(values={})
    values = fields.values
    name = _FILE_NAME.fullmatch(path.name)
    texts = {key: _text(_get(values, key)) for key in _TEXT_KEYS}
    return Phr(
        path=path,
        number=_number(path.name, texts["id"]),
        name_stage=name["stage"] if name else None,
        slug=name["slug"] if name else None,
        labels=_texts(_get(values, "labels")),
        links=_links(values.get("links")),
        files=_texts(_get(values, "files")),
        tests=_texts(_get(values, "tests")),
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


def _decode(data: bytes) -> tuple[str, bool]:
    """Decode without touching line ends: a prompt's own must come back."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        return data.decode("utf-8"), True
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace"), False


def _get(values: Mapping[str, Node], key: str) -> Node:
    if key in values:
        return values[key]
    return values.get(_OLD_KEYS.get(key, key))


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
    sections: dict[str, Section] = {}
    start, position = len(body), 0
    heading = _find(body, "prompt", 0, len(body))
    if heading is not None:
        start = heading.start()
        sections["prompt"], position = _read_section(body, heading, "prompt")
    for name in ("response", "outcome", "evaluation"):
        # After the prompt, else before it: never inside, where anything may stand.
        heading = _find(body, name, position, len(body)) or _find(body, name, 0, start)
        if heading is not None:
            sections[name], end = _read_section(body, heading, name)
            position = max(position, end)
    shifted = _shift(sections, body, body_line)
    for name, keys in _FIELDS.items():
        found = [key for key in keys if isinstance(fields.values.get(key), str)]
        if name not in shifted and found:
            text = _text(fields.values[found[0]]).rstrip("\n")
            shifted[name] = Section(text=text, line=fields.lines.get(found[0], 1) + 1)
    return shifted


def _shift(sections: dict[str, Section], body: str, body_line: int) -> dict[str, Section]:
    """Turn offsets of headings, kept in `line` so far, into lines of the file."""
    return {
        name: Section(
            text=section.text,
            line=body.count("\n", 0, section.line) + body_line,
            fenced=section.fenced,
        )
        for name, section in sections.items()
    }


def _read_section(body: str, heading: re.Match[str], name: str) -> tuple[Section, int]:
    start = _skip_blank(body, heading.end())
    fenced = read_fence(body, start)
    if fenced is not None and _ends_section(body, fenced.end, name):
        return Section(text=fenced.text, line=heading.start(), fenced=True), fenced.end
    end = _section_end(body, heading.end(), name)
    text = body[heading.end() : end].strip("\r\n")
    if outer := _OUTER_FENCE.fullmatch(text.strip()):  # with fences inside that end it too early
        text = outer["text"]
    return Section(text="" if text.isspace() else text, line=heading.start()), end


def _skip_blank(body: str, position: int) -> int:
    """Return the start of the first line with text at or after a heading's end."""
    match = _BLANK_LINES.match(body, position)
    return match.end() if match else position


def _ends_section(body: str, position: int, name: str) -> bool:
    rest = _skip_blank(body, position)
    if not body[rest:].strip():
        return True
    match = _LINE.match(body, rest)
    return match is not None and bool(match["marks"]) and _starts_other(match, name)


def _section_end(body: str, position: int, name: str) -> int:
    found = _first_other(body, position, name, through_fences=False)
    if found is None:
        # Fences that do not match up would hide every heading after them.
        found = _first_other(body, position, name, through_fences=True)
    return found.start() if found else len(body)


def _first_other(
    body: str, position: int, name: str, *, through_fences: bool
) -> re.Match[str] | None:
    for match in _headings(body, position, through_fences=through_fences):
        if _starts_other(match, name):
            return match
    return None


def _starts_other(match: re.Match[str], name: str) -> bool:
    kind = _kind(match)
    if name == "prompt":
        return kind in {"response", "outcome", "evaluation"}
    return kind not in {None, name} or (kind is None and name != "response" and _is_top(match))


def _is_top(match: re.Match[str]) -> bool:
    return len(match["marks"]) <= 2  # noqa: PLR2004 - sections are of level two


def _find(body: str, name: str, position: int, end: int) -> re.Match[str] | None:
    for through_fences in (False, True):
        for match in _headings(body, position, through_fences=through_fences):
            if match.start() >= end:
                break
            if _kind(match) == name:
                return match
    return None


def _headings(body: str, position: int, *, through_fences: bool) -> Iterator[re.Match[str]]:
    unclosed: dict[str, int] = {}  # the shortest fence of each mark that nothing closes
    while match := _LINE.search(body, position):
        position = match.end()
        if match["marks"]:
            yield match
            continue
        marks = match["fence"].strip()
        if through_fences or len(marks) >= unclosed.get(marks[0], len(body)):
            continue
        if block := read_fence(body, match.start()):
            position = block.end
        else:
            unclosed[marks[0]] = len(marks)


def _kind(match: re.Match[str]) -> str | None:
    if not _is_top(match):
        return None
    title = match["title"].strip(" \t\r:*").lower()
    if title in _OUR_NAMES:
        return _OUR_NAMES[title]
    return next((name for name, form in _NAMES.items() if form.fullmatch(title)), None)
