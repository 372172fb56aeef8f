"""From the blocks about an endpoint to what they state: status, auth, parameters, bodies."""

import re

from sdd.ir import NO_BODY, Endpoint
from sdd.speclang.endpoints.exchange import (
    against_examples,
    beside_route,
    read_errors,
    read_request,
    read_response,
)
from sdd.speclang.endpoints.parameters import read_parameters
from sdd.speclang.endpoints.parts import Kind, Part, split_parts, texts_of
from sdd.speclang.endpoints.roles import read_roles
from sdd.speclang.endpoints.statement import Sighting, Statement
from sdd.speclang.endpoints.tokens import read_auth
from sdd.speclang.evidence import tell
from sdd.speclang.findings import Findings
from sdd.speclang.inline import key, plain, sentences
from sdd.speclang.outline import Document
from sdd.speclang.routes import codes_in
from sdd.text import Span
from sdd.text.markdown import Fence, Item, Paragraph, Table

_SUCCESS = range(200, 300)
_RETURNS = re.compile(
    r"\b(?:returns?|respon(?:ds?|ses?)(?: with)?|answers?(?: with)?|status(?: code)?|gives?)\s+"
    r"(?:an?\s+|with\s+|http\s+|status\s+|code\s+|is\s+|\W)*(?P<code>2\d\d)\b(?!\s+[a-z]+s\b)",
    re.IGNORECASE,
)

_STATUS_LINE = re.compile(
    r"\s*(?:HTTP/\d(?:\.\d)?\s+|(?:http )?status(?: code)?\s*:?\s*)?(?P<code>[1-5]\d\d)"
    r"(?:\s+[A-Z][A-Za-z ]+)?[ \t]*(?:\n|$)",
    re.IGNORECASE,
)


def describe(sighting: Sighting, document: Document, findings: Findings) -> Statement:
    """Read everything that a document says about an endpoint at one place."""
    parts = split_parts(sighting.region)
    parts.extend(_cell_parts(sighting))
    statuses, success, status_span = _statuses(parts, sighting)
    auth, auth_span = read_auth(parts, sighting)
    roles = read_roles(parts, sighting)
    request = read_request(parts, sighting.method)
    if request.is_empty:
        request = beside_route(sighting)
    response = read_response(parts, sighting.method)
    places: list[tuple[str, Span]] = []
    if status_span is not None:
        places.append(("success_status", status_span))
    if auth_span is not None:
        places.append(("auth", auth_span))
    if request.span is not None:
        places.append(("request", request.span))
    if response.span is not None:
        places.append(("response", response.span))
    name = f"{sighting.method} {sighting.path}"
    aside = against_examples(parts, request, response)
    tell((*request.conflicts, *response.conflicts, *aside), name, findings)
    for either in request.either:
        findings.not_understood(
            either.span,
            f"{name} takes {either.one} or {either.other}, so each is read as optional.",
            hint="Say which of them is sent, or write a rule for when both or neither are.",
            subject=name,
        )
    no_content = success in {204, 205}
    endpoint = Endpoint(
        method=sighting.method,
        path=sighting.path,
        auth=True if auth is None and roles else auth,
        roles=roles,
        success_status=success,
        statuses=tuple(sorted(statuses)),
        parameters=read_parameters(sighting, parts, findings),
        request=request.shape,
        response=NO_BODY if no_content and response.shape is None else response.shape,
        summary=_summary(parts, sighting),
        span=sighting.span,
    )
    return Statement(
        endpoint=endpoint,
        form=sighting.form,
        document=document.path,
        strong=sighting.strong,
        places=tuple(places),
        errors=tuple(read_errors(parts)),
        section=document.section_index(sighting.block),
        request_name=request.words,
        response_name=response.words,
    )


def _cell_parts(sighting: Sighting) -> list[Part]:
    kinds = {
        "auth": Kind.AUTH,
        "status": Kind.STATUS,
        "request": Kind.REQUEST,
        "response": Kind.RESPONSE,
        "errors": Kind.ERRORS,
        "query": Kind.PARAMETERS,
    }
    return [
        Part(kind=kinds[role], label=role, value=cell, span=sighting.span)
        for role, cell in sighting.cells
        if role in kinds and cell.strip(" `-—\u2013")
    ]


def _statuses(parts: list[Part], sighting: Sighting) -> tuple[set[int], int | None, Span | None]:
    stated: list[tuple[int, Span]] = []
    for part in parts:
        if part.kind in {Kind.RESPONSE, Kind.STATUS, Kind.ERRORS}:
            text = f"{part.label} ({part.value})" if part.kind is Kind.STATUS else ""
            here = [*part.codes, *(codes_in(text) if text else [])]
            stated.extend((code, part.span) for code in here)
            stated.extend(_listed(part))
    if not any(code in _SUCCESS for code, _ in stated):
        stated.extend(_told(parts, sighting))
    successes = [(code, span) for code, span in stated if code in _SUCCESS]
    codes = {code for code, _ in stated}
    if not successes:
        return codes, None, None
    return codes, successes[0][0], successes[0][1]


def _listed(part: Part) -> list[tuple[int, Span]]:
    found: list[tuple[int, Span]] = []
    for block in part.blocks:
        match block:
            case Item():
                head = re.split(r"\s[-\u2013—]\s|:\s", plain(block.text), maxsplit=1)[0]
                found.extend((code, block.span) for code in codes_in(head))
            case Paragraph():
                found.extend(
                    (code, block.span)
                    for line in block.text.split("\n")
                    for code in codes_in(
                        re.split(r"\s[-\u2013—]\s|:\s", plain(line), maxsplit=1)[0]
                    )
                )
            case Table():
                found.extend(_in_table(block))
            case Fence():
                line = _STATUS_LINE.match(block.text)
                found.extend([(int(line["code"]), block.span)] if line else [])
            case _:
                pass
    return found


def _in_table(table: Table) -> list[tuple[int, Span]]:
    columns = [
        index
        for index, cell in enumerate(table.header)
        if re.search(r"\b(?:status|code)\b", key(cell)) and "error code" not in key(cell)
    ]
    found: list[tuple[int, Span]] = []
    for row in table.rows:
        for index in columns[:1]:
            if index < len(row.cells):
                found.extend((code, row.span) for code in codes_in(row.cells[index]))
    return found


def _told(parts: list[Part], sighting: Sighting) -> list[tuple[int, Span]]:
    found: list[tuple[int, Span]] = []
    for part in parts:
        if part.kind not in {Kind.DESCRIPTION, Kind.NOTES, Kind.OTHER, Kind.RESPONSE}:
            continue
        found.extend(
            (int(match["code"]), span)
            for text, span in texts_of(part)
            if (match := _RETURNS.search(plain(text)))
        )
    match = _RETURNS.search(sighting.summary) or re.search(
        r"\((?P<code>2\d\d)\b[^)]*\)", sighting.summary
    )
    if match:
        found.append((int(match["code"]), sighting.span))
    return found[:1]


def _summary(parts: list[Part], sighting: Sighting) -> str | None:
    for part in parts:
        if part.kind is Kind.DESCRIPTION and part.value:
            return plain(part.value).split("\n")[0][:300]
    for part in parts:
        if part.kind is Kind.DESCRIPTION:
            for block in part.blocks:
                if isinstance(block, Paragraph):
                    told = sentences(plain(block.text))
                    return " ".join(told[0].split())[:300] if told else None
    return sighting.summary[:300] or None
