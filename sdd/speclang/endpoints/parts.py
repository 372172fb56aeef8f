"""The blocks about one endpoint, cut into labelled parts: parameters, request, response."""

import re
from dataclasses import dataclass, field, replace
from enum import Enum

from sdd.speclang.inline import Label, key, label_of, plain, remembered
from sdd.speclang.routes import codes_in
from sdd.text import Span
from sdd.text.markdown import Block, Fence, Heading, Html, Item, Paragraph, Row, Table


class Kind(Enum):
    """What a part is about."""

    DESCRIPTION = "description"
    AUTH = "auth"
    METHOD = "method"
    PATH = "path"
    QUERY = "query"
    PATH_PARAMETERS = "path parameters"
    PARAMETERS = "parameters"
    HEADERS = "headers"
    REQUEST = "request"
    RESPONSE = "response"
    ERRORS = "errors"
    STATUS = "status"
    RULES = "rules"
    EXAMPLE = "example"
    NOTES = "notes"
    OTHER = "other"


_KINDS: tuple[tuple[Kind, str], ...] = (
    (
        Kind.EXAMPLE,
        (
            r"(?:example|sample)s?(?: (?:curl|request|requests|usage|call|http request|url))?"
            r"|curl(?: example)?|usage|test with curl"
        ),
    ),
    (
        Kind.QUERY,
        (
            r"(?:optional |supported |available )*(?:query|url query|search"
            r"|filter)(?: string)? (?:parameters?|params?|args|arguments|options|filters)"
            r"|(?:url )?query(?: string)?|filters|filtering|supported filters"
        ),
    ),
    (Kind.PATH_PARAMETERS, r"(?:path|url|route|uri)(?: (?:parameters?|params?|variables?|args))"),
    (Kind.PARAMETERS, r"(?:request )?(?:parameters?|params?|arguments|args|inputs?)"),
    (Kind.HEADERS, r"(?:required |request |http )?headers?(?: required)?|request headers"),
    (
        Kind.ERRORS,
        (
            r"(?:possible |common )?(?:errors?|failures?)(?: (?:responses?|cases?|codes?|handling"
            r"|status(?:es)?|status codes|scenarios|conditions|body|schema))?|error response body"
            r"|exceptions"
        ),
    ),
    (
        Kind.STATUS,
        (
            r"(?:success |http |response |successful )?status(?:es)?(?: codes?)?|(?:response |http "
            r"|return |success )?codes?|success(?: code)?"
        ),
    ),
    (
        Kind.RESPONSE,
        (
            r"(?:(?:success(?:ful)?|expected|example|sample|http|normal|ok)? ?)?(?:responses?"
            r"|returns?|results?|outputs?)(?: (?:body|schema|format|example|payload|model|shape"
            r"|fields|type|json|object|structure|data))*|success response|returns|on success"
            r"|response body example"
        ),
    ),
    (
        Kind.REQUEST,
        (
            r"(?:(?:example|json|sample) )?(?:(?:request|input) )?(?:body|payload|data|schema|json"
            r"|content)(?: (?:parameters?|params?|schema|fields|format|example|json|structure))*"
            r"|(?:example )?request(?: (?:body|schema|format|payload|example|json|model|fields))*"
            r"|body params|input|accepts|form data|fields"
        ),
    ),
    (
        Kind.AUTH,
        (
            r"auth|auth(?:entication|orization)?(?: (?:required|needed|requirements?|level))?"
            r"|requires? (?:auth(?:entication)?|login|token)|access(?: (?:level|control))?|security"
            r"|protected|public|protection|permissions?|jwt(?: required)?|authenticated"
            r"|required auth|(?:required )?(?:roles?|scopes?)"
        ),
    ),
    (Kind.METHOD, r"(?:http )?(?:method|verb)s?"),
    (
        Kind.PATH,
        r"(?:full |request |api |endpoint )?(?:path|url|uri|route|endpoint)(?: (?:path|url))?",
    ),
    (
        Kind.RULES,
        (
            r"(?:field |input |request |data )?(?:validations?|constraints?|rules)(?: (?:rules?"
            r"|constraints?|requirements?))?|business rules?|all fields are optional"
            r"|field (?:details|rules|descriptions)"
        ),
    ),
    (Kind.DESCRIPTION, r"(?:description|purpose|summary|overview|name|title|use case|goal|what)"),
    (
        Kind.NOTES,
        (
            r"(?:notes?|important|behaviou?rs?|implementation(?: notes)?|side effects?|triggered by"
            r"|source|file|handler|function|tags?|rate limit(?:ing|s)?|performance|example|logic"
            r"|process(?:ing)?|steps|flow|features?|user stor(?:y|ies)|acceptance criteria|related"
            r"|references?|caching|security notes?|content type|prefix|location|status note|warning"
            r"|tip|used by|frontend usage|mechanism|preconditions?|postconditions?|idempotent"
            r"|idempotency|pagination|sorting|ordering|default|version|since|phase|priority)"
        ),
    ),
)
_COMPILED = tuple((kind, re.compile(rf"^(?:{pattern})$")) for kind, pattern in _KINDS)
_CODED = re.compile(r"^[1-5]\d\d\b|\b[1-5]\d\d(?: [a-z ]+)?$")
LISTS = frozenset(
    {
        Kind.QUERY,
        Kind.PATH_PARAMETERS,
        Kind.PARAMETERS,
        Kind.HEADERS,
        Kind.REQUEST,
        Kind.RESPONSE,
        Kind.ERRORS,
        Kind.RULES,
        Kind.STATUS,
    }
)
_OPENS_IN_LIST = frozenset(
    {
        Kind.QUERY,
        Kind.PATH_PARAMETERS,
        Kind.PARAMETERS,
        Kind.HEADERS,
        Kind.REQUEST,
        Kind.RESPONSE,
        Kind.ERRORS,
        Kind.AUTH,
        Kind.STATUS,
        Kind.METHOD,
        Kind.PATH,
    }
)
_PARTS_OF_BODY = frozenset(
    {
        "body",
        "content",
        "schema",
        "json",
        "example",
        "payload",
        "data",
        "format",
        "json body",
        "fields",
    }
)
_LOOSE = frozenset({"payload", "data", "json", "input", "schema", "fields", "accepts", "content"})
_PAIR_HEADERS = frozenset(
    {"field", "property", "attribute", "item", "key", "", "aspect", "detail", "name"}
)
_PAIR_VALUES = frozenset({"value", "details", "detail", "description", "", "spec"})


