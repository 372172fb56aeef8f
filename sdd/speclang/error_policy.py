"""How errors are answered, from whatever documents state it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sdd.ir import ErrorCode, ErrorPolicy, Field, Shape, Type
from sdd.speclang.endpoints.bodies import read_fence
from sdd.speclang.endpoints.statement import ErrorExample
from sdd.speclang.examples import read_example
from sdd.speclang.fields import is_field_table, read_items, read_table
from sdd.speclang.findings import Findings
from sdd.speclang.inline import key, plain, sentences
from sdd.speclang.outline import Document
from sdd.speclang.routes import codes_in
from sdd.text import Span
from sdd.text.markdown import Block, Fence, Heading, Item, Paragraph, Row, Table

_VALIDATION = re.compile(
    r"(?i)\bvalidation\b|\binvalid (?:input|request|data|parameters?|body|task)"
    r"|missing (?:required )?fields?|unprocessable|\bout of bounds\b|malformed body"
)
_FOREIGN = re.compile(
    r"(?i)\b(?:another|other|different|someone else'?s?|somebody else'?s?)\s+users?'?s?\b"
    r"|\bbelongs? to (?:another|a different|someone|somebody)|\bnot (?:own|owned|the owner)"
    r"|\bdoes(?:n't| not) (?:own|belong)|\bnot owned\b|\bownership\b"
)
_PATH_USER = re.compile(
    r"(?i)(?:\buser[_ ]?ids?\b|\bpath user\b|\burl\b)[^.;|]{0,60}?(?:\bmismatch\w*|!=|≠"
    r"|does(?:n't| not) match|\bdiffers?\b|\bnot match)|\bmismatch[^.;|]{0,40}user[_ ]?id"
    r"|\bmust match\b[^.;|]{0,80}\b403\b"
)
_ERROR_FORM = re.compile(r"(?i)\berrors?(?: responses?)?(?: format| body| form)?\b[^{]{0,60}\{")
_ERROR_TITLE = re.compile(r"\berrors?\b")
_NO_ERRORS = re.compile(r"\b(?:success|no errors?)\b")
_ERROR_OBJECT = re.compile(r"\berrors? (?:response|object|format|body|schema)\b")

_REFUSAL = re.compile(r"[45]\d\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A status with the words that explain it."""

    status: int
    text: str
    span: Span


def read_errors(
    documents: Iterable[Document], examples: Iterable[ErrorExample], findings: Findings
) -> ErrorPolicy:
    """Read how errors are answered; what an earlier document states counts more."""
    documents = list(documents)
    statements = [statement for document in documents for statement in _statements(document)]
    examples = list(examples)
    shape = _error_shape(documents) or next(
        (item.shape for item in examples if item.shape.fields), None
    )
    return ErrorPolicy(
        validation_status=_validation(statements),
        foreign_status=_voted(statements, _FOREIGN, {403, 404}, findings, "foreign-row"),
        path_user_status=_voted(statements, _PATH_USER, {403, 404, 401}, findings, "path-user"),
        fields=tuple(item.name for item in shape.fields) if shape else None,
        codes=_codes(documents, examples),
        span=shape.span if shape else None,
    )


def _statements(document: Document) -> Iterator[Statement]:
    pending: int | None = None
    for block in document.blocks:
        match block:
            case Table():
                pending = None
                for row in filter(_is_refusal, block.rows):
                    text = " | ".join(plain(cell) for cell in row.cells)
                    codes = [code for cell in row.cells for code in codes_in(cell)]
                    if codes and codes[0] >= 400:  # noqa: PLR2004 - errors only
                        yield Statement(status=codes[0], text=text, span=row.span)
            case Heading():
                codes = codes_in(block.text)
                pending = codes[0] if len(codes) == 1 and codes[0] >= 400 else None  # noqa: PLR2004 - errors only
            case Paragraph() | Item() if pending is not None or _REFUSAL.search(block.text):
                for text in _clauses(block.text):
                    codes = [code for code in codes_in(text) if code >= 400]  # noqa: PLR2004 - errors only
                    for code in codes:
                        yield Statement(status=code, text=_near(text, code, codes), span=block.span)
                    if not codes and pending is not None:
                        yield Statement(status=pending, text=text, span=block.span)
            case _:
                pass


def _is_refusal(row: Row) -> bool:
    return any(_REFUSAL.search(cell) for cell in row.cells)


def _clauses(text: str) -> list[str]:
    """Return the statements in a text; of a question and its answer, the answer."""
    shown = plain(text)
    answer = re.search(r"(?:→|->)?\s*\bA:\s*", shown)
    if answer and re.match(r"Q:", shown):
        shown = shown[answer.end() :]
    parts = [part for line in shown.split("\n") for part in sentences(line)]
    return [part for part in parts if not part.endswith("?")]


def _near(text: str, code: int, codes: list[int]) -> str:
    """Return the part of a sentence that belongs to one of several codes in it."""
    if len(codes) == 1:
        return text
    parts = re.split(r",\s*(?=`?[1-5]\d\d\b)|;\s*|(?<=\))\s*or\b|\s\|\s|\bor\b", text)
    return next((part for part in parts if str(code) in part), text)


def _validation(statements: list[Statement]) -> int | None:
    votes = [
        item.status
        for item in statements
        if item.status in {400, 422} and _VALIDATION.search(item.text)
    ]
    if 422 in votes:  # noqa: PLR2004 - where both are named, 400 is the malformed request
        return 422
    return votes[0] if votes else None


_SUBJECTS = {
    "foreign-row": "A row of another user",
    "path-user": "A user id of somebody else in the path",
}


