"""Markdown as a flat list of blocks with spans, read by CommonMark's rules."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import TypedDict

import pyromark

from sdd.text.source import SourceText
from sdd.text.span import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading of level 1 to 6; `text` is its Markdown source without the marks."""

    level: int
    text: str
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """Lines of running text, as written."""

    text: str
    span: Span
    quoted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One list item: the text of its own first paragraph, and its depth from 0.

    `ordered` tells `1.` from `-`; nested items follow as items of a greater depth.
    """

    text: str
    depth: int
    ordered: bool
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Fence:
    """A code block; `language` is the first word after the fence, lower-case."""

    language: str
    text: str
    span: Span
    depth: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a table, cells stripped."""

    cells: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table: its header and its rows, cells as Markdown source."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Html:
    """A block of raw HTML, comments included."""

    text: str
    span: Span


Block = Heading | Paragraph | Item | Fence | Table | Html


_BACKSLASH = ord("\\")
_CONTINUED = re.compile(r"\n[ \t>]*")  # in code that goes on in the next line of a list or quote
_INLINE = frozenset({"Emphasis", "Strong", "Link", "Image"})


class _Range(TypedDict):
    start: int
    end: int


def parse_blocks(source: SourceText, *, after: int = 0) -> tuple[Block, ...]:
    """Parse Markdown into blocks in document order; linear in the length of the text.

    Args:
        source: The text.
        after: How many lines of the file stand before it, when it is a part.
    """
    return tuple(_Builder(source, after).blocks())


class _Lines:
    """The text behind byte offsets, and the lines that they stand in."""

    def __init__(self, source: SourceText, after: int) -> None:
        self.path = source.path
        self._after = after
        self._data = source.text.encode("utf-8", "replace")
        ends = accumulate(len(line) + 1 for line in self._data.split(b"\n"))
        self._starts = [0, *ends]

    def text(self, start: int, end: int) -> str:
        return self._data[start:end].decode("utf-8", "replace")

    def written(self, lines: list[tuple[int, int]]) -> str:
        """Return lines of inline source; an escape that they begin with is theirs."""
        whole: list[str] = []
        for start, end in lines:
            escaped = start > 0 and self._data[start - 1] == _BACKSLASH
            text = self.text(start - escaped, end)
            whole.append(_CONTINUED.sub("\n", text) if "\n" in text else text)
        return "\n".join(whole).strip()

    def span(self, start: int, end: int) -> Span:
        """Return the span of the lines that hold a range; a line end at its end is its own."""
        first = bisect_right(self._starts, start) + self._after
        last = bisect_right(self._starts, max(end - 1, start)) + self._after
        return Span(path=self.path, line=first, end_line=last)


class _Run:
    """Inline source as it is written, line for line, without what marks lists and quotes."""

    def __init__(self) -> None:
        self._lines: list[tuple[int, int]] = []
        self._start = self._end = -1

    def add(self, start: int, end: int) -> None:
        """Add an inline event; what it encloses adds nothing."""
        if self._start < 0:
            self._start = start
        self._end = max(self._end, end)

    def turn(self, at: int) -> None:
        """End the line where its break begins."""
        if self._start >= 0:
            self._lines.append((self._start, at))
        self._start = -1

    def lines(self) -> list[tuple[int, int]]:
        if self._start >= 0:
            self._lines.append((self._start, self._end))
            self._start = -1
        return self._lines


