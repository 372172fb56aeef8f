"""From the blocks about an endpoint to what they state: status, auth, parameters, bodies."""

import re
from dataclasses import replace

from sdd.ir import NO_BODY, Endpoint, Shape, Type
from sdd.speclang.access import read_access
from sdd.speclang.endpoints.bodies import Body, optional_fields, read_body, read_fence, refine
from sdd.speclang.endpoints.parameters import read_parameters
from sdd.speclang.endpoints.parts import Kind, Part, split_parts
from sdd.speclang.endpoints.statement import ErrorExample, Sighting, Statement
from sdd.speclang.examples import combine, read_example
from sdd.speclang.fields import columns_of
from sdd.speclang.findings import Findings
from sdd.speclang.inline import key, plain, sentences
from sdd.speclang.outline import Document
from sdd.speclang.routes import codes_in
from sdd.text import Span
from sdd.text.markdown import Block, Fence, Item, Paragraph, Table

_SUCCESS = range(200, 300)
_RETURNS = re.compile(
    r"\b(?:returns?|responds?(?: with)?|answers?(?: with)?|status(?: code)?|gives?)\s+"
    r"(?:an?\s+|with\s+|http\s+|status\s+|code\s+|is\s+|\W)*(?P<code>2\d\d)\b(?!\s+[a-z]+s\b)",
    re.IGNORECASE,
)
_PUBLIC_LINE = re.compile(
    r"\b(?:no auth\w* (?:is )?(?:required|needed)|public endpoint|publicly accessible|does not require auth\w*|without auth\w*)\b",
    re.IGNORECASE,
)
_PROTECTED_LINE = re.compile(
    r"\b(?:requires? (?:a )?(?:valid )?(?:auth\w*|jwt|token|bearer)|auth\w* (?:is )?required|must be (?:authenticated|logged in|signed in)|protected endpoint)\b",
    re.IGNORECASE,
)


def describe(sighting: Sighting, document: Document, findings: Findings) -> Statement:
    """Read everything that a document says about an endpoint at one place."""
    parts = split_parts(sighting.region)
    parts.extend(_cell_parts(sighting))
    statuses, success, status_span = _statuses(parts, sighting)
    auth, auth_span = _auth(parts, sighting)
    request = _request(parts, sighting.method)
    response = _response(parts)
    places: list[tuple[str, Span]] = []
    if status_span is not None:
        places.append(("success_status", status_span))
    if auth_span is not None:
        places.append(("auth", auth_span))
    if request.span is not None:
        places.append(("request", request.span))
    if response.span is not None:
        places.append(("response", response.span))
    no_content = success in {204, 205}
    endpoint = Endpoint(
        method=sighting.method,
        path=sighting.path,
        auth=auth,
        success_status=success,
        statuses=tuple(sorted(statuses)),
        parameters=read_parameters(sighting.path, parts, findings, sighting.span),
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
        errors=tuple(_errors(parts)),
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
        if role in kinds and cell.strip(" `-—–")
    ]


def _statuses(parts: list[Part], sighting: Sighting) -> tuple[set[int], int | None, Span | None]:
    stated: list[tuple[int, Span]] = []
    for part in parts:
        if part.kind in {Kind.RESPONSE, Kind.STATUS, Kind.ERRORS}:
            text = f"{part.label} ({part.value})" if part.kind is Kind.STATUS else ""
            codes = [*part.codes, *(codes_in(text) if text else [])]
            stated.extend((code, part.span) for code in codes)
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
                head = re.split(r"\s[-–—]\s|:\s", plain(block.text), maxsplit=1)[0]
                found.extend((code, block.span) for code in codes_in(head))
            case Paragraph():
                found.extend(
                    (code, block.span)
                    for line in block.text.split("\n")
                    for code in codes_in(re.split(r"\s[-–—]\s|:\s", plain(line), maxsplit=1)[0])
                )
            case Table():
                found.extend(_in_table(block))
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
        for text, span in _texts(part):
            match = _RETURNS.search(plain(text))
            if match:
                found.append((int(match["code"]), span))
    match = _RETURNS.search(sighting.summary) or re.search(
        r"\((?P<code>2\d\d)\b[^)]*\)", sighting.summary
    )
    if match:
        found.append((int(match["code"]), sighting.span))
    return found[:1]


def _texts(part: Part) -> list[tuple[str, Span]]:
    texts = [(part.value, part.span)] if part.value else []
    for block in part.blocks:
        if isinstance(block, Paragraph | Item):
            texts.append((block.text, block.span))
    return texts


def _auth(parts: list[Part], sighting: Sighting) -> tuple[bool | None, Span | None]:
    for part in parts:
        if part.kind is Kind.AUTH:
            text = part.value or " ".join(text for text, _ in _texts(part))
            auth = read_access(text)
            if auth is None and not text:
                auth = read_access(part.label)
            if auth is not None:
                return auth, part.span
    for part in parts:
        if _shows_token(part):
            return True, part.span
    for part in parts:
        if part.kind not in {Kind.DESCRIPTION, Kind.NOTES, Kind.OTHER}:
            continue
        for text, span in _texts(part):
            if _PUBLIC_LINE.search(plain(text)):
                return False, span
            if _PROTECTED_LINE.search(plain(text)):
                return True, span
    if re.search(r"(?i)\((?:public|no auth\w*)\)", sighting.summary):
        return False, sighting.span
    if re.search(
        r"(?i)\((?:protected|auth\w*(?: required)?|requires auth\w*)\)|🔒|🔐", sighting.summary
    ):
        return True, sighting.span
    return None, None


