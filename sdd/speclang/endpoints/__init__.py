"""Endpoints in a document: sightings in any form, each with the blocks that speak of it."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from sdd.diagnostics import Diagnostic, Severity
from sdd.speclang.endpoints.describe import describe
from sdd.speclang.endpoints.forms import FORMS
from sdd.speclang.endpoints.parts import kind_of
from sdd.speclang.endpoints.statement import ErrorExample, Sighting, Statement
from sdd.speclang.endpoints.surroundings import is_later, may_state
from sdd.speclang.findings import Findings
from sdd.speclang.inline import label_of
from sdd.speclang.outline import Document
from sdd.speclang.routes import is_example, is_example_of, shape_of
from sdd.text import SourceText, Span
from sdd.text.markdown import Block, Fence, Item, Paragraph, parse_blocks

__all__ = [
    "WITH_TEXT",
    "ErrorExample",
    "Sighting",
    "Statement",
    "read_statements",
    "without_examples",
]

WITH_TEXT = frozenset({"heading", "path heading", "label", "line"})


def read_statements(document: Document, findings: Findings) -> list[Statement]:
    """Read every endpoint that a document states, mentions in running text included.

    A weak statement says only that the text names the route; whether it counts is decided where
    all documents are known.
    """
    sightings = _sightings(document)
    owners = _Owners(document, sightings)
    listings = _Listings(document, sightings)
    statements: list[Statement] = []
    for number, found in enumerate(sightings):
        sighting = found
        if not owners.owns(sighting) and owners.holds(sighting):
            sighting = replace(sighting, strong=False)
        if is_later(document, sighting.block):
            findings.note(
                "postponed-endpoint",
                sighting.span,
                f"{sighting.method} {sighting.path} stands under a heading that puts it off, "
                "so it is left out.",
            )
            continue
        if sighting.odd and sighting.strong:
            findings.add(_look_alike(sighting))
        region = _region(document, sightings, number, owners, listings) if sighting.strong else ()
        statements.append(describe(replace(sighting, region=region), document, findings))
    return statements


def _look_alike(sighting: Sighting) -> Diagnostic:
    names = ", ".join(f"{mark} (U+{ord(mark):04X})" for mark in sighting.odd)
    return Diagnostic(
        rule="look-alike-character",
        severity=Severity.WARNING,
        message=f"The path {sighting.path} holds characters outside of ASCII: {names}.",
        span=sighting.span,
        hint="Write the path in ASCII letters; it is taken as it stands.",
        subject=f"{sighting.method} {sighting.path}",
    )


def _sightings(document: Document) -> list[Sighting]:
    found: list[Sighting] = []
    for index, block in enumerate(document.blocks):
        if not may_state(block):
            continue
        here: dict[tuple[str, str], set[Span]] = {}
        for form in FORMS:
            for sighting in form.find(document, index):
                same = here.setdefault((sighting.method, sighting.path), set())
                loose = sighting.form in {"sentence", "mention"}
                if sighting.span not in same and not (loose and same):
                    same.add(sighting.span)
                    found.append(sighting)
    return found


class _Owners:
    """The stretches of blocks that endpoints with a text of their own own, in order."""

    def __init__(self, document: Document, sightings: list[Sighting]) -> None:
        owners = _distinct(
            document, [item for item in sightings if item.form in WITH_TEXT and item.strong]
        )
        self._starts = [item.block for item in owners]
        self._ends: list[int] = []
        self._end_of: dict[int, int] = {}
        following: Sighting | None = None
        for number in range(len(owners) - 1, -1, -1):
            owner = owners[number]
            if number + 1 < len(owners) and owners[number + 1].block > owner.block:
                following = owners[number + 1]
            end = document.section_at(owner.block).end
            if following is not None:
                end = min(end, _start_of(document, following, owner))
            self._ends.append(end)
            self._end_of[id(owner)] = end
        self._ends.reverse()

    def owns(self, sighting: Sighting) -> bool:
        """Whether a sighting has a text of its own."""
        return id(sighting) in self._end_of

    def holds(self, sighting: Sighting) -> bool:
        """Whether a sighting stands in the text of another endpoint."""
        at = bisect_right(self._starts, sighting.block) - 1
        return at >= 0 and sighting.block < self._ends[at]

    def end_of(self, sighting: Sighting) -> int:
        """Return where an owner's text ends."""
        return self._end_of.get(id(sighting), sighting.block + 1)


