"""Markdown as a flat list of blocks with spans, read by CommonMark's rules."""

from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

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


def parse_blocks(source: SourceText) -> tuple[Block, ...]:
    """Parse Markdown into blocks in document order; linear in the length of the text."""
    parser = MarkdownIt("commonmark", {"maxNesting": 20}).enable("table")
    parser.core.ruler.enableOnly(["normalize", "block"])  # inline source is kept as written
    tokens = parser.parse(source.text)
    return tuple(_blocks(tokens, source))


def _span(token: Token, source: SourceText) -> Span:
    first, last = token.map or (0, 1)
    return Span(path=source.path, line=first + 1, end_line=max(last, first + 1))


def _blocks(  # noqa: C901, PLR0912 - one case for each kind of token
    tokens: list[Token], source: SourceText
) -> Iterator[Block]:
    depth = -1
    ordered: list[bool] = []
    quotes = 0
    pending: Token | None = None  # an item whose first paragraph is still to come
    index = 0
    while index < len(tokens):
        token = tokens[index]
        match token.type:
            case "heading_open":
                text = tokens[index + 1].content
                yield Heading(level=int(token.tag[1]), text=text, span=_span(token, source))
                index += 2
            case "bullet_list_open" | "ordered_list_open":
                depth += 1
                ordered.append(token.type == "ordered_list_open")
            case "bullet_list_close" | "ordered_list_close":
                depth -= 1
                ordered.pop()
            case "list_item_open":
                pending = token
            case "list_item_close":
                pending = None
            case "blockquote_open":
                quotes += 1
            case "blockquote_close":
                quotes -= 1
            case "paragraph_open":
                text = tokens[index + 1].content
                if pending is not None:
                    yield Item(
                        text=text, depth=depth, ordered=ordered[-1], span=_span(token, source)
                    )
                    pending = None
                else:
                    yield Paragraph(text=text, span=_span(token, source), quoted=quotes > 0)
                index += 2
            case "fence" | "code_block":
                words = token.info.split()
                yield Fence(
                    language=words[0].lower() if words else "",
                    text=token.content,
                    span=_span(token, source),
                    depth=depth + 1,
                )
            case "table_open":
                table, index = _table(tokens, index, source)
                yield table
            case "html_block":
                yield Html(text=token.content, span=_span(token, source))
            case _:
                pass
        index += 1


def _table(tokens: list[Token], start: int, source: SourceText) -> tuple[Table, int]:
    header: tuple[str, ...] = ()
    rows: list[Row] = []
    cells: list[str] = []
    row_token = tokens[start]
    index = start
    while tokens[index].type != "table_close":
        token = tokens[index]
        match token.type:
            case "tr_open":
                cells, row_token = [], token
            case "inline":
                cells.append(token.content.strip())
            case "tr_close" if not header:
                header = tuple(cells)
            case "tr_close":
                rows.append(Row(cells=tuple(cells), span=_span(row_token, source)))
            case _:
                pass
        index += 1
    return Table(header=header, rows=tuple(rows), span=_span(tokens[start], source)), index
