"""Endpoints in a document: sightings in any form, each with the blocks that speak of it."""

from dataclasses import replace

from sdd.speclang.endpoints.describe import describe
from sdd.speclang.endpoints.forms import FORMS, is_later
from sdd.speclang.endpoints.statement import ErrorExample, Sighting, Statement
from sdd.speclang.findings import Findings
from sdd.speclang.outline import Document
from sdd.speclang.routes import is_example, is_example_of, shape_of
from sdd.text import SourceText, Span
from sdd.text.markdown import Block, Fence, Item, Paragraph, parse_blocks

__all__ = ["ErrorExample", "Sighting", "Statement", "read_statements"]

_OWNERS = frozenset({"heading", "path heading", "label", "line"})


def read_statements(document: Document, findings: Findings) -> list[Statement]:
    """Read every endpoint that a document states, mentions in running text included.

    A weak statement says only that the text names the route; whether it counts is decided where
    all documents are known.
    """
    sightings = _sightings(document)
    owners = _owners(document, sightings)
    statements: list[Statement] = []
    for number, sighting in enumerate(sightings):
        if sighting.form not in _OWNERS and _owner_of(owners, sighting) is not None:
            sighting = replace(sighting, strong=False)  # noqa: PLW2901 - a mention inside of another's text
        if is_later(document, sighting.block):
            findings.note(
                "postponed-endpoint",
                sighting.span,
                f"{sighting.method} {sighting.path} stands under a heading that puts it off, "
                "so it is left out.",
            )
            continue
        region = _region(document, sightings, number, owners) if sighting.strong else ()
        statements.append(describe(replace(sighting, region=region), document, findings))
    return statements


def _sightings(document: Document) -> list[Sighting]:
    found: list[Sighting] = []
    for index in range(len(document.blocks)):
        here: list[Sighting] = []
        for form in FORMS:
            for sighting in form.find(document, index):
                known = any(
                    (other.method, other.path) == (sighting.method, sighting.path)
                    and (other.span == sighting.span or sighting.form in {"sentence", "mention"})
                    for other in here
                )
                if not known:
                    here.append(sighting)
        found.extend(here)
    return found


def _owners(document: Document, sightings: list[Sighting]) -> list[tuple[int, int, Sighting]]:
    """Return the stretch of blocks that each endpoint with a text of its own owns."""
    starts = [
        sighting for sighting in sightings if sighting.form in _OWNERS and sighting.strong
    ]
    stretches: list[tuple[int, int, Sighting]] = []
    for number, sighting in enumerate(starts):
        section = document.section_at(sighting.block)
        end = section.end
        for other in starts[number + 1 :]:
            if other.block > sighting.block:
                end = min(end, _start_of(document, other, sighting))
                break
        stretches.append((sighting.block, end, sighting))
    return stretches


def _start_of(document: Document, other: Sighting, before: Sighting) -> int:
    """Where the next endpoint's text begins: at its title's heading, if it has one of its own."""
    section = document.section_at(other.block)
    begins = section.start - 1
    return begins if begins > before.block else other.block


def _owner_of(owners: list[tuple[int, int, Sighting]], sighting: Sighting) -> Sighting | None:
    for start, end, owner in owners:
        if start <= sighting.block < end and owner is not sighting:
            return owner
        if start > sighting.block:
            break
    return None


def _region(
    document: Document,
    sightings: list[Sighting],
    number: int,
    owners: list[tuple[int, int, Sighting]],
) -> tuple[Block, ...]:
    sighting = sightings[number]
    match sighting.form:
        case "table row":
            return ()
        case "bullet":
            return _nested(document, sighting.block)
        case "fence":
            return _fence_region(document, sightings, number)
        case _:
            end = next((end for start, end, owner in owners if owner is sighting), sighting.block + 1)
            return _own_text(document, sighting, end)


def _own_text(document: Document, sighting: Sighting, end: int) -> tuple[Block, ...]:
    """The blocks of an endpoint with a heading or line: from its title to the next one's."""
    start = sighting.block
    section = document.section_at(start)
    before: tuple[Block, ...] = ()
    if sighting.form in {"label", "line"} and start > section.start:
        before = document.blocks[max(section.start, start - 8) : start]
        if any(other_block is not None for other_block in before if _names_route(document, other_block)):
            before = ()
    first = _rest_of(document.blocks[start], sighting)
    return (*before, *first, *document.blocks[start + 1 : end])


def _names_route(document: Document, block: Block) -> bool:
    del document
    return isinstance(block, Paragraph | Item) and any(
        word in block.text for word in ("GET ", "POST ", "PUT ", "PATCH ", "DELETE ")
    )


def _rest_of(block: Block, sighting: Sighting) -> tuple[Block, ...]:
    """The lines of a paragraph or item besides the one that names the route."""
    if sighting.form == "label" and isinstance(block, Paragraph | Item):
        return (block,)
    if sighting.form == "line" and isinstance(block, Paragraph):
        lines = block.text.split("\n")
        at = sighting.span.line - block.span.line
        rest = lines[at + 1 :]
        if rest:
            span = Span(path=block.span.path, line=sighting.span.line + 1)
            return (Paragraph(text="\n".join(rest), span=span),)
    return ()


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


def _fence_region(document: Document, sightings: list[Sighting], number: int) -> tuple[Block, ...]:
    sighting = sightings[number]
    fence = document.blocks[sighting.block]
    if not isinstance(fence, Fence):
        return ()
    here = [other for other in sightings if other.block == sighting.block and other.form == "fence"]
    later = [other.span.line for other in here if other.span.line > sighting.span.line]
    lines = fence.text.split("\n")
    first = sighting.span.line - fence.span.line
    last = (later[0] - fence.span.line - 1) if later else len(lines)
    inside = parse_blocks_at("\n".join(lines[first:last]), sighting.span)
    if len({other.span.line for other in here}) > 1:
        return inside
    section = document.section_at(sighting.block)
    end = section.end
    for other in sightings[number + 1 :]:
        if other.block > sighting.block and other.strong:
            other_section = document.section_at(other.block)
            begins = other_section.start - 1
            end = min(end, begins if begins > sighting.block else other.block)
            break
    return (*inside, *document.blocks[sighting.block + 1 : end])


def parse_blocks_at(text: str, span: Span) -> tuple[Block, ...]:
    """Parse the lines after a place in a fence as Markdown of their own, with spans in the file."""
    if not text.strip():
        return ()
    padded = "\n" * span.line + text
    return parse_blocks(SourceText(path=span.path, text=padded))


def is_example_among(statement: Statement, known: list[Statement]) -> bool:
    """Whether a statement only shows another one's route with concrete ids in it."""
    endpoint = statement.endpoint
    if not is_example(endpoint.path):
        return False
    return any(
        other.endpoint.method == endpoint.method
        and shape_of(other.endpoint.path) != shape_of(endpoint.path)
        and is_example_of(endpoint.path, other.endpoint.path)
        for other in known
    )