@dataclass(slots=True)
class Part:
    """A label with what belongs to it.

    Attributes:
        label: The label as a reader sees it, note included.
        value: What follows the label on its line, as Markdown source.
        blocks: Lists, tables and fences up to the next label.
    """

    kind: Kind
    label: str
    value: str
    span: Span
    blocks: list[Block] = field(default_factory=list)
    depth: int = -1

    @property
    def codes(self) -> list[int]:
        """Status codes in the label and its value."""
        return list(dict.fromkeys([*codes_in(self.label), *codes_in(self.value)]))


def kind_of(label: str, value: str = "") -> Kind | None:
    """Return what a label is about, or None for a label that is not known."""
    kind = _known_kind(label)
    return kind if kind is not None and _fits(kind, value) else None


@remembered
def _known_kind(label: str) -> Kind | None:
    words = re.sub(r"^\d{1,2}(?: \d{1,2})* (?=[a-z])", "", key(label))
    bare = re.sub(r"\b[1-5]\d\d\b.*$", "", words).strip() if codes_in(label) else words
    if words and not bare and codes_in(label):
        return Kind.RESPONSE
    for candidate in (words, bare):
        for kind, pattern in _COMPILED:
            if candidate and pattern.match(candidate):
                return kind
    return None


def _fits(kind: Kind, value: str) -> bool:
    """Whether a label that is also an ordinary word is followed by what it would announce."""
    if kind is Kind.PATH:
        return "/" in value
    if kind is Kind.METHOD:
        return re.search(r"\b(?:GET|POST|PUT|PATCH|DELETE)\b", value) is not None
    return True


def split_parts(blocks: tuple[Block, ...]) -> list[Part]:
    """Cut the blocks about an endpoint into parts; what precedes the first label is description."""
    splitter = _Splitter()
    for block in blocks:
        splitter.feed(block)
    return splitter.parts


