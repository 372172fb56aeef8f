"""The forms in which an endpoint is written: each a small finder, the registry a literal."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from sdd.speclang.endpoints.headers import table_roles
from sdd.speclang.endpoints.statement import Sighting
from sdd.speclang.endpoints.surroundings import is_about_endpoints, is_aside
from sdd.speclang.inline import key, label_of, plain, unticked
from sdd.speclang.outline import Document
from sdd.speclang.routes import (
    METHODS,
    WIDE,
    Route,
    clean_path,
    find_route,
    find_routes,
    is_example,
)
from sdd.text import Span
from sdd.text.markdown import Fence, Heading, Item, Paragraph, Table

_PLAIN_FENCES = frozenset(
    {"", "text", "txt", "plaintext", "plain", "http", "rest", "api", "endpoint", "markdown", "md"}
)
_METHOD_ONLY = re.compile(rf"^(?:{'|'.join(METHODS)})(?:\s*[:\-\u2013—(].*)?$")
_PATH_ONLY = re.compile(
    r"^(?:endpoint|path|route|resource)?\s*:?\s*(/[\w{}:<>\[\]./-]*)(?:\s*\(.*\))?$", re.IGNORECASE
)
_BEFORE_ROUTE = re.compile(
    r"^(?:\d+(?:\.\d+)*[.)]?|[-*•]|endpoint\s*:?|route\s*:?|api\s*:?|\W+)*\s*$"
    r"|^(?:\w+ )?(?:endpoint|route|method|request|url|api)\s*:\s*$",
    re.IGNORECASE,
)


class Form(Protocol):
    """Finds endpoints written in one form."""

    @property
    def name(self) -> str:
        """The form's name, as it is shown to people."""
        ...

    def find(self, document: Document, index: int) -> Iterable[Sighting]:
        """Return the endpoints that the block at `index` states in this form."""
        ...


def _sightings(
    route: Route, form: str, span: Span, block: int, *, strong: bool = True, summary: str = ""
) -> list[Sighting]:
    """Make a sighting of each method; a query makes it an example, but not where routes are named.

    What a heading or a label names is an endpoint, and its query shows parameters.
    """
    is_call = is_example(route.path) or (bool(route.query) and form not in _NAMING)
    return [
        Sighting(
            method=method,
            path=route.path,
            form=form,
            span=span,
            block=block,
            strong=strong and not is_call,
            summary=summary,
            query=route.query,
            odd=route.odd,
            host=route.host,
        )
        for method in route.methods
    ]


_NAMING = frozenset({"heading", "label"})


@dataclass(frozen=True, slots=True)
class HeadingForm:
    """`### GET /api/tasks`, with number, code marks or a title around it."""

    name: str = "heading"

    def find(self, document: Document, index: int) -> Iterable[Sighting]:
        """Find the routes that a heading names."""
        block = document.blocks[index]
        if not isinstance(block, Heading):
            return
        for route in find_routes(block.text):
            shown = plain(block.text)
            around = (shown[: route.start] + shown[route.end :]).strip(" :-\u2013—()0123456789.`")
            yield from _sightings(route, self.name, block.span, index, summary=around)


@dataclass(frozen=True, slots=True)
class PathHeadingForm:
    """`### /api/tasks` with `#### GET` headings or `- **GET**: …` items below it."""

    name: str = "path heading"

    def find(self, document: Document, index: int) -> Iterable[Sighting]:
        """Find a method that stands below a heading which is a path."""
        block = document.blocks[index]
        if not isinstance(block, Heading | Item | Paragraph):
            return
        shown = plain(unticked(block.text))
        if not _METHOD_ONLY.match(shown):
            return
        section = document.section_at(index)
        if isinstance(block, Heading):
            section = next(iter(list(document.ancestry(section))[1:]), section)
        path = _PATH_ONLY.match(section.title)
        if path is None:
            return
        cleaned, odd = clean_path(path.group(1))
        method, _, rest = shown.partition(" ")
        yield Sighting(
            method=method.strip(":"),
            path=cleaned,
            form=self.name,
            span=block.span,
            block=index,
            summary=rest.strip(" :-\u2013—()"),
            odd=odd,
        )


