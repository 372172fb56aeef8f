"""Auth policy, error policy and project conventions, from whatever documents state them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from sdd.ir import AuthMode, AuthPolicy, ErrorCode, ErrorPolicy, Shape, Type
from sdd.speclang.endpoints.bodies import read_fence
from sdd.speclang.endpoints.statement import ErrorExample
from sdd.speclang.examples import read_example
from sdd.speclang.fields import is_field_table, read_items, read_table
from sdd.speclang.findings import Findings
from sdd.speclang.inline import key, label_of, plain, sentences
from sdd.speclang.outline import Document
from sdd.speclang.routes import codes_in
from sdd.text import Span
from sdd.text.markdown import Block, Fence, Heading, Item, Paragraph, Table

_SHARED = re.compile(r"\bHS(?:256|384|512)\b")
_PUBLIC_KEYS = re.compile(r"\b(?:(?i:jwks)|EdDSA|RS256|ES256|Ed25519|PS256)\b")
_DENIED = re.compile(
    r"(?i)\b(?:never|not|no|reject\w*|other than|instead of|rather than|without|don't|alternatives?)\b"
)
_SECRET = re.compile(
    r"\b(?P<name>(?:[A-Z0-9]+_)*(?:SECRET|JWT_KEY|JWT_SIGNING_KEY)(?:_[A-Z0-9]+)*)\b"
)
_SUBJECT = (
    re.compile(r"(?i)\bclaims?\b[\s:`'\"(]*(?P<name>sub|user_?id|uid|id)\b[`'\")]"),
    re.compile(r"(?i)[`'\"](?P<name>sub|user_?id|uid|id)[`'\"]\s+(?:jwt\s+)?claim"),
    re.compile(r"(?i)\b(?:jwt|token)(?:'s)?\s+[`'\"(]?(?P<name>sub)\b"),
    re.compile(
        r"(?i)\b(?P<name>sub|user_?id|userId)\s+(?:claim|from (?:the )?(?:jwt|token)(?:'s)?(?: payload| claims?)?)\b"
    ),
    re.compile(
        r"(?i)\btoken (?:includes?|contains?)[^.]{0,30}?[`'\" ](?P<name>sub|user_id|userId)\b"
    ),
)
_VALIDATION = re.compile(
    r"(?i)\bvalidation\b|\binvalid (?:input|request|data|parameters?|body|task)|missing (?:required )?fields?|unprocessable|\bout of bounds\b|malformed body"
)
_FOREIGN = re.compile(
    r"(?i)\b(?:another|other|different|someone else'?s?|somebody else'?s?)\s+users?'?s?\b|\bbelongs? to (?:another|a different|someone|somebody)|\bnot (?:own|owned|the owner)|\bdoes(?:n't| not) (?:own|belong)|\bnot owned\b|\bownership\b"
)
_PATH_USER = re.compile(
    r"(?i)(?:\buser[_ ]?ids?\b|\bpath user\b|\burl\b)[^.;|]{0,60}?(?:\bmismatch\w*|!=|≠|does(?:n't| not) match|\bdiffers?\b|\bnot match)|\bmismatch[^.;|]{0,40}user[_ ]?id|\bmust match\b[^.;|]{0,80}\b403\b"
)
_ERROR_FORM = re.compile(r"(?i)\berrors?(?: responses?)?(?: format| body| form)?\b[^{]{0,60}\{")
_REJECTED = re.compile(r"\b(?:alternatives?|rejected|future|out of scope|troubleshooting)\b")
_ERROR_TITLE = re.compile(r"\berrors?\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A status with the words that explain it."""

    status: int
    text: str
    span: Span


def read_auth(documents: Iterable[Document], findings: Findings) -> AuthPolicy:
    """Read how tokens are verified; what an earlier document states counts more."""
    policy = AuthPolicy()
    modes: list[tuple[AuthMode, Span]] = []
    for document in documents:
        for text, span in _texts(document):
            mode = _mode(text)
            if mode is not None:
                modes.append((mode, span))
            policy = _with_text(policy, text, span)
        policy = _with_payload(policy, document)
    if modes:
        first = modes[0]
        policy = replace(policy, mode=first[0], span=policy.span or first[1])
        other = next((item for item in modes if item[0] is not first[0]), None)
        if other is not None:
            findings.contradiction(
                "contradicting-token-algorithm",
                "The specs verify tokens with a shared secret and with the issuer's public keys.",
                (
                    (first[1], f"here with {_mode_words(first[0])}"),
                    (other[1], f"here with {_mode_words(other[0])}"),
                ),
                hint="Say which one the backend uses; the first is followed for now.",
                subject="auth:mode",
            )
    return policy


