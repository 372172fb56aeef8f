"""SQL cut into statements and table elements, before anything parses it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TABLE = re.compile(
    r"^\s*create\s+(?:or\s+replace\s+)?(?:temp(?:orary)?\s+)?table\s+(?:if\s+not\s+exists\s+)?"
    r"(?:[\"`]?\w+[\"`]?\.)?[\"`]?(?P<name>\w+)[\"`]?\s*\(",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"--[^\n]*")
_MOST_ELEMENTS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A statement with its place and the comment over it.

    Attributes:
        line: How many lines of the text precede it.
    """

    text: str
    line: int
    comment: str = ""

    @property
    def code(self) -> str:
        """The text without its comments, line for line."""
        return _COMMENT.sub("", self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """A column or constraint of a table; `line` counts from the statement's first line."""

    text: str
    line: int


def statements(text: str) -> Iterator[Statement]:
    """Split at semicolons outside of quotes, comments and dollar quotes."""
    start = index = 0
    line = 0
    start_line = 0
    comments: list[str] = []
    while index <= len(text):
        if index == len(text) or text[index] == ";":
            body = text[start:index]
            stripped = _COMMENT.sub("", body)
            lead = len(body) - len(body.lstrip())
            first = start_line + body[:lead].count("\n") + _comment_lines(body.lstrip())
            if stripped.strip():
                yield Statement(
                    text=re.sub(r"\A(?:\s*--[^\n]*\n)+", "", body).lstrip("\n"),
                    line=first,
                    comment="\n".join(comments),
                )
                comments = []
            index += 1
            start, start_line = index, line
            continue
        if text.startswith("--", index):
            end = text.find("\n", index)
            end = len(text) if end < 0 else end
            if not _COMMENT.sub("", text[start:index]).strip():
                comments.append(text[index + 2 : end].strip())
            index = end
            continue
        if text[index] == "'":
            end = text.find("'", index + 1)
            end = len(text) - 1 if end < 0 else end
            line += text.count("\n", index, end)
            index = end + 1
            continue
        if text.startswith("$$", index):
            end = text.find("$$", index + 2)
            end = len(text) - 2 if end < 0 else end
            line += text.count("\n", index, end)
            index = end + 2
            continue
        line += text[index] == "\n"
        index += 1


def _comment_lines(body: str) -> int:
    count = 0
    for row in body.split("\n"):
        if row.strip() and not row.strip().startswith("--"):
            break
        count += 1
    return count


def table_of(statement: str) -> str:
    """Return the table that a CREATE TABLE with a list of columns names, or nothing."""
    found = _TABLE.match(statement)
    return found["name"] if found else ""


def elements(statement: str) -> Iterator[Element]:
    """Split what stands in a table's parentheses at its commas; comments are left out."""
    found = _TABLE.match(statement)
    if found is None:
        return
    depth, line, count = 0, statement.count("\n", 0, found.end()), 0
    current: list[str] = []
    for token in re.finditer(r"--[^\n]*|'[^']*'|.|\n|\Z", statement[found.end() :]):
        text = token.group()
        if text.startswith("--"):
            continue
        closes = not text or (text == ")" and depth == 0)
        if not closes and (text != "," or depth):
            depth += (text == "(") - (text == ")")
            current.append(text)
            continue
        written = "".join(current)
        if written.strip():
            lead = written[: len(written) - len(written.lstrip())]
            yield Element(text=" ".join(written.split()), line=line + lead.count("\n"))
            count += 1
        line += written.count("\n")
        current = []
        if closes or count >= _MOST_ELEMENTS:
            return