class _Splitter:
    """Goes through blocks in order and opens a part at each label."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.current: Part | None = None
        self.context: Kind | None = None  # of the last label that is no list item

    def feed(self, block: Block) -> None:
        match block:
            case Heading():
                self._heading(block)
            case Paragraph():
                self._paragraph(block)
            case Item():
                self._item(block)
            case Table():
                self._table(block)
            case Fence():
                self._holder(block.span).blocks.append(block)
            case Html():
                pass

    def _holder(self, span: Span) -> Part:
        if self.current is None:
            self._open(Kind.DESCRIPTION, "", "", span)
        assert self.current is not None  # noqa: S101 - opened just above
        return self.current

    def _open(self, kind: Kind, label: str, value: str, span: Span, *, depth: int = -1) -> Part:
        self.current = Part(kind=kind, label=label, value=value, span=span, depth=depth)
        if depth < 0:
            self.context = kind
        self.parts.append(self.current)
        return self.current

    def _heading(self, block: Heading) -> None:
        kind = kind_of(block.text) or Kind.OTHER
        self._open(kind, plain(block.text), "", block.span)

    def _paragraph(self, block: Paragraph) -> None:
        offset = 0
        pending: list[str] = []
        start = block.span.line
        for line in block.text.split("\n"):
            span = Span(path=block.span.path, line=block.span.line + offset)
            offset += 1
            label = label_of(line)
            kind = self._kind(label) if label else None
            if label is None or kind is None:
                start = span.line if not pending else start
                pending.append(line)
                continue
            self._text(pending, block, start)
            pending = []
            value = label.value
            self._open(kind, f"{label.name} {label.note}".strip(), value, span)
        self._text(pending, block, start)

    def _kind(self, label: Label) -> Kind | None:
        kind = kind_of(f"{label.name} {label.note}", label.value) or kind_of(
            label.name, label.value
        )
        if kind is None and label.bold and (codes_in(label.name) or codes_in(label.note)):
            return Kind.RESPONSE
        if kind is None and label.bold and not label.value:
            return Kind.OTHER
        return kind

    def _text(self, lines: list[str], block: Paragraph, start: int) -> None:
        if not any(line.strip() for line in lines):
            return
        span = Span(path=block.span.path, line=start, end_line=start + len(lines))
        holder = self._holder(span)
        if holder.depth >= 0:
            holder = self._open(Kind.DESCRIPTION, "", "", span)
        holder.blocks.append(Paragraph(text="\n".join(lines), span=span, quoted=block.quoted))

    def _item(self, block: Item) -> None:
        first, *later = block.text.split("\n")
        for number, line in enumerate(later, start=1):
            follows = label_of(line) if line.lstrip().startswith("**") else None
            if follows is not None and self._kind(follows) is not None:
                self._item(replace(block, text="\n".join([first, *later[: number - 1]])))
                span = Span(path=block.span.path, line=block.span.line + number)
                self._paragraph(Paragraph(text="\n".join(later[number - 1 :]), span=span))
                return
        label = label_of(block.text)
        kind = self._item_kind(label, block.depth) if label else None
        current = self.current
        if label is not None and kind is not None and self._opens(kind, label, block):
            self._open(
                self._in_context(kind, label),
                f"{label.name} {label.note}".strip(),
                label.value,
                block.span,
                depth=block.depth,
            )
            return
        if current is not None and current.depth >= 0 and block.depth <= current.depth:
            self._open(Kind.DESCRIPTION, "", "", block.span)
        self._holder(block.span).blocks.append(block)

    def _in_context(self, kind: Kind, label: Label) -> Kind:
        """Read `- Body:` below `**Response**:` as the response's."""
        if self.context in {Kind.RESPONSE, Kind.ERRORS} and key(label.name) in _PARTS_OF_BODY:
            return self.context
        return kind

    def _item_kind(self, label: Label, depth: int) -> Kind | None:
        kind = kind_of(f"{label.name} {label.note}", label.value) or kind_of(
            label.name, label.value
        )
        if kind is Kind.STATUS and not codes_in(label.value):
            return None
        if kind is Kind.REQUEST and not label.bold and depth > 0 and key(label.name) in _LOOSE:
            return None
        if kind is Kind.AUTH and not re.search(
            r"(?i)\b(?:required|yes|no|none|not|bearer|jwt|public|token|protected|true|false"
            r"|optional|auth\w*)\b|✅|❌|✓|✗",
            label.value,
        ):
            return None
        return kind

    def _opens(self, kind: Kind, label: Label, block: Item) -> bool:
        """Whether an item's label opens a part, or names an entry of the list that is open."""
        current = self.current
        if kind is Kind.REQUEST and _is_entry(label) and key(label.name) in _LOOSE:
            return False
        if current is None or current.kind not in LISTS:
            return True
        if current.depth >= 0:  # itself opened by an item
            return block.depth <= current.depth or (
                kind in _OPENS_IN_LIST
                and not _is_entry(label)
                and block.depth <= current.depth + 1
                and current.kind in {Kind.REQUEST, Kind.RESPONSE}
                and label.bold
            )
        if current.value and not current.blocks and not current.value.endswith(":"):
            return True
        if codes_in(label.name) and kind is Kind.RESPONSE:
            return False
        return kind in _OPENS_IN_LIST and not _is_entry(label)

    def _table(self, block: Table) -> None:
        if _is_pairs(block):
            for row in block.rows:
                self._pair(row)
            self.current = None
            return
        self._holder(block.span).blocks.append(block)

    def _pair(self, row: Row) -> None:
        if len(row.cells) < 2:  # noqa: PLR2004 - a label and its value
            return
        kind = kind_of(row.cells[0], row.cells[1]) or Kind.OTHER
        self._open(kind, plain(row.cells[0]), row.cells[1], row.span)


def _is_entry(label: Label) -> bool:
    """Whether a label looks like the name of a field or parameter: `status`, `due_date`."""
    name = label.name.split(" ")[0]
    return re.fullmatch(r"`?[a-z][\w]*`?", name) is not None


def _is_pairs(table: Table) -> bool:
    """Whether a table lists properties of the endpoint: `| Auth | No |`, `| Status | 200 |`."""
    if len(table.header) != 2 or not table.rows:  # noqa: PLR2004 - label and value
        return False
    header = [key(cell) for cell in table.header]
    known = [
        kind_of(row.cells[0], row.cells[1] if len(row.cells) > 1 else "") for row in table.rows
    ]
    if header[0] not in _PAIR_HEADERS or header[1] not in _PAIR_VALUES:
        return False
    return sum(kind is not None for kind in known) * 2 > len(known)


def texts_of(part: Part) -> list[tuple[str, Span]]:
    """Return a part's running text with its places: the label's value first."""
    texts = [(part.value, part.span)] if part.value else []
    texts.extend(
        (block.text, block.span) for block in part.blocks if isinstance(block, Paragraph | Item)
    )
    return texts