def _shows_token(part: Part) -> bool:
    """Whether a part shows that the request bears a token."""
    if part.kind is Kind.HEADERS or (part.kind is Kind.PARAMETERS):
        texts = [part.value, *(text for text, _ in _texts(part))]
        texts.extend(
            " ".join(cell for row in block.rows for cell in row.cells)
            for block in part.blocks
            if isinstance(block, Table)
        )
        texts.extend(block.text for block in part.blocks if isinstance(block, Fence))
        return any(re.search(r"(?i)\bauthorization\b", text) for text in texts)
    if part.kind in {Kind.REQUEST, Kind.DESCRIPTION, Kind.OTHER}:
        return any(
            isinstance(block, Fence)
            and block.language in {"http", "", "text"}
            and re.search(r"(?im)^authorization:\s*bearer", block.text)
            for block in part.blocks
        )
    return False


def _request(parts: list[Part], method: str) -> Body:
    body = Body()
    for part in parts:
        if part.kind is Kind.REQUEST:
            found = read_body(part)
            body = _joined(body, found)
        elif (
            part.kind in {Kind.OTHER, Kind.NOTES}
            and re.search(r"(?i)all (?:fields )?(?:are )?optional", part.label)
            and body.shape
        ):
            body = replace(body, shape=optional_fields(body.shape))
    if body.is_empty and method in {"POST", "PUT", "PATCH"}:
        body = _unlabelled_request(parts)
    if body.shape is not None and body.shape.fields:
        for part in parts:
            if part.kind in {Kind.RULES, Kind.OTHER} or "optional" in part.label.casefold():
                body = replace(body, shape=refine(body.shape or Shape(), part.blocks))
    if body.is_empty:
        for part in parts:
            for text, span in _texts(part):
                if part.kind in {Kind.DESCRIPTION, Kind.NOTES} and re.search(
                    r"(?i)\b(?:no request body|there is no (?:request )?body|without a (?:request )?body|no body (?:is )?(?:required|needed))\b",
                    plain(text),
                ):
                    return Body(shape=NO_BODY, span=span)
                inline = re.search(r"(?i)\b(?:request )?body:\s*(?P<object>\{[^{}]*\})", text)
                if inline:
                    return Body(shape=read_example(inline["object"], span), span=span)
    return body


def _joined(first: Body, second: Body) -> Body:
    if first.is_empty:
        return second
    if second.is_empty or second.shape is NO_BODY:
        return first
    if first.shape is None or second.shape is None:
        return replace(first, shape=first.shape or second.shape, words=first.words or second.words)
    return replace(first, shape=combine(first.shape, second.shape))


def _unlabelled_request(parts: list[Part]) -> Body:
    """Read a table headed `Field` that stands right under the endpoint."""
    for part in parts:
        if part.kind is not Kind.DESCRIPTION:
            continue
        tables: list[Block] = [
            block
            for block in part.blocks
            if isinstance(block, Table)
            and re.fullmatch(
                r"fields?(?: name)?|property|attribute|body field",
                key(block.header[0] if block.header else ""),
            )
            and len(set(columns_of(block.header).values())) > 1
        ]
        if tables:
            return read_body(
                Part(kind=Kind.REQUEST, label="", value="", span=tables[0].span, blocks=tables)
            )
    return Body()


def _response(parts: list[Part]) -> Body:
    body = Body()
    for part in parts:
        if part.kind is not Kind.RESPONSE or _is_error(part):
            continue
        found = read_body(part)
        if body.is_empty:
            body = found
        elif body.shape is None:
            body = replace(found, words="; ".join(filter(None, (body.words, found.words))))
        elif found.shape is not None and body.shape is not NO_BODY and not found.example:
            body = replace(body, shape=combine(body.shape, found.shape))
    if (
        body.shape is not None
        and body.shape.type is Type.LIST
        and body.shape.item is None
        and body.words
    ):
        return replace(body, shape=None)
    return body


def _is_error(part: Part) -> bool:
    codes = codes_in(part.label) or codes_in(part.value)
    return bool(codes) and all(code not in _SUCCESS for code in codes)


def _errors(parts: list[Part]) -> list[ErrorExample]:
    found: list[ErrorExample] = []
    for part in parts:
        if part.kind is not Kind.ERRORS and not (
            part.kind is Kind.RESPONSE and (_is_error(part) or part.blocks)
        ):
            continue
        status = next((code for code in part.codes if code not in _SUCCESS), None)
        success_part = part.kind is Kind.RESPONSE and not _is_error(part)
        status = None if success_part else status
        for block in part.blocks:
            if isinstance(block, Item | Paragraph):
                codes = codes_in(block.text)
                status = codes[0] if codes else status
                example = re.search(r"`(\{.*\})`", block.text)
                shape = read_example(example.group(1), block.span) if example else None
                if shape is not None and status is not None and status not in _SUCCESS:
                    found.append(
                        error_example(
                            example.group(1) if example else "", status, shape, block.span
                        )
                    )
            elif isinstance(block, Fence) and status is not None and status not in _SUCCESS:
                shape = read_fence(block)
                if shape is not None:
                    found.append(error_example(block.text, status, shape, block.span))
    return found


def error_example(text: str, status: int | None, shape: Shape, span: Span) -> ErrorExample:
    """Take machine-readable code and message from the example of an error body."""
    code = re.search(
        r"[\"']?(?:error_code|code|error)[\"']?\s*:\s*[\"']([A-Za-z][A-Za-z0-9_]*)[\"']", text
    )
    message = re.search(r"[\"']?(?:message|detail)[\"']?\s*:\s*[\"']([^\"'\n]{1,200})[\"']", text)
    return ErrorExample(
        status=status,
        shape=shape,
        code=code.group(1) if code else None,
        message=message.group(1) if message else None,
        span=span,
    )


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