def _distinct(document: Document, owners: list[Sighting]) -> list[Sighting]:
    """Leave out labels and lines that repeat the route of the heading they stand under."""
    kept: list[Sighting] = []
    heading: Sighting | None = None
    for owner in owners:
        if owner.form in {"heading", "path heading"}:
            heading = owner
        elif (
            heading is not None
            and (owner.method, shape_of(owner.path)) == (heading.method, shape_of(heading.path))
            and owner.block < document.section_at(heading.block).end
        ):
            continue
        kept.append(owner)
    return kept


def _start_of(document: Document, other: Sighting, before: Sighting) -> int:
    """Where the next endpoint's text begins: at its title's heading, if it has one of its own."""
    section = document.section_at(other.block)
    begins = section.start - 1
    return begins if begins > before.block else other.block


def _region(
    document: Document,
    sightings: list[Sighting],
    number: int,
    owners: _Owners,
    listings: "_Listings",
) -> tuple[Block, ...]:
    sighting = sightings[number]
    match sighting.form:
        case "table row":
            return ()
        case "bullet":
            return _bullet_text(document, sightings, number)
        case "fence":
            return _fence_region(document, sightings, number, listings)
        case _:
            following = _next_line(sightings, number)
            return _own_text(document, sighting, owners.end_of(sighting), following)


def _next_line(sightings: list[Sighting], number: int) -> int | None:
    """Return the line of the next route that begins a line of the same paragraph."""
    here = sightings[number]
    for other in sightings[number + 1 : number + 1 + _NEAR]:
        if other.block == here.block and other.form == "line" and other.span.line > here.span.line:
            return other.span.line
    return None


_NEAR = 4  # a route may be sighted in other forms before the next one is


def _own_text(
    document: Document, sighting: Sighting, end: int, following: int | None
) -> tuple[Block, ...]:
    """The blocks of an endpoint with a heading or line: from its title to the next one's."""
    start = sighting.block
    section = document.section_at(start)
    before: tuple[Block, ...] = ()
    if sighting.form in {"label", "line"} and start > section.start:
        before = document.blocks[max(section.start, start - 8) : start]
        if any(
            isinstance(block, Paragraph | Item) and _names_route(block.text) for block in before
        ):
            before = ()
    first = _rest_of(document.blocks[start], sighting, following)
    return (*before, *first, *document.blocks[start + 1 : end])


@lru_cache(maxsize=16)  # all routes of one paragraph ask this of the blocks before it
def _names_route(text: str) -> bool:
    return any(word in text for word in ("GET ", "POST ", "PUT ", "PATCH ", "DELETE "))


@lru_cache(maxsize=4)  # a paragraph may name thousands of routes, one in each line
def _lines_in(text: str) -> tuple[str, ...]:
    return tuple(text.split("\n"))


def _rest_of(block: Block, sighting: Sighting, following: int | None) -> tuple[Block, ...]:
    """The lines of a paragraph or item from the one that names the route to the next route."""
    if sighting.form == "label" and isinstance(block, Paragraph | Item):
        return (block,)
    if sighting.form == "line" and isinstance(block, Paragraph):
        lines = _lines_in(block.text)
        at = sighting.span.line - block.span.line
        rest = lines[at + 1 : None if following is None else following - block.span.line]
        if rest:
            span = Span(path=block.span.path, line=sighting.span.line + 1)
            return (Paragraph(text="\n".join(rest), span=span),)
    return ()


def _bullet_text(document: Document, sightings: list[Sighting], number: int) -> tuple[Block, ...]:
    """What a list item nests; with its section to itself, all that the section says of it.

    People also write a title, the route as the first item below it, and its properties as the
    items beside it.
    """
    sighting = sightings[number]
    nested = _nested(document, sighting.block)
    section = document.section_at(sighting.block)
    alone = not any(
        other.block != sighting.block and other.strong
        for other in _in_section(sightings, number, section.start, section.own_end)
    )
    if not alone:
        return nested
    after = sighting.block + 1 + sum(not isinstance(block, Paragraph) for block in nested)
    rest = document.blocks[after : section.own_end]
    if not any(_is_labelled(block) for block in rest):
        return nested
    before = document.blocks[section.start : sighting.block]
    return (*before, *nested, *rest)


