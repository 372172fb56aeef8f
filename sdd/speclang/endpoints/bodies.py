"""Bodies of requests and answers: fields from lists, shapes from examples, names in words."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from sdd.ir import NO_BODY, Constraints, Field, Shape, Type
from sdd.speclang.endpoints.alternatives import Either, apart, optional
from sdd.speclang.endpoints.parts import Part
from sdd.speclang.evidence import Conflict, conflicts
from sdd.speclang.examples import combine, read_example
from sdd.speclang.facts import Facts, for_type
from sdd.speclang.fields import Entry, read_entry, read_items, read_table
from sdd.speclang.inline import key, plain, unticked, visible
from sdd.speclang.phrases import read_facts
from sdd.speclang.routes import codes_in
from sdd.text import Span
from sdd.text.markdown import Block, Fence, Item, Paragraph, Table

_NOTHING = re.compile(
    r"^\W*(?:none|no (?:request )?(?:body|content|response body|payload)|empty(?: (?:body"
    r"|response))?|n/?a|nothing|—|-)\W*(?:\(?\d{3}\)?)?\W*(?:required|needed|returned)?\W*$|"
    r"\bno (?:request |response )?body\b|^\W*\(?(?:empty body|no response body|no content)\b",
    re.IGNORECASE,
)
_CODE_FENCES = frozenset(
    {
        "bash",
        "sh",
        "shell",
        "curl",
        "console",
        "python",
        "py",
        "sql",
        "mermaid",
        "powershell",
        "zsh",
        "env",
        "yaml",
        "yml",
    }
)
_STATUS_WORDS = re.compile(
    r"^\W*(?:http(?:/\d(?:\.\d)?)?\s*)?(?:status(?: code)?:?\s*)?[1-5]\d\d(?:\s+(?:ok|created"
    r"|accepted|no content|success))?[\s`:)*,.—\u2013-]*",
    re.IGNORECASE,
)


_ALL_OPTIONAL = re.compile(r"(?i)\ball (?:fields )?(?:are )?optional\b|partial")


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A body as stated: its shape, or the words that name one described elsewhere."""

    shape: Shape | None = None
    words: str = ""
    span: Span | None = None
    example: bool = False
    conflicts: tuple[Conflict, ...] = ()
    either: tuple[Either, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing was stated."""
        return self.shape is None and not self.words


def field_of(entry: Entry) -> Field:
    """Turn an entry of a field list into a field, nested entries into an object."""
    facts = entry.facts
    kind = _kind(facts)
    item = None
    if facts.item is not None or facts.item_constraints != Constraints():
        item = Shape(type=facts.item, constraints=facts.item_constraints)
    fields = tuple(field_of(child) for child in entry.children if _is_field(child))
    if fields and kind is Type.LIST:
        item, fields = Shape(type=Type.OBJECT, fields=fields), ()
    elif fields and kind in {None, Type.JSON}:
        kind = Type.OBJECT
    elif fields:
        fields = ()
    nullable = facts.nullable
    shape = Shape(
        type=kind,
        nullable=nullable,
        constraints=facts.constraints,
        fields=fields,
        item=item,
        span=entry.span,
    )
    required = facts.required
    if required is None and facts.default is not None:
        required = False
    return Field(
        name=entry.name, shape=shape, required=required, default=facts.default, span=entry.span
    )


def _kind(facts: Facts) -> Type | None:
    if facts.type is None and facts.constraints.choices:
        return Type.STR
    return facts.type


def _is_field(entry: Entry) -> bool:
    return entry.marked or entry.facts.type is not None


def fields_in(blocks: Iterable[Block]) -> list[Entry]:
    """Read the fields that tables and lists name."""
    blocks = list(blocks)
    entries = [
        entry
        for entry in read_items(blocks)
        if re.match(r"^[a-zA-Z_]\w*$", entry.name) and not codes_in(f"({entry.name})")
    ]
    for block in blocks:
        if isinstance(block, Table):
            entries.extend(read_table(block))
    return [entry for entry in entries if not _is_sentence(entry)]


def _is_sentence(entry: Entry) -> bool:
    """Whether an entry is prose with a colon: `Note: …`, `Returns: …`."""
    return not entry.marked and entry.facts.is_empty and entry.name[:1].isupper()


def read_body(part: Part) -> Body:
    """Read the body that a part states: its line, examples, tables and lists together."""
    stated = visible(part.value)
    body = _inline(_STATUS_WORDS.sub("", stated) if codes_in(stated) else stated, part.span)
    blocks, either = apart(_of_success(part))
    shape, has_example, found = _shown(body.shape, blocks)
    fields = optional(_listed(blocks), either)
    words = body.words
    if not fields and not words:
        words = _names_in_items([block for block in blocks if isinstance(block, Item)])
    if fields and all(_is_type_name(item) for item in fields):
        words, fields = words or fields[0].name, ()
    if fields:
        listed = _with_fields(shape, fields, part.span)
        found = (*found, *conflicts(listed, shape))
        shape = listed
    if shape is not None and _ALL_OPTIONAL.search(f"{part.label} {part.value}"):
        shape = optional_fields(shape)
    return Body(
        shape=shape,
        words=words,
        span=part.span,
        example=has_example,
        conflicts=found,
        either=either,
    )


def _shown(
    shape: Shape | None, blocks: list[Block]
) -> tuple[Shape | None, bool, tuple[Conflict, ...]]:
    """Add what examples in fences and on lines show; say whether there was a fence."""
    has_example = False
    told: tuple[Conflict, ...] = ()
    for block in blocks:
        if isinstance(block, Paragraph):
            shape = shape or _inline(block.text, block.span).shape
        elif isinstance(block, Fence):
            found = read_fence(block)
            if found is not None:
                told = (*told, *conflicts(shape, found))
                known = shape is not None and shape is not NO_BODY
                shape = combine(shape, found) if shape is not None and known else found
                has_example = True
            elif _NOTHING.search(block.text.strip()):
                shape = shape or NO_BODY
    return shape, has_example, told


def _listed(blocks: list[Block]) -> tuple[Field, ...]:
    """Read the fields that tables and lists name, nested lists as objects."""
    entries = [
        entry for block in blocks if isinstance(block, Table | Item) for entry in fields_in([block])
    ]
    items = [block for block in blocks if isinstance(block, Item)]
    nested = {entry.name: entry for entry in read_items(items) if entry.children}
    entries = [nested.get(entry.name, entry) for entry in entries]
    return _distinct(field_of(entry) for entry in _without_nested(entries, nested))


def _with_fields(shape: Shape | None, fields: tuple[Field, ...], span: Span) -> Shape:
    stated = Shape(type=Type.OBJECT, fields=fields, span=span)
    if shape is not None and shape.type is Type.LIST and shape.item is not None:
        return replace(shape, item=combine(stated, shape.item))
    return combine(stated, shape) if shape is not None and shape.fields else stated


def _without_nested(entries: list[Entry], nested: dict[str, Entry]) -> list[Entry]:
    below = {child.name for entry in nested.values() for child in entry.children}
    return [entry for entry in entries if entry.name not in below or entry.name in nested]


def _is_type_name(item: Field) -> bool:
    return re.fullmatch(r"[A-Z][a-z]+[A-Za-z]*", item.name) is not None and item.shape == Shape(
        span=item.shape.span
    )


def _distinct(fields: Iterable[Field]) -> tuple[Field, ...]:
    found: dict[str, Field] = {}
    for item in fields:
        found.setdefault(item.name, item)
    return tuple(found.values())


def _of_success(part: Part) -> list[Block]:
    """Return a part's blocks without those under an item that bears an error status."""
    kept: list[Block] = []
    skipping = False
    for block in part.blocks:
        if isinstance(block, Item | Paragraph):
            codes = codes_in(block.text)
            if codes:
                skipping = codes[0] >= 300  # noqa: PLR2004 - no success
        if not skipping:
            kept.append(block)
    return kept


def optional_fields(shape: Shape) -> Shape:
    """Return an object whose fields may all be left out."""
    return replace(
        shape,
        fields=tuple(
            replace(item, required=False if item.required is None else item.required)
            for item in shape.fields
        ),
    )


def read_fence(block: Fence) -> Shape | None:
    """Read the object or array in a fence; an HTTP message has it after an empty line."""
    if block.language in _CODE_FENCES:
        return None
    text = block.text
    if block.language == "http" or re.match(r"^(?:HTTP/|[A-Z]+ /)", text):
        head, _, tail = text.partition("\n\n")
        text = tail if tail.strip() else head
        # A brace in the request line is a path parameter's.
        start = re.search(r"^[ \t]*[{\[]", text, re.MULTILINE)
        text = text[start.start() :] if start else ""
    if re.search(r"^\s*data:\s", text, re.MULTILINE) or ("{" not in text and "[" not in text):
        return None
    if text.lstrip()[:1] not in "{[":
        return None
    return read_example(text, block.span)


def _inline(text: str, span: Span) -> Body:
    """Read a body on one line: `{title, description?}`, `None`, `Array of Task objects`."""
    text = unticked(text).strip()
    if not text:
        return Body()
    if _NOTHING.search(plain(text)):
        return Body(shape=NO_BODY, span=span)
    start = re.search(r"[{\[]\s*(?:[\"'\w{}/.]|\})", text)
    if start and not re.match(r"^[\w`]+\[", text[max(start.start() - 8, 0) :].lstrip("` ")):
        before = plain(text[: start.start()])
        shape = read_example(text[start.start() :].replace("`", ""), span)
        if (
            shape is not None
            and (shape.fields or shape.type is Type.LIST or text.strip("`") == "{}")
            and not re.search(r"\w\[?$", before)
        ):
            return Body(shape=shape, span=span)
    return Body(words=plain(text), span=span)


def _names_in_items(items: list[Item]) -> str:
    for item in items:
        text = _STATUS_WORDS.sub("", plain(item.text)) if codes_in(item.text) else plain(item.text)
        if re.search(r"\b[A-Z][a-z]+[A-Z]\w+|\b(?:array|list|object)s?\b", text, re.IGNORECASE):
            return text
    return ""


def refine(shape: Shape, blocks: Iterable[Block]) -> Shape:
    """Add what validation rules say about the fields of an object."""
    rules = {item.name: item for item in shape.fields}
    squeezed = {name.replace("_", "").casefold(): name for name in rules}
    for block in blocks:
        if isinstance(block, Table):
            for entry in read_table(block):
                _apply(rules, squeezed, entry.name, entry.facts)
        elif isinstance(block, Item | Paragraph):
            for line in block.text.split("\n"):
                _apply_line(rules, squeezed, line, block.span)
    return replace(shape, fields=tuple(rules.values()))


def _apply_line(rules: dict[str, Field], squeezed: dict[str, str], line: str, span: Span) -> None:
    entries = read_entry(line, span)
    if entries and all(key(entry.name).replace(" ", "") in squeezed for entry in entries):
        for entry in entries:
            _apply(rules, squeezed, entry.name, entry.facts)
        return
    shown = plain(unticked(line))
    words = re.match(
        r"^(?:the\s+)?(?:task\s+|user\s+)?(?P<name>[A-Za-z_]\w*(?:\s[A-Za-z]+)?)",
        shown,
        re.IGNORECASE,
    )
    if words is None:
        return
    for candidate in (words["name"], words["name"].split(" ")[0]):
        name = squeezed.get(candidate.replace(" ", "").replace("_", "").casefold())
        if name is not None:
            _apply(rules, squeezed, name, read_facts(line, prose=True))
            return


def _apply(rules: dict[str, Field], squeezed: dict[str, str], name: str, facts: Facts) -> None:
    known = squeezed.get(name.replace("_", "").casefold())
    if known is None:
        return
    item = rules[known]
    facts = for_type(replace(facts, type=item.shape.type or facts.type))
    constraints = item.shape.constraints
    if constraints == Constraints():
        constraints = facts.constraints
    rules[known] = replace(
        item,
        shape=replace(
            item.shape,
            type=item.shape.type or facts.type,
            constraints=constraints,
            nullable=item.shape.nullable if item.shape.nullable is not None else facts.nullable,
        ),
        required=item.required if item.required is not None else facts.required,
        default=item.default if item.default is not None else facts.default,
    )
