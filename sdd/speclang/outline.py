"""A document as sections: which heading each block stands under, and which blocks follow it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sdd.speclang.inline import key, plain
from sdd.text import SourceText, Span
from sdd.text.markdown import Block, Heading, parse_blocks

_NUMBER = re.compile(r"^(?:\d+(?:\.\d+)*[.)]?|[A-Z]\.)\s+(?=\S)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading with what follows it.

    Attributes:
        index: Its place among the document's sections.
        title: The heading as a reader sees it, without its number.
        words: The title in the form that tables of known labels use.
        level: 1 to 6; 0 for what stands before the first heading.
        start: Index of the first block after the heading.
        own_end: Index after its last block before a sub-heading.
        end: Index after its last block, sub-sections included.
        parent: Index of the enclosing section, or None.
        above: Its own words and those of the headings over it, innermost first.
    """

    index: int = 0
    title: str
    words: str = ""
    level: int
    start: int
    own_end: int
    end: int
    parent: int | None
    heading: Heading | None = None
    above: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A parsed spec document: blocks in order, and sections in order of their headings.

    Attributes:
        places: For each block, the index of the innermost section that holds it.
    """

    path: str
    source: SourceText
    blocks: tuple[Block, ...]
    sections: tuple[Section, ...]
    places: tuple[int, ...]

    def section_index(self, block: int) -> int:
        """Return the index of the innermost section that holds a block."""
        return self.places[block] if block < len(self.places) else len(self.sections) - 1

    def section_at(self, block: int) -> Section:
        """Return the innermost section that holds a block."""
        return self.sections[self.section_index(block)]

    def ancestry(self, section: Section) -> Iterator[Section]:
        """Yield a section and those around it, innermost first."""
        current: Section | None = section
        while current is not None:
            yield current
            current = None if current.parent is None else self.sections[current.parent]

    def titles(self, block: int) -> list[str]:
        """Return the headings over a block, innermost first."""
        return [section.title for section in self.ancestry(self.section_at(block)) if section.title]

    def title_words(self, block: int) -> tuple[str, ...]:
        """Return the words of the headings over a block, innermost first."""
        return self.section_at(block).above

    def span(self, start: int, end: int) -> Span:
        """Return the span from the first of some blocks to the last (end exclusive)."""
        first, last = self.blocks[start].span, self.blocks[max(end - 1, start)].span
        return Span(path=self.path, line=first.line, end_line=last.end_line or last.line)


def title_of(heading: str) -> str:
    """Return a heading's text without marks and leading number."""
    return _NUMBER.sub("", plain(heading)).strip(" :")


def parse_document(source: SourceText) -> Document:
    """Parse a Markdown document and lay out its sections; linear in its length."""
    blocks = parse_blocks(source)
    opened: list[tuple[Heading | None, int, int | None]] = [(None, 0, None)]
    stack = [0]
    headings = [(index, block) for index, block in enumerate(blocks) if isinstance(block, Heading)]
    ends: dict[int, int] = {}
    for index, heading in headings:
        while len(stack) > 1 and (opened[stack[-1]][0] or heading).level >= heading.level:
            ends[stack.pop()] = index
        opened.append((heading, index + 1, stack[-1]))
        stack.append(len(opened) - 1)
    next_heading = [index for index, _ in headings] + [len(blocks)]
    titles = [title_of(heading.text) if heading else "" for heading, _, _ in opened]
    words = [key(title) for title in titles]
    above: list[tuple[str, ...]] = []
    for number, (_, _, parent) in enumerate(opened):
        around = above[parent] if parent is not None else ()
        above.append((words[number], *around) if titles[number] else around)
    sections = tuple(
        Section(
            index=number,
            title=titles[number],
            words=words[number],
            above=above[number],
            level=heading.level if heading else 0,
            start=start,
            own_end=next_heading[number],
            end=ends.get(number, len(blocks)),
            parent=parent,
            heading=heading,
        )
        for number, (heading, start, parent) in enumerate(opened)
    )
    return Document(
        path=source.path,
        source=source,
        blocks=blocks,
        sections=sections,
        places=tuple(_places(blocks)),
    )


def _places(blocks: tuple[Block, ...]) -> Iterator[int]:
    """Yield the section of each block; a heading opens its own."""
    number = 0
    for block in blocks:
        number += isinstance(block, Heading)
        yield number