def _in_section(sightings: list[Sighting], number: int, start: int, end: int) -> Iterator[Sighting]:
    """Yield the sightings around one that stand in a stretch of blocks."""
    for step in (-1, 1):
        at = number + step
        while 0 <= at < len(sightings) and start <= sightings[at].block < end:
            yield sightings[at]
            at += step


def _is_labelled(block: Block) -> bool:
    """Whether an item or a line begins with the name of a part: `**Response**: …`."""
    label = label_of(block.text) if isinstance(block, Item | Paragraph) else None
    return label is not None and kind_of(label.name, label.value) is not None


def _nested(document: Document, index: int) -> tuple[Block, ...]:
    """The items below an item, with the fences that stand in it."""
    item = document.blocks[index]
    if not isinstance(item, Item):
        return ()
    lines = item.text.split("\n")[1:]
    kept: list[Block] = []
    if lines:
        span = Span(path=item.span.path, line=item.span.line + 1)
        kept.append(Paragraph(text="\n".join(lines), span=span))
    for block in document.blocks[index + 1 :]:
        deeper = isinstance(block, Item | Fence) and block.depth > item.depth
        if not deeper:
            break
        kept.append(block)
    return tuple(kept)


class _Listings:
    """Fences as lines, and which of them name routes: cut up once for all the routes in them."""

    def __init__(self, document: Document, sightings: list[Sighting]) -> None:
        self._blocks = document.blocks
        self._lines: dict[int, list[str]] = {}
        self._routes: dict[int, list[int]] = {}
        for sighting in sightings:
            routes = self._routes.setdefault(sighting.block, [])
            if sighting.form == "fence" and sighting.span.line not in routes[-1:]:
                routes.append(sighting.span.line)

    def lines(self, block: int) -> list[str]:
        if block not in self._lines:
            fence = self._blocks[block]
            self._lines[block] = fence.text.split("\n") if isinstance(fence, Fence) else []
        return self._lines[block]

    def holds_several(self, block: int) -> bool:
        return len(self._routes[block]) > 1

    def text_after(self, sighting: Sighting) -> str:
        """Return the lines from a route to the next one in its fence."""
        lines, routes = self.lines(sighting.block), self._routes[sighting.block]
        offset = self._blocks[sighting.block].span.line
        at = bisect_right(routes, sighting.span.line)
        last = routes[at] - offset - 1 if at < len(routes) else len(lines)
        return "\n".join(lines[sighting.span.line - offset : last])


def _fence_region(
    document: Document, sightings: list[Sighting], number: int, listings: _Listings
) -> tuple[Block, ...]:
    sighting = sightings[number]
    if not isinstance(document.blocks[sighting.block], Fence):
        return ()
    inside = parse_blocks_at(listings.text_after(sighting), sighting.span)
    if listings.holds_several(sighting.block):
        return inside
    section = document.section_at(sighting.block)
    end = section.end
    for at in range(number + 1, len(sightings)):
        other = sightings[at]
        if other.block >= end:
            break
        if other.block > sighting.block and other.strong:
            end = min(end, _start_of(document, other, sighting))
            break
    return (*inside, *document.blocks[sighting.block + 1 : end])


def parse_blocks_at(text: str, span: Span) -> tuple[Block, ...]:
    """Parse the lines after a place in a fence as Markdown of their own, with spans in the file."""
    if not text.strip():
        return ()
    return parse_blocks(SourceText(path=span.path, text=text), after=span.line)


def without_examples(statements: list[Statement]) -> list[Statement]:
    """Leave out routes that only show another one's with concrete ids in it."""
    templates: dict[tuple[str, int], set[str]] = {}
    for statement in statements:
        path = statement.endpoint.path
        if not is_example(path):
            key = (statement.endpoint.method, path.count("/"))
            templates.setdefault(key, set()).add(path)
    return [statement for statement in statements if not _is_shown(statement, templates)]


def _is_shown(statement: Statement, templates: dict[tuple[str, int], set[str]]) -> bool:
    path = statement.endpoint.path
    if not is_example(path):
        return False
    known = templates.get((statement.endpoint.method, path.count("/")), set())
    return any(is_example_of(path, template) for template in known)
