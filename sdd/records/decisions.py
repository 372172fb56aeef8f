"""Finds decisions in prose: what was decided, why, and what else was weighed."""

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, replace

from sdd.names import words
from sdd.text import SourceText, Span
from sdd.text.markdown import Heading, Item, Paragraph, Table, parse_blocks

_LABELS = {
    "decision": (
        r"(?:key |final |our )?decisions?(?: made)?"
        r"|(?:chosen|selected)(?: approach| option| solution)?"
    ),
    "rationale": r"rationale|reason(?:s|ing)?|justification|why(?: chosen| this)?",
    "alternatives": (
        r"(?:other )?(?:alternatives?|options?)"
        r"(?: (?:considered|evaluated|rejected|explored|weighed|analy[sz]ed))*"
    ),
    "question": r"(?:research )?(?:question|unknown|problem|issue)",
    "other": r"(?:trade-?offs?|pros|cons|benefits|implementation.*|best practices|notes?|impact"
    r"|consequences|references|examples?|patterns?|context|status|mitigation|risks?)",
}
_LABEL = re.compile(
    r"^(?:\*\*|__)?(?:\d+(?:\.\d+)*\.?\s+)?(?P<label>"
    + "|".join(f"(?P<{name}>{form})" for name, form in _LABELS.items())
    + r")(?:\s+#?[A-Z]*-?\d+)?\s*(?:\([^)]*\))?"
    r"\s*(?:(?:\*\*|__)\s*[:\u2013\u2014-]?|:(?:\*\*|__)?)\s*(?P<rest>.*)$",
    re.IGNORECASE | re.DOTALL,
)
_NUMBERING = re.compile(r"^(?:(?:[A-Z]{1,4}-)?[A-Z]{0,3}\d+(?:\.\d+)*[.):]?|\(?[a-z]\))\s+")
_NONE = re.compile(
    r"(?i)(?:none|n/?a|no (?:other )?alternatives|not applicable)\b(?! at all).{0,20}"
)
_MARKUP = re.compile(r"\*\*|__|`|\[([^\]]*)\]\([^)]*\)")
_CHOSEN_MARK = re.compile(r"(?i)\(?(?:\bchosen\b|\bselected\b|\brecommended\b|✅|✓)\)?")
_LONGEST_LIST_WORD = 60
_SAME = 0.7
_LONGEST_CHOICE = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A decision as a document states it.

    Attributes:
        topic: What it is about, in the words of its heading.
        choice: What was chosen; the topic's words where nothing else is said.
        rationale: Why, as far as it is written.
        alternatives: The other options that are named.
        span: Where it begins.
    """

    topic: str
    choice: str
    rationale: str = ""
    alternatives: tuple[str, ...] = ()
    span: Span

    @property
    def headline(self) -> str:
        """Topic and choice in one line that is not too long."""
        if self.choice in self.topic:
            return self.topic
        return f"{self.topic}: {textwrap.shorten(self.choice, _LONGEST_CHOICE, placeholder='…')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    text: str
    span: Span
    level: int = 0
    depth: int = -1

    @property
    def is_item(self) -> bool:
        """Whether the line begins an item of a list or a row of a table."""
        return self.depth >= 0


def find_decisions(source: SourceText) -> tuple[Decision, ...]:
    """Return the decisions that a document states under labels, headings or in tables."""
    reader = _Reader()
    for line in _lines(source):
        reader.take(line)
    found = [*reader.finish(), *_from_tables(source)]
    return tuple(sorted(found, key=lambda decision: decision.span))


def plain(text: str) -> str:
    """Return Markdown of one line without its marks."""
    return _MARKUP.sub(lambda match: match[1] or "", text).strip(" \t:;.-\u2013\u2014")


def _lines(source: SourceText) -> Iterator[_Line]:
    for block in parse_blocks(source):
        match block:
            case Heading():
                yield _Line(text=block.text, span=block.span, level=block.level)
            case Paragraph():
                for text in block.text.split("\n"):
                    yield _Line(text=text.strip(), span=block.span)
            case Item():
                for number, text in enumerate(block.text.split("\n")):
                    yield _Line(
                        text=text.strip(), span=block.span, depth=block.depth if number == 0 else -2
                    )
            case Table() if _column(block, "decision") is None:
                for row in block.rows:
                    yield _Line(text=row.cells[0], span=row.span, depth=0)
            case _:
                pass


class _Reader:
    """Follows labels and headings through a document."""

    def __init__(self) -> None:
        self._done: list[Decision] = []
        self._current: Decision | None = None
        self._level = 0
        self._headings: list[tuple[int, str]] = []
        self._section = ""
        self._depth = -1

    def finish(self) -> list[Decision]:
        self._close()
        return self._done

    def take(self, line: _Line) -> None:
        match = _LABEL.match(line.text if not line.level else f"{line.text.rstrip(':')}:")
        if line.level:
            self._heading(line, match)
        elif match and not self._is_remark(line, match):
            self._label(_name(match), match["rest"], line)
            self._depth = max(line.depth, -1)
        else:
            self._text(line)

    def _is_remark(self, line: _Line, match: re.Match[str]) -> bool:
        """Tell whether a label belongs to one of the options, as `- Pros:` below it does."""
        return self._section == "alternatives" and line.depth > self._depth and bool(match["other"])

    def _heading(self, line: _Line, match: re.Match[str] | None) -> None:
        while self._headings and self._headings[-1][0] >= line.level:
            self._headings.pop()
        if match is None:
            if line.level <= self._level or self._current is None:
                self._close()
            self._headings.append((line.level, _topic(line.text)))
            self._section = ""
            return
        rest = match["rest"].rstrip(":")
        if match["alternatives"] and (options := _versus(rest)):
            self._close()
            self._current = Decision(topic=plain(rest), choice="", span=line.span)
            self._level = line.level
            self._add_alternatives(options)
            return
        if _name(match) == "decision" and self._current and line.level <= self._level:
            self._close()
        if not rest and not match["decision"] and self._current is None:
            self._section = _name(match)
            return
        self._label(_name(match), rest, line)
        self._depth = -1

    def _label(self, name: str, rest: str, line: _Line) -> None:
        if name == "decision":
            self._decide(plain(rest), line)
        self._section = name
        if name == "decision":
            return
        if self._current is None:
            return
        if name == "rationale":
            self._current = replace(self._current, rationale=rest)
        elif name == "alternatives" and rest:
            self._add_alternatives(_split_list(rest))

    def _decide(self, text: str, line: _Line) -> None:
        current = self._current
        waits = current is not None and (not current.choice or current.choice == current.topic)
        if current is not None and waits and (line.level == 0 or line.level > self._level):
            if text:
                self._current = replace(current, choice=text)
            return
        self._close()
        heading = self._headings[-1][1] if self._headings else ""
        topic = text if line.level and text else heading or text
        self._current = Decision(topic=topic, choice=text, span=line.span)
        self._level = line.level or (self._headings[-1][0] if self._headings else 0)

    def _text(self, line: _Line) -> None:
        current = self._current
        if current is None or not line.text:
            return
        if self._section == "decision" and not current.choice:
            self._current = replace(current, choice=plain(line.text))
        elif self._section == "rationale":
            gap = "; " if line.is_item and current.rationale else " "
            rationale = f"{current.rationale}{gap}{line.text}".strip()
            self._current = replace(current, rationale=rationale)
        elif self._section == "alternatives":
            self._option_line(current, line)

    def _option_line(self, current: Decision, line: _Line) -> None:
        if line.depth == self._depth + 1:
            self._add_alternatives([line.text])
        elif (line.is_item and line.depth <= self._depth) or (
            line.depth == -1 and current.alternatives
        ):
            self._section = ""  # prose after the options, or the next point of the outer list

    def _add_alternatives(self, texts: list[str]) -> None:
        if self._current is None:
            return
        names = [
            name for text in texts if (name := option_name(text)) and not _NONE.fullmatch(name)
        ]
        known = self._current.alternatives
        self._current = replace(self._current, alternatives=tuple(dict.fromkeys((*known, *names))))

    def _close(self) -> None:
        if self._current is not None and self._current.topic:
            choice = self._current.choice or self._current.topic
            others = tuple(
                name for name in self._current.alternatives if not _is_same(name, choice)
            )
            self._done.append(replace(self._current, choice=choice, alternatives=others))
        self._current = None
        self._section = ""
        self._level = 0


def _versus(text: str) -> list[str]:
    parts = re.split(r"\s+vs\.?\s+|\s+versus\s+", plain(text))
    return parts if len(parts) > 1 else []


def _is_same(option: str, choice: str) -> bool:
    """Tell whether an option is the chosen one, in about the same words."""
    parts, chosen = set(words(option)), set(words(choice))
    return bool(parts) and len(parts & chosen) > len(parts) * _SAME


def _topic(text: str) -> str:
    """Return a heading without its number and without words that say what kind it is."""
    return re.sub(
        r"(?i)^(?:(?:architect\w+|technical|design|key) )?decisions?(?: \d+)?\s*[:\u2013-]\s*",
        "",
        plain(_NUMBERING.sub("", text)),
    )


def _name(match: re.Match[str]) -> str:
    return next(name for name in _LABELS if match[name] is not None)


def _split_list(text: str) -> list[str]:
    """Split `Flask, Django, or aiohttp`; a sentence stays one option."""
    parts = [part for part in re.split(r",\s+(?:or |and )?|;\s+|\s+or\s+", text) if part.strip()]
    if all(len(part) <= _LONGEST_LIST_WORD for part in parts):
        return parts
    return [text]


def option_name(text: str) -> str:
    """Return the name of an option without what is said about it."""
    text = _NUMBERING.sub("", text)
    if _CHOSEN_MARK.search(text.partition(":")[0]):
        return ""
    bold = re.match(r"\*\*(.+?)\*\*", text)
    name = bold[1] if bold else re.split(r":\s|\s[-\u2013\u2014]\s|\s\(|\.\s|\bbut\b", text)[0]
    return plain(name)


def _column(table: Table, word: str) -> int | None:
    return next((at for at, name in enumerate(table.header) if word in name.lower()), None)


def _from_tables(source: SourceText) -> Iterator[Decision]:
    heading = ""
    for block in parse_blocks(source):
        if isinstance(block, Heading):
            heading = plain(_NUMBERING.sub("", block.text))
        if not isinstance(block, Table):
            continue
        decision, options = _column(block, "decision"), _column(block, "alternative")
        if decision is None or options is None:
            continue
        reason = _column(block, "rational") or _column(block, "reason")
        for row in block.rows:
            text = plain(row.cells[decision])
            alternatives = [option_name(part) for part in _split_list(row.cells[options])]
            yield Decision(
                topic=text or heading,
                choice=text or heading,
                rationale=row.cells[reason] if reason is not None else "",
                alternatives=tuple(
                    name for name in alternatives if name and not _NONE.fullmatch(name)
                ),
                span=row.span,
            )