@dataclass(frozen=True, slots=True)
class LineForm:
    """A line of its own: `**GET** /api/tasks`, under a heading that is a title."""

    name: str = "line"

    def find(self, document: Document, index: int) -> Iterable[Sighting]:
        """Find routes that begin a line of a paragraph."""
        block = document.blocks[index]
        if not isinstance(block, Paragraph):
            return
        for offset, line in enumerate(block.text.split("\n")):
            route = find_route(line)
            if route is None:
                continue
            span = Span(path=block.span.path, line=block.span.line + offset)
            shown = plain(line)
            rest = shown[route.end :].strip()
            begins = _BEFORE_ROUTE.match(shown[: route.start]) is not None
            if begins and (offset == 0 or not rest or line.lstrip()[:1] in "*`"):
                strong = _ends_cleanly(rest) and not is_aside(document, index)
                yield from _sightings(
                    route, self.name, span, index, strong=strong, summary=rest.strip(" :-\u2013—")
                )


def _ends_cleanly(rest: str) -> bool:
    """Whether what follows a route is a description set off from it, not the rest of a sentence."""
    return not rest or rest[0] in f":-\u2013—([→|=,?{{{WIDE}" or rest[:1].isupper()


@dataclass(frozen=True, slots=True)
class ItemForm:
    """``- **POST /api/x:** text``, ``- `GET /x`: …``."""

    name: str = "bullet"

    def find(self, document: Document, index: int) -> Iterable[Sighting]:
        """Find a route that begins a list item."""
        block = document.blocks[index]
        if not isinstance(block, Item):
            return
        first = unticked(block.text)
        route = find_route(first)
        if route is None:
            return
        shown = plain(first)
        if not _BEFORE_ROUTE.match(shown[: route.start]):
            return
        rest = shown[route.end :].strip()
        strong = _ends_cleanly(rest) and not is_aside(document, index)
        ticked = first != block.text and not is_about_endpoints(document, index)
        yield from _sightings(
            route,
            self.name,
            block.span,
            index,
            strong=strong and not ticked,
            summary=rest.strip(" :-\u2013—"),
        )


@dataclass(frozen=True, slots=True)
class LabelForm:
    """``**Endpoint**: `GET /x` ``, and `**Method**:` with `**Path**:` close to it."""

    name: str = "label"

    def find(self, document: Document, index: int) -> Iterable[Sighting]:
        """Find a route behind a label, or a path whose method is labelled nearby."""
        block = document.blocks[index]
        if isinstance(block, Paragraph | Item):
            for offset, line in enumerate(block.text.split("\n")):
                yield from self._line(document, index, line, offset)
        elif isinstance(block, Table):
            for row in block.rows:
                if len(row.cells) > 1 and _is_path_label(row.cells[0]):
                    line = f"**{plain(row.cells[0])}**: {row.cells[1]}"
                    yield from self._line(document, index, line, row.span.line - block.span.line)

    def _line(self, document: Document, index: int, line: str, offset: int) -> Iterator[Sighting]:
        label = label_of(line)
        if label is None or not _is_path_label(label.name):
            return
        span = Span(path=document.path, line=document.blocks[index].span.line + offset)
        route = find_route(label.value)
        if route is not None:
            yield from _sightings(route, self.name, span, index)
            return
        path = _PATH_ONLY.match(plain(label.value)) or re.match(
            r"^https?://[^/\s]+(/\S*)$", plain(label.value)
        )
        if path is None:
            return
        cleaned, odd = clean_path(path.group(1))
        for method in _methods_near(document, index, offset):
            yield Sighting(
                method=method, path=cleaned, form=self.name, span=span, block=index, odd=odd
            )


def _is_path_label(name: str) -> bool:
    return (
        re.fullmatch(
            r"(?:api |http |full )?(?:endpoint|path|route|url|uri)(?: (?:path|url))?|http request"
            r"|request",
            key(name),
        )
        is not None
    )


def _methods_near(document: Document, index: int, offset: int) -> list[str]:
    """Find a method label in the same section, closest to a path label."""
    section = document.section_at(index)
    best: tuple[int, list[str]] | None = None
    here = document.blocks[index].span.line + offset
    for number in range(max(section.start, index - 6), min(section.own_end, index + 7)):
        block = document.blocks[number]
        for line, at in _label_lines(block):
            label = label_of(line)
            if label is None or not re.fullmatch(
                r"(?:http |request )?(?:method|verb)s?", key(label.name)
            ):
                continue
            methods = re.findall(rf"\b(?:{'|'.join(METHODS)})\b", plain(label.value).upper())
            distance = abs(at - here)
            if methods and (best is None or distance < best[0]):
                best = (distance, methods)
    return best[1] if best else []


