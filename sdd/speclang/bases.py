"""Base paths: where a document states one, and completing a path without prefixing it twice."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sdd.speclang.inline import key, label_of, plain, sentences
from sdd.speclang.outline import Document
from sdd.speclang.routes import path_of_url
from sdd.text import Span
from sdd.text.markdown import Fence, Item, Paragraph, Table

_LABEL = re.compile(
    r"^(?:rest |http |backend )?(?:api )?(?:base|root)(?: api)?(?: url| path| uri| endpoint)?s?$"
    r"|^(?:url|route|api|path|router) prefix$|^prefix$|^servers?$|^api base$|^api url$"
)
_ALL = re.compile(
    r"\ball\b[^.`]{0,60}?\b(?:endpoints?|routes?|paths?|apis?)\b[^.`/]{0,60}?\b(?:prefixed|under"
    r"|starts?|begins?|relative|live|mounted"
    r"|located)\b[^`/]{0,40}`?(?P<path>(?:https?://[^\s`]+)?/[^\s`,;)]*)",
    re.IGNORECASE,
)
_SENTENCE = re.compile(
    r"^(?:the |our )?(?:rest |api )?(?:base|root)(?: api)? (?:path|url|uri)"
    r"(?: of (?:the|this|all|every)\b[^.`/]{0,30})?(?: is)?\s*`?"
    r"(?P<path>(?:https?://[^\s`]+)?/[^\s`,;)]*)",
    re.IGNORECASE,
)
_COMPLETE = re.compile(
    r"(?i)\bpaths?\b[^.]{0,40}\b(?:is|are) (?:complete|absolute|full)\b|nothing is (?:put|prefixed)"
)

_STAGE = re.compile(r"^/(?:dev\w*|test|qa|uat|stag(?:e|ing)|prod\w*|beta|sandbox|live)/?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """A stated base.

    Attributes:
        section: The section that it is stated for, or None for the document.
    """

    path: str
    host: str
    span: Span
    section: int | None = None


def bases_of(document: Document, holders: frozenset[int]) -> list[Base]:
    """Read the bases that a document states.

    Args:
        document: A contract document.
        holders: Sections below which endpoints are stated.
    """
    found: list[Base] = []
    for index, block in enumerate(document.blocks):
        if not isinstance(block, Paragraph | Item | Table):
            continue
        if isinstance(block, Paragraph | Item) and "/" not in block.text:
            continue
        number = document.section_index(index)
        section = document.sections[number]
        own = (
            number
            if number in holders and section.level > 1 and _is_part(document, number, holders)
            else None
        )
        for line, span in _lines(block):
            label = label_of(line)
            if label is not None and _LABEL.match(key(label.name)):
                found.extend(_from_value(label.value, span, own))
            for sentence in sentences(line):
                stated = _ALL.search(sentence) or _SENTENCE.search(sentence)
                if (stated and number not in holders - {0}) or (stated and section.level <= 1):
                    found.extend(_from_value(stated["path"], span, None))
    for number, section in enumerate(document.sections):
        if section.heading is not None and _LABEL.match(section.words):
            parent = section.parent
            own = (
                parent
                if parent is not None
                and document.sections[parent].level > 1
                and parent in holders
                and _is_part(document, parent, holders)
                else None
            )
            found.extend(_from_section(document, number, own))
    return found


def _is_part(document: Document, number: int, holders: frozenset[int]) -> bool:
    """Whether a section is one of several that hold endpoints, and not all of them."""
    section = document.sections[number]
    return any(
        other != number and document.sections[other].parent == section.parent for other in holders
    )


def _lines(block: Paragraph | Item | Table) -> list[tuple[str, Span]]:
    if isinstance(block, Table):
        return [
            (f"**{plain(row.cells[0])}**: {row.cells[1]}", row.span)
            for row in block.rows
            if len(row.cells) > 1 and ("/" in row.cells[1] or "/" in row.cells[0])
        ]
    return [
        (line, Span(path=block.span.path, line=block.span.line + at))
        for at, line in enumerate(block.text.split("\n"))
    ]


def _from_value(value: str, span: Span, section: int | None) -> list[Base]:
    found = path_of_url(value)
    if found is None:
        return []
    host, path = found
    return [Base(path=path.rstrip("/"), host=host, span=span, section=section)]


def _from_section(document: Document, number: int, own: int | None) -> list[Base]:
    section = document.sections[number]
    found: list[Base] = []
    for block in document.blocks[section.start : section.own_end]:
        match block:
            case Paragraph() | Item():
                text = block.text
            case Fence():
                text = block.text.strip().split("\n")[0]
            case _:
                continue
        if label_of(text) is None or "://" in text or re.search(r"[`\s]/", text):
            found.extend(_from_value(text, block.span, own))
    return found


def by_section(bases: Iterable[Base]) -> dict[int | None, Base]:
    """Return the base of each scope: the first with a path, else the first."""
    found: dict[int | None, Base] = {}
    for base in bases:
        known = found.get(base.section)
        if known is None or (base.path and not known.path):
            found[base.section] = base
    return found


def states_complete_paths(document: Document) -> bool:
    """Whether a document says that its paths are complete as they stand."""
    return any(
        isinstance(block, Paragraph | Item) and _COMPLETE.search(plain(block.text))
        for block in document.blocks
    )


def completed(path: str, base: str, peers: Iterable[str]) -> str:
    """Put a base in front of a path unless the document's paths already have it.

    Args:
        path: As written.
        base: The stated base, without trailing slash.
        peers: The other paths of the same scope, as written.
    """
    parts = [part for part in base.split("/") if part]
    if not parts or _has_base(path, parts):
        return path
    if any(_has_base(peer, parts) for peer in peers):
        return path
    own = [part for part in path.split("/") if part]
    if own and own[0] == parts[-1] and not own[0].startswith("{"):
        return "/" + "/".join([*parts, *own[1:]])
    return "/" + "/".join([*parts, *own])


def is_stage(base: Base, path: str) -> bool:
    """Whether a base is only where a deployment is mounted: `https://host/dev` of `/api/notes`.

    A gateway takes such a prefix off; the application's own paths begin with `/api`.
    """
    return bool(base.host) and path.startswith("/api/") and _STAGE.match(base.path) is not None


def _has_base(path: str, parts: list[str]) -> bool:
    own = [part for part in path.split("/") if part]
    return bool(own) and own[0] == parts[0]