def _voted(
    statements: list[Statement],
    pattern: "re.Pattern[str]",
    among: set[int],
    findings: Findings,
    subject: str,
) -> int | None:
    votes = [item for item in statements if item.status in among and pattern.search(item.text)]
    votes = [
        item
        for item in votes
        if not re.search(
            r"(?i)\b403 is not used\b|\bor belongs\b.*\bnot found\b(?<!404)", item.text
        )
    ]
    if not votes:
        return None
    first = votes[0]
    other = next((item for item in votes if item.status != first.status), None)
    if other is not None:
        findings.contradiction(
            f"contradicting-{subject}-status",
            f"{_SUBJECTS[subject]} answers {first.status} here and {other.status} there.",
            ((first.span, f"here {first.status}"), (other.span, f"here {other.status}")),
            hint=f"Decide for one; {first.status} is followed for now.",
            subject=f"errors:{subject}",
        )
    return first.status


def _error_shape(documents: list[Document]) -> Shape | None:
    for document in documents:
        titled = [_is_of_errors(section.above) for section in document.sections]
        before: Block | None = None
        for index, block in enumerate(document.blocks):
            lead = key(before.text.split("\n")[-1]) if isinstance(before, Paragraph | Item) else ""
            before = block
            announced = (
                titled[document.section_index(index)]
                or ("error" in lead and _ERROR_TITLE.search(lead))
                or _announces_itself(block)
            )
            if not announced or _NO_ERRORS.search(lead):
                continue
            shape = _shape_at(document, index)
            if shape is not None and shape.type is Type.OBJECT and shape.fields:
                return shape
    return None


def _is_of_errors(titles: tuple[str, ...]) -> bool:
    """Whether the innermost heading speaks of errors."""
    return bool(titles) and _ERROR_TITLE.search(titles[0]) is not None


def _announces_itself(block: Block) -> bool:
    """Whether a line says itself that it shows the form of errors."""
    if isinstance(block, Table):
        return any(_ERROR_FORM.search(" ".join(row.cells)) for row in block.rows)
    return isinstance(block, Paragraph | Item) and _ERROR_FORM.search(plain(block.text)) is not None


def _shape_at(document: Document, index: int) -> Shape | None:
    block = document.blocks[index]
    match block:
        case Fence():
            return read_fence(block)
        case Item() | Paragraph():
            return _on_a_line(block) or _listed(document, index)
        case Table():
            return _in_a_table(block)
        case _:
            return None


def _on_a_line(block: Item | Paragraph) -> Shape | None:
    inline = re.search(r"`(\{[^`]*\})`|(\{\s*[\"']?\w+[\"']?\s*:.*\})", block.text)
    return read_example(inline.group(1) or inline.group(2), block.span) if inline else None


def _listed(document: Document, index: int) -> Shape | None:
    """Read a list of fields under a heading like `Error response`."""
    section = document.section_at(index)
    block = document.blocks[index]
    if not isinstance(block, Item) or not _ERROR_OBJECT.search(section.words):
        return None
    entries = read_items(document.blocks[section.start : section.own_end])
    names = [entry.name for entry in entries if entry.marked and not entry.name.isdigit()]
    return _of_entries(names, block.span)


def _in_a_table(block: Table) -> Shape | None:
    if _announces_itself(block):
        row = next(row for row in block.rows if _ERROR_FORM.search(" ".join(row.cells)))
        inline = re.search(r"(\{.*\})", " ".join(row.cells))
        return read_example(inline.group(1), row.span) if inline else None
    if is_field_table(block) and key(block.header[0]) in {"field", "name", "property"}:
        return _of_entries([entry.name for entry in read_table(block)], block.span)
    return None


def _of_entries(names: list[str], span: Span) -> Shape | None:
    fields = tuple(Field(name=name) for name in names if re.fullmatch(r"[a-z_]\w*", name))
    return Shape(type=Type.OBJECT, fields=fields, span=span) if fields else None


def _codes(documents: list[Document], examples: list[ErrorExample]) -> tuple[ErrorCode, ...]:
    found: dict[tuple[int, str], ErrorCode] = {}
    for document in documents:
        for block in document.blocks:
            if isinstance(block, Table):
                for code in _table_codes(block):
                    found.setdefault((code.status, code.code), code)
    for example in examples:
        if (
            example.status is not None
            and example.code
            and re.fullmatch(r"[A-Z][A-Z0-9_]+|[a-z]+(?:_[a-z]+)*", example.code)
        ):
            code = ErrorCode(status=example.status, code=example.code, message=example.message)
            found.setdefault((code.status, code.code), code)
    return tuple(sorted(found.values(), key=lambda item: (item.status, item.code)))


def _table_codes(table: Table) -> Iterator[ErrorCode]:
    header = [key(cell) for cell in table.header]
    code_at = next(
        (at for at, name in enumerate(header) if name in {"error code", "code", "error"}), None
    )
    status_at = next(
        (at for at, name in enumerate(header) if re.search(r"\bstatus\b|^http", name)), None
    )
    if code_at is None or status_at is None or code_at == status_at:
        return
    said_at = next(
        (
            at
            for at, name in enumerate(header)
            if name in {"message", "description", "when", "meaning", "detail"}
        ),
        None,
    )
    for row in table.rows:
        if max(code_at, status_at) >= len(row.cells):
            continue
        code = plain(row.cells[code_at])
        statuses = codes_in(row.cells[status_at])
        if statuses and re.fullmatch(r"[A-Z][A-Z0-9_]+|[a-z][a-z0-9]*(?:_[a-z0-9]+)*", code):
            said = (
                plain(row.cells[said_at])
                if said_at is not None and said_at < len(row.cells)
                else None
            )
            yield ErrorCode(status=statuses[0], code=code, message=said or None)
