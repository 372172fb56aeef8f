"""What an endpoint takes and answers: request, response, and the bodies of errors."""

import re
from collections.abc import Iterator
from dataclasses import replace

from sdd.ir import NO_BODY, Shape, Type
from sdd.speclang.endpoints.bodies import Body, optional_fields, read_body, read_fence, refine
from sdd.speclang.endpoints.parts import Kind, Part, texts_of
from sdd.speclang.endpoints.statement import ErrorExample, Sighting
from sdd.speclang.evidence import Conflict, conflicts
from sdd.speclang.examples import combine, read_example
from sdd.speclang.fields import columns_of
from sdd.speclang.inline import key, plain
from sdd.speclang.routes import codes_in
from sdd.text import Span
from sdd.text.markdown import Block, Fence, Item, Paragraph, Table

_SUCCESS = range(200, 300)
_FAILING = frozenset({"detail", "error", "errors", "code", "error_code", "status_code", "message"})
_STORED = frozenset({"id", "created_at", "createdat", "updated_at", "updatedat"})
_ALL_OPTIONAL = re.compile(r"(?i)all (?:fields )?(?:are )?optional")
_NO_BODY = re.compile(
    r"(?i)\b(?:no request body|there is no (?:request )?body|without a (?:request )?body|"
    r"no body (?:is )?(?:required|needed))\b"
)
_SAME_AS = re.compile(
    r"(?i)\b(?:same|identical)\s+(?:\w+\s+){0,3}?"
    r"(?:rules?|validations?|body|fields?|payload|request|schema|input|constraints?|limits?)\b"
    r"[^.;\n]{0,40}?\b(?:as|like|for)\b[^.\n]*"
)
_AS_OTHER = re.compile(r"(?i)^\W*(?:same|identical)\b")
_BRACES = re.compile(r"\{[^{}]*\}")
_INLINE_BODY = re.compile(r"(?i)\b(?:request )?body:\s*(?P<object>\{[^{}]*\})")


def against_examples(parts: list[Part], request: Body, response: Body) -> tuple[Conflict, ...]:
    """Return what examples with a label of their own give other types than the bodies do.

    An example is of the body before it, where most of its names are that body's.
    """
    found: list[Conflict] = []
    before: Body | None = None
    for part in parts:
        if part.kind in {Kind.REQUEST, Kind.RESPONSE}:
            before = request if part.kind is Kind.REQUEST else response
        elif part.kind is Kind.EXAMPLE and before is not None:
            shapes = (read_fence(block) for block in part.blocks if isinstance(block, Fence))
            for shape in filter(None, shapes):
                if _is_of(shape, before.shape):
                    found.extend(conflicts(before.shape, shape))
    return tuple(found)


def _is_of(example: Shape, body: Shape | None) -> bool:
    names = {item.name for item in example.fields}
    known = {item.name for item in body.fields} if body is not None else set()
    return len(names & known) * 2 > max(len(names), len(known))


def read_request(parts: list[Part], method: str) -> Body:
    """Read the request body: labelled, unlabelled, or told in the description."""
    body = _labelled(parts)
    if body.is_empty and method in {"POST", "PUT", "PATCH"}:
        body = _unlabelled_request(parts)
    if body.is_empty:
        body = _shown(parts, method)[0]
    if body.is_empty:
        return _told(parts)
    shape = body.shape
    if shape is not None and shape.type is Type.OBJECT and not (shape.fields or body.words):
        return replace(body, shape=NO_BODY)  # `{}`
    return _refined(body, parts)


def _labelled(parts: list[Part]) -> Body:
    body = Body()
    for part in parts:
        if part.kind is Kind.REQUEST:
            body = _joined(body, read_body(part))
        elif part.kind in {Kind.OTHER, Kind.NOTES} and _ALL_OPTIONAL.search(part.label):
            shape = optional_fields(body.shape) if body.shape is not None else None
            body = replace(body, shape=shape)
    return body


def _refined(body: Body, parts: list[Part]) -> Body:
    shape = body.shape
    if not body.words:
        body = replace(body, words=next(filter(None, map(_same_in, parts)), ""))
    for part in parts:
        if shape is None or not shape.fields:
            return body
        if part.kind in {Kind.RULES, Kind.OTHER} or "optional" in part.label.casefold():
            shape = refine(shape, part.blocks)
    return replace(body, shape=shape)


def _told(parts: list[Part]) -> Body:
    for part in parts:
        if same := _same_in(part):
            return Body(words=same, span=part.span)
        for text, span in texts_of(part):
            described = part.kind in {Kind.DESCRIPTION, Kind.NOTES}
            if described and _NO_BODY.search(plain(text)):
                return Body(shape=NO_BODY, span=span)
            inline = _INLINE_BODY.search(text)
            if inline:
                return Body(shape=read_example(inline["object"], span), span=span)
    return Body()