def _mode_words(mode: AuthMode) -> str:
    return "a shared secret" if mode is AuthMode.HS256 else "public keys"


def _mode(text: str) -> AuthMode | None:
    shared, public = _SHARED.search(text), _PUBLIC_KEYS.search(text)
    if bool(shared) == bool(public):
        return None
    found = shared or public
    assert found is not None  # noqa: S101 - one of them matched
    if _DENIED.search(text[: found.start()][-40:]):
        return None
    return AuthMode.HS256 if shared else AuthMode.JWKS


def _with_text(policy: AuthPolicy, text: str, span: Span) -> AuthPolicy:
    secret = _SECRET.search(text)
    if secret and policy.secret_variable is None and "_" in secret["name"]:
        policy = replace(policy, secret_variable=secret["name"], span=policy.span or span)
    if policy.subject is None:
        for pattern in _SUBJECT:
            found = pattern.search(text)
            if found and not re.search(r"(?i)\bquery|\bpath param", text[: found.start()][-20:]):
                return replace(policy, subject=found["name"], span=policy.span or span)
    url = re.search(r"https?://[^\s`)\"']*jwks[^\s`)\"']*", text, re.IGNORECASE)
    if url and policy.jwks_url is None:
        policy = replace(policy, jwks_url=url.group().rstrip(".,;"))
    return policy


def _with_payload(policy: AuthPolicy, document: Document) -> AuthPolicy:
    """Find the user's id in the example of a token's payload."""
    if policy.subject is not None:
        return policy
    for index, block in enumerate(document.blocks):
        if not isinstance(block, Fence) or "{" not in block.text:
            continue
        titles = " ".join(document.title_words(index)[:1])
        if not re.search(r"\b(?:jwt|token|payload|claims?)\b", titles) or "exp" not in block.text:
            continue
        shape = read_example(block.text, block.span)
        names = [item.name for item in shape.fields] if shape else []
        subject = next((name for name in ("sub", "user_id", "userId", "id") if name in names), None)
        if subject:
            return replace(policy, subject=subject, span=policy.span or block.span)
    return policy


def _texts(document: Document) -> Iterator[tuple[str, Span]]:
    for index, block in enumerate(document.blocks):
        if any(_REJECTED.search(title) for title in document.title_words(index)[:2]):
            continue
        match block:
            case Paragraph() | Item() | Heading():
                for at, line in enumerate(block.text.split("\n")):
                    yield line, Span(path=document.path, line=block.span.line + at)
            case Table():
                yield " | ".join(block.header), block.span
                for row in block.rows:
                    yield " | ".join(row.cells), row.span
            case Fence() if block.language in {
                "env",
                "bash",
                "dotenv",
                "ini",
                "",
                "sh",
                "python",
                "text",
            }:
                for at, line in enumerate(block.text.split("\n"), start=1):
                    if _SECRET.search(line) or "jwks" in line.casefold():
                        yield line, Span(path=document.path, line=block.span.line + at)
            case _:
                pass


# --- errors


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
    policy = ErrorPolicy(
        validation_status=_validation(statements),
        foreign_status=_voted(statements, _FOREIGN, {403, 404}, findings, "foreign-row"),
        path_user_status=_voted(statements, _PATH_USER, {403, 404, 401}, findings, "path-user"),
        fields=tuple(item.name for item in shape.fields) if shape else None,
        codes=_codes(documents, examples),
        span=shape.span if shape else None,
    )
    return policy


def _statements(document: Document) -> Iterator[Statement]:
    pending: int | None = None
    for block in document.blocks:
        match block:
            case Table():
                pending = None
                for row in block.rows:
                    text = " | ".join(plain(cell) for cell in row.cells)
                    codes = [code for cell in row.cells for code in codes_in(cell)]
                    if codes and codes[0] >= 400:  # noqa: PLR2004 - errors only
                        yield Statement(status=codes[0], text=text, span=row.span)
            case Heading():
                codes = codes_in(block.text)
                pending = codes[0] if len(codes) == 1 and codes[0] >= 400 else None  # noqa: PLR2004 - errors only
            case Paragraph() | Item():
                for text in _clauses(block.text):
                    codes = [code for code in codes_in(text) if code >= 400]  # noqa: PLR2004 - errors only
                    for code in codes:
                        yield Statement(status=code, text=_near(text, code, codes), span=block.span)
                    if not codes and pending is not None:
                        yield Statement(status=pending, text=text, span=block.span)
            case _:
                pass


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
            f"A {'row of another user' if subject == 'foreign-row' else 'user id of somebody else in the path'} answers {first.status} here and {other.status} there.",
            ((first.span, f"here {first.status}"), (other.span, f"here {other.status}")),
            hint=f"Decide for one; {first.status} is followed for now.",
            subject=f"errors:{subject}",
        )
    return first.status


