"""Which blocks can state endpoints: those with a route's words, and not put off by a heading."""

import re

from sdd.speclang.inline import mentions
from sdd.speclang.outline import Document
from sdd.speclang.routes import (
    METHODS,
)
from sdd.text.markdown import Block, Fence, Heading, Item, Paragraph, Table

_ASIDE = re.compile(
    r"(?:\w+ )?(?:acceptance|success) criteria|checklists?|(?:\w+ )?test(?:s|ing)?(?: \w+)?|"
    r"(?:usage |curl |request |response )?examples?(?: \w+)?|rate limit\w*(?: \w+)?"
    r"|frontend(?: \w+)*|"
    r"(?:\w+ )*client (?:usage|examples?|integration|code)|cors(?: \w+)?|change ?log|"
    r"(?:revision|version|change) history|migrations?(?: \w+)?|curl(?: \w+)?|performance(?: \w+)?|"
    r"caching(?: \w+)?|(?:\w+ )*flow|sequences?(?: \w+)?|filtering|sorting|pagination|"
    r"troubleshooting|usage|(?:user |test |acceptance )?scenarios?|diagrams?|deployment(?: \w+)*|"
    r"monitoring(?: \w+)*|security(?: considerations?| notes?| requirements?)?"
    r"|verification(?: \w+)*|"
    r"quick ?start|references?|related(?: \w+)*|errors?(?: \w+)?|(?:implementation"
    r"|important) notes?"
)
_LATER = re.compile(
    r"\b(?:future|out of scope|not in scope|non goals?|deprecated|removed|obsolete|planned"
    r"|not included|"
    r"not implemented|legacy|superseded|rejected|alternatives?)\b"
)
_HINT = re.compile(
    rf"\b(?:{'|'.join(METHODS)})\b|(?i:\b(?:endpoint|path|route|url|uri|request)\b[^\n]{{0,40}}/)"
    rf"|\b(?i:get|post|put|patch|delete)\b"
)


def may_state(block: Block) -> bool:
    """Whether a block holds a method's name or a path behind a label at all."""
    match block:
        case Table():
            return any("/" in cell for row in block.rows for cell in row.cells) and any(
                _HINT.search(cell) for row in block.rows for cell in row.cells
            )
        case Heading() | Item() | Paragraph() | Fence():
            text = block.text
            return ("/" in text or mentions(text, METHODS)) and _HINT.search(text) is not None
        case _:
            return False


def is_later(document: Document, index: int) -> bool:
    """Whether a block stands under a heading that puts it off or rules it out."""
    titles = document.title_words(index)
    level_one = 1 if len(titles) > 1 else 0
    return any(_LATER.search(title) for title in titles[: len(titles) - level_one])


def is_about_endpoints(document: Document, index: int) -> bool:
    """Whether the heading over a block says that endpoints follow."""
    return any(
        re.search(r"\b(?:endpoints|routes)\b", title) for title in document.title_words(index)[:1]
    )


def is_aside(document: Document, index: int) -> bool:
    """Whether a block stands under a heading that is not about what endpoints there are."""
    if is_about_endpoints(document, index):
        return False
    titles = document.title_words(index)[:2]
    named = [title for title in titles if "endpoint" not in title and "routes" not in title]
    return any(_ASIDE.fullmatch(title) for title in named)