def _same_in(part: Part) -> str:
    """Return the words by which a part takes the rules of another request, or none."""
    if part.kind is Kind.RULES and _AS_OTHER.match(part.value):
        return part.value
    if part.kind not in {Kind.DESCRIPTION, Kind.NOTES, Kind.RULES, Kind.REQUEST}:
        return ""
    return next(filter(None, (same_as(plain(text)) for text, _ in texts_of(part))), "")


def same_as(text: str) -> str:
    """Return the words that give a request the rules of another: `same rules as POST`, or none."""
    found = _SAME_AS.search(text)
    return found[0] if found and not re.search(r"(?i)\bresponses?\b", found[0]) else ""


def beside_route(sighting: Sighting) -> Body:
    """Read what the line of a route says of its request: `PUT /notes/{id} {title?, text?}`."""
    shown = _BRACES.match(sighting.summary)
    if shown and sighting.method in {"POST", "PUT", "PATCH"}:
        shape = read_example(shown[0], sighting.span)
        if shape is not None and shape.fields:
            return Body(shape=shape, span=sighting.span)
    return Body(words=same_as(sighting.summary), span=sighting.span)


def _joined(first: Body, second: Body) -> Body:
    if first.is_empty:
        return second
    if second.is_empty or second.shape is NO_BODY:
        return first
    told = (*first.conflicts, *second.conflicts)
    if first.shape is None or second.shape is None:
        words = first.words or second.words
        return replace(first, shape=first.shape or second.shape, words=words, conflicts=told)
    told = (*told, *conflicts(first.shape, second.shape))
    return replace(first, shape=combine(first.shape, second.shape), conflicts=told)


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


def _shown(parts: list[Part], method: str) -> tuple[Body, Body]:
    """Read the bodies that an endpoint shows without a word on what they are: sent and answered.

    The first of two is sent, and one that has what only a stored row has is answered.
    """
    if any(part.kind in {Kind.REQUEST, Kind.RESPONSE} for part in parts):
        return Body(), Body()
    bodies = [
        read_body(replace(part, kind=Kind.RESPONSE, blocks=[block]))
        for part in parts
        if part.kind is Kind.DESCRIPTION
        for block in part.blocks
        if isinstance(block, Fence) and _is_body(read_fence(block))
    ]
    sends = method in {"POST", "PUT", "PATCH"} and bool(bodies)
    if sends and (len(bodies) > 1 or not _is_stored(bodies[0].shape)):
        return bodies[0], bodies[1] if len(bodies) > 1 else Body()
    return Body(), bodies[0] if bodies else Body()


def _is_body(shape: Shape | None) -> bool:
    names = {item.name.casefold() for item in shape.fields} if shape is not None else set()
    return shape is not None and (shape.type is Type.LIST or not names <= _FAILING)


def _is_stored(shape: Shape | None) -> bool:
    names = {item.name.casefold() for item in shape.fields} if shape is not None else set()
    return shape is not None and (shape.type is Type.LIST or bool(names & _STORED))


def read_response(parts: list[Part], method: str) -> Body:
    """Read the body of the success answer."""
    body = _shown(parts, method)[1]
    for part in parts:
        if part.kind is not Kind.RESPONSE or _is_error(part):
            continue
        found = read_body(part)
        if body.is_empty:
            body = found
            continue
        told = (*body.conflicts, *found.conflicts, *conflicts(body.shape, found.shape))
        body = replace(body, conflicts=told)
        if body.shape is None:
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


def read_errors(parts: list[Part]) -> Iterator[ErrorExample]:
    """Yield the bodies of error answers that are shown."""
    for part in parts:
        if part.kind is Kind.ERRORS or (part.kind is Kind.RESPONSE and part.blocks):
            yield from _errors_in(part)


def _errors_in(part: Part) -> Iterator[ErrorExample]:
    speaks_of_success = part.kind is Kind.RESPONSE and not _is_error(part)
    status = None if speaks_of_success else next(iter(part.codes), None)
    for block in part.blocks:
        text, shape = "", None
        if isinstance(block, Item | Paragraph):
            status = next(iter(codes_in(block.text)), status)
            inline = re.search(r"`(\{.*\})`", block.text)
            text = inline.group(1) if inline else ""
            shape = read_example(text, block.span) if text else None
        elif isinstance(block, Fence) and status is not None and status not in _SUCCESS:
            text, shape = block.text, read_fence(block)
        if shape is not None and status is not None and status not in _SUCCESS:
            yield error_example(text, status, shape, block.span)


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