def _error_shape(documents: list[Document]) -> Shape | None:
    for document in documents:
        for index, block in enumerate(document.blocks):
            titles = document.title_words(index)[:1]
            before = document.blocks[index - 1] if index else None
            lead = key(before.text.split("\n")[-1]) if isinstance(before, Paragraph | Item) else ""
            announced = (
                _ERROR_TITLE.search(lead)
                or (titles and _ERROR_TITLE.search(titles[0]))
                or _announces_itself(block)
            )
            if not announced or re.search(r"\b(?:success|no errors?)\b", lead):
                continue
            shape = _shape_at(document, index)
            if shape is not None and shape.type is Type.OBJECT and shape.fields:
                return shape
    return None


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
            inline = re.search(r"`(\{[^`]*\})`|(\{\s*[\"']?\w+[\"']?\s*:.*\})", block.text)
            if inline:
                return read_example(inline.group(1) or inline.group(2), block.span)
            title = document.section_at(index).words
            if isinstance(block, Item) and re.search(
                r"\berrors? (?:response|object|format|body|schema)\b", title
            ):
                section = document.section_at(index)
                entries = [
                    entry
                    for entry in read_items(document.blocks[section.start : section.own_end])
                    if entry.marked and not entry.name.isdigit()
                ]
                return _of_entries([entry.name for entry in entries], block.span)
            return None
        case Table() if _announces_itself(block):
            row = next(row for row in block.rows if _ERROR_FORM.search(" ".join(row.cells)))
            inline = re.search(r"(\{.*\})", " ".join(row.cells))
            return read_example(inline.group(1), row.span) if inline else None
        case Table() if is_field_table(block):
            header = key(block.header[0])
            if header in {"field", "name", "property"}:
                return _of_entries([entry.name for entry in read_table(block)], block.span)
            return None
        case _:
            return None


def _of_entries(names: list[str], span: Span) -> Shape | None:
    from sdd.ir import Field  # noqa: PLC0415 - beside its only use

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


# --- conventions


def read_conventions(documents: Iterable[Document]) -> tuple[tuple[str, str], ...]:
    """Read layout, style and the like from guidelines; the first document that says it counts."""
    found: dict[str, str] = {}
    for document in documents:
        for name, value in _conventions(document):
            found.setdefault(name, value)
    return tuple(sorted(found.items()))


def _conventions(document: Document) -> Iterator[tuple[str, str]]:
    structure: list[str] = []
    for index, block in enumerate(document.blocks):
        title = " ".join(document.title_words(index)[:2])
        in_structure = re.search(
            r"\b(?:structure|layout|architecture|organi[sz]ation|files?|folders?|models and services)\b",
            title,
        )
        if isinstance(block, Paragraph | Item):
            for line in block.text.split("\n"):
                label = label_of(line)
                if label is not None and key(label.name) in {"layout", "style"}:
                    word = re.match(r"\w+", plain(label.value))
                    if word:
                        yield key(label.name), word.group().casefold()
            if in_structure:
                structure.append(block.text)
        elif isinstance(block, Fence) and (in_structure or "main.py" in block.text):
            structure.append(block.text)
    text = "\n".join(structure)
    whole = "\n".join(line for line, _ in _texts(document))
    if re.search(r"(?m)\bservices/|_service\.py\b|\b\w+/services\b", text):
        yield "layout", "services"
    elif re.search(r"\bapp/|\brepositories/", text) or re.search(r"\bapp\.main:app\b", whole):
        yield "layout", "app"
    style = _style(whole)
    if style:
        yield "style", style


def _style(text: str) -> str | None:
    asynchronous = re.search(
        r"(?i)\basync (?:throughout|handlers?|endpoints?|routes?|sessions?|functions?|operations?|database|def|patterns?|sqlalchemy)\b|\basync/await\b|\basyncpg\b|\baiosqlite\b|\bAsyncSession\b|\basynchronous\b",
        text,
    )
    synchronous = re.search(
        r"(?i)\bsync(?:hronous)? (?:handlers?|sessions?|endpoints?|throughout|database|sqlmodel)\b",
        text,
    )
    if asynchronous and not synchronous:
        return "async"
    return "sync" if synchronous and not asynchronous else None