def _label_lines(block: object) -> list[tuple[str, int]]:
    match block:
        case Paragraph() | Item():
            return [(line, block.span.line + at) for at, line in enumerate(block.text.split("\n"))]
        case Table():
            return [
                (f"**{plain(row.cells[0])}**: {row.cells[1]}", row.span.line)
                for row in block.rows
                if len(row.cells) > 1
            ]
        case _:
            return []


@dataclass(frozen=True, slots=True)
class TableForm:
    """`| GET | /x | … |`, or the route in one column."""

    name: str = "table row"

    def find(self, document: Document, index: int) -> Iterable[Sighting]:
        """Find the endpoints in a table's rows."""
        block = document.blocks[index]
        if not isinstance(block, Table):
            return
        roles = table_roles(block.header)
        has_method = "method" in roles.values()
        strong = has_method or not is_aside(document, index)
        for row in block.rows:
            cells = {role: row.cells[at] for at, role in roles.items() if at < len(row.cells)}
            if has_method and cells.get("path"):
                text = f"{plain(cells.get('method', '')).upper()} {cells['path']}"
            else:
                text = cells.get("path") or next(iter(row.cells), "")
            if not re.search(r"/", text):
                continue
            routes = find_routes(text)
            if not routes or (not has_method and routes[0].start > 0):
                continue
            for sighting in (
                found
                for route in routes
                for found in _sightings(route, self.name, row.span, index, strong=strong)
            ):
                yield Sighting(
                    method=sighting.method,
                    path=sighting.path,
                    form=self.name,
                    span=row.span,
                    block=index,
                    strong=sighting.strong,
                    cells=tuple(cells.items()),
                    summary=plain(cells.get("summary", "")),
                    query=sighting.query,
                    odd=sighting.odd,
                )


@dataclass(frozen=True, slots=True)
class FenceForm:
    """Lines in a code fence: a title's only statement, or a listing of routes with details."""

    name: str = "fence"

    def find(self, document: Document, index: int) -> Iterable[Sighting]:
        """Find routes that begin a line of a plain fence."""
        block = document.blocks[index]
        if not isinstance(block, Fence) or block.language not in _PLAIN_FENCES:
            return
        lines = block.text.split("\n")
        if any(line.lstrip().startswith(("curl", "$ ", "HTTP/")) for line in lines[:2]):
            return
        strong = not is_aside(document, index)
        for offset, line in enumerate(lines):
            route = find_route(line)
            if route is None or line[: len(line) - len(line.lstrip())].count(" ") > 3:  # noqa: PLR2004
                continue
            if plain(line)[: route.start].strip(" -*#•\t0123456789.)"):
                continue
            rest = plain(line)[route.end :].strip()
            span = Span(path=document.path, line=block.span.line + offset + 1)
            yield from _sightings(
                route,
                self.name,
                span,
                index,
                strong=strong and not re.match(r"^(?:\(|HTTP/|or\b|with\b)", rest[:8]),
                summary=rest.strip(" #:-\u2013—→"),
            )


@dataclass(frozen=True, slots=True)
class SentenceForm:
    """Inside a sentence: `FR-002: GET /api/tasks endpoint MUST …`; always a weak sighting."""

    name: str = "sentence"

    def find(self, document: Document, index: int) -> Iterable[Sighting]:
        """Find routes anywhere in running text."""
        block = document.blocks[index]
        if not isinstance(block, Paragraph | Item):
            return
        text = unticked(block.text)
        normative = re.search(
            r"\b(?:MUST|SHALL|SHOULD|WILL|must|shall|provides?|exposes?)\b", plain(text)
        )
        for route in find_routes(text):
            form = self.name if normative else "mention"
            yield from _sightings(route, form, block.span, index, strong=False)


FORMS: tuple[Form, ...] = (
    HeadingForm(),
    PathHeadingForm(),
    LabelForm(),
    TableForm(),
    FenceForm(),
    ItemForm(),
    LineForm(),
    SentenceForm(),
)