class _Builder:
    """Goes through the events of the parser and yields blocks as they close."""

    def __init__(self, source: SourceText, after: int) -> None:
        self._at = _Lines(source, after)
        self._events = pyromark.events_with_range(
            source.text, options=pyromark.Options.ENABLE_TABLES
        )
        self._ordered: list[bool] = []
        self._quotes = 0
        self._pending = False  # an item whose first paragraph is still to come
        self._run: _Run | None = None
        self._is_item = False

    def blocks(self) -> Iterator[Block]:
        for event, place in self._events:
            if isinstance(event, str):
                self._break(event, place)
            elif "Text" in event:  # by far the most of them
                self._inline(place)
            elif "Start" in event:
                yield from self._start(event["Start"], place)
            elif "End" in event:
                yield from self._end(event["End"], place)
            else:
                self._inline(place)
        yield from self._flush()

    def _break(self, event: str, place: _Range) -> None:
        if event in {"SoftBreak", "HardBreak"}:
            if self._run is not None:
                self._run.turn(place["start"])
        elif event != "Rule":
            self._inline(place)

    def _inline(self, place: _Range) -> None:
        if self._run is None:  # a tight item: its text follows without a paragraph
            self._run, self._is_item = _Run(), self._pending
            self._pending = False
        self._run.add(place["start"], place["end"])

    def _flush(self) -> Iterator[Block]:
        """Yield the paragraph or item whose text has come to its end."""
        run, self._run = self._run, None
        lines = run.lines() if run is not None else []
        if not lines:
            return
        text = self._at.written(lines)
        span = self._at.span(lines[0][0], lines[-1][1])
        if self._is_item and self._ordered:
            depth = len(self._ordered) - 1
            yield Item(text=text, depth=depth, ordered=self._ordered[-1], span=span)
        else:
            yield Paragraph(text=text, span=span, quoted=self._quotes > 0)

    def _start(self, tag: object, place: _Range) -> Iterator[Block]:
        name, value = next(iter(tag.items())) if isinstance(tag, dict) else (tag, None)
        if name in _INLINE:
            self._inline(place)
            return
        yield from self._flush()
        match name:
            case "Paragraph":
                self._run, self._is_item = _Run(), self._pending
                self._pending = False
            case "List":
                self._ordered.append(value is not None)
            case "Item":
                self._pending = True
            case "BlockQuote":
                self._quotes += 1
            case "Heading":
                yield self._heading(value, place)
            case "CodeBlock":
                yield self._fence(value, place)
            case "HtmlBlock":
                yield Html(text="".join(self._texts("HtmlBlock")), span=self._span(place))
            case "Table":
                yield self._table(place)
            case _:
                pass

    def _end(self, tag: object, place: _Range) -> Iterator[Block]:
        name = next(iter(tag)) if isinstance(tag, dict) else tag
        if name in _INLINE:
            self._inline(place)
            return
        yield from self._flush()
        match name:
            case "List":
                self._ordered.pop()
            case "Item":
                self._pending = False
            case "BlockQuote":
                self._quotes -= 1
            case _:
                pass

    def _span(self, place: _Range) -> Span:
        return self._at.span(place["start"], place["end"])

    def _heading(self, value: object, place: _Range) -> Heading:
        assert isinstance(value, dict)  # noqa: S101 - the parser's own form
        run = _Run()
        for event, inner in self._events:
            if isinstance(event, dict) and "End" in event and _is_end(event["End"], "Heading"):
                break
            if event == "SoftBreak" or event == "HardBreak":  # noqa: PLR1714 - may be a dict
                run.turn(inner["start"])
            else:
                run.add(inner["start"], inner["end"])
        text = self._at.written(run.lines())
        return Heading(level=int(value["level"][1]), text=text, span=self._span(place))

    def _texts(self, name: str) -> Iterator[str]:
        """Yield the text in a code or HTML block up to its end."""
        for event, _ in self._events:
            kind, value = next(iter(event.items())) if isinstance(event, dict) else (event, "")
            if kind == "End" and _is_end(value, name):
                return
            yield str(value)

    def _fence(self, value: object, place: _Range) -> Fence:
        words = str(value.get("Fenced", "")).split() if isinstance(value, dict) else []
        return Fence(
            language=words[0].lower() if words else "",
            text="".join(self._texts("CodeBlock")),
            span=self._span(place),
            depth=len(self._ordered),
        )

    def _table(self, place: _Range) -> Table:
        header: tuple[str, ...] = ()
        rows: list[Row] = []
        cells: list[str] = []
        for event, inner in self._events:
            if not isinstance(event, dict) or "End" not in event:
                continue
            match event["End"]:
                case "TableCell":
                    text = self._at.text(inner["start"], inner["end"])
                    cells.append(text.replace("\\|", "|").strip())
                case "TableHead":
                    header, cells = tuple(cells), []
                case "TableRow":
                    rows.append(Row(cells=tuple(cells), span=self._span(inner)))
                    cells = []
                case "Table":
                    break
                case _:
                    pass
        return Table(header=header, rows=tuple(rows), span=self._span(place))


def _is_end(tag: object, name: str) -> bool:
    return tag == name or (isinstance(tag, dict) and name in tag)
