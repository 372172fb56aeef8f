"""JSON-like text as evidence of a shape: examples, annotated examples, TypeScript-like objects."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from sdd.ir import Constraints, Default, Field, Scalar, Shape, Type
from sdd.speclang.clauses import read_clauses
from sdd.speclang.facts import Facts, for_type, merged
from sdd.speclang.inline import visible
from sdd.speclang.phrases import counted, read_facts
from sdd.text import Span

_DEEPEST = 20
_DATETIME = re.compile(r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
_DATE = re.compile(r"^\d{4}-\d\d-\d\d$")
_UUID = re.compile(r"^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$", re.IGNORECASE)
_UUID_WORD = re.compile(r"(?:^|[-_ <{(])uuid(?:[-_ >})]|v?\d?$)", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z_$][\w$-]*")
_NUMBER = re.compile(r"^-?\d{1,30}(?:\.\d{1,30})?(?:[eE][+-]?\d{1,3})?$")
_TYPE_NAME = re.compile(r"^[A-Z][A-Za-z0-9]{1,60}$")
_SPACE = re.compile(r"\s+")
_COMMENT = re.compile(r"(?://|#)(?P<line>[^\n]*)|/\*(?P<block>(?:[^*]|\*(?!/))*)(?:\*/|$)")
_STRING = {
    quote: re.compile(rf"{quote}((?:[^{quote}\\\n]|\\[\s\S])*)(?:{quote})?") for quote in "\"'`"
}

Resolve = Callable[[str], Shape | None]


def _unknown(_name: str) -> Shape | None:
    return None


@dataclass(slots=True)
class _Reader:
    """Reads one object or array; `at` is how far it has come."""

    text: str
    resolve: Resolve
    span: Span | None
    at: int = 0
    depth: int = 0
    elided: bool = False
    fields: list[str] = field(default_factory=list)

    def skip(self) -> str:
        """Skip white space and comments; return the comments' text."""
        comments: list[str] = []
        while True:
            space = _SPACE.match(self.text, self.at)
            self.at = space.end() if space else self.at
            found = _COMMENT.match(self.text, self.at)
            if found is None:
                return " ".join(comments) if comments else ""
            comments.append((found["line"] or found["block"] or "").lstrip("/# ").strip())
            self.at = found.end()

    def value(self) -> Shape | None:
        self.skip()
        if self.at >= len(self.text) or self.depth > _DEEPEST:
            return None
        self.depth += 1
        try:
            match self.text[self.at]:
                case "{":
                    return self.object()
                case "[":
                    return self.array()
                case _:
                    return self.scalar()[0]
        finally:
            self.depth -= 1

    def object(self) -> Shape:
        self.at += 1
        found: dict[str, Field] = {}
        elided = False
        while True:
            self.skip()
            if self.at >= len(self.text):
                break
            character = self.text[self.at]
            if character == "}":
                self.at += 1
                break
            if character in ",;":
                self.at += 1
                continue
            if character == "…" or self.text.startswith("...", self.at):
                elided = True
                self.at += 3 if character == "." else 1
                self.raw()
                continue
            entry = self.entry()
            if entry is None:
                self.at += 1
                continue
            found[entry.name] = entry
        if not found:
            return Shape(type=Type.JSON if elided else Type.OBJECT, span=self.span)
        return Shape(type=Type.OBJECT, fields=tuple(found.values()), span=self.span)

    def entry(self) -> Field | None:
        name = self.name()
        if name is None:
            return None
        self.skip()
        optional = self.at < len(self.text) and self.text[self.at] == "?"
        self.at += optional
        self.skip()
        if self.at >= len(self.text) or self.text[self.at] not in ":=":
            return Field(name=name, required=False if optional else None, span=self.span)
        self.at += 1
        self.skip()
        facts = Facts()
        if self.at < len(self.text) and self.text[self.at] in "{[":
            shape = self.value() or Shape()
            facts = read_clauses(self.raw())
        else:
            shape, facts = self.scalar()
        end = self.text.find("\n", self.at)
        line = self.text[self.at : end if end >= 0 else len(self.text)]
        comment = re.match(r"\s*,?\s*(?://|#|/\*)\s*(.*)", line)
        if comment:
            facts = merged(facts, read_facts(comment.group(1).removesuffix("*/")))
        return _field(name, shape, facts, optional=optional, span=self.span)

    def name(self) -> str | None:
        if self.text[self.at] in "\"'`":
            return self.string()
        found = _NAME.match(self.text, self.at)
        if found is None:
            return None
        self.at = found.end()
        return found.group()

    def string(self) -> str:
        found = _STRING[self.text[self.at]].match(self.text, self.at)
        assert found is not None  # noqa: S101 - the quote itself matches
        self.at = found.end()
        return found.group(1)

    def array(self) -> Shape:
        self.at += 1
        items: list[Shape] = []
        while True:
            self.skip()
            if self.at >= len(self.text):
                break
            character = self.text[self.at]
            if character == "]":
                self.at += 1
                break
            if character in ",;":
                self.at += 1
                continue
            if character == "…" or self.text.startswith("...", self.at):
                self.at += 3 if character == "." else 1
                self.raw()
                continue
            before = self.at
            item = self.value()
            if item is not None:
                items.append(item)
            if self.at == before:
                self.at += 1
        item = _common(items)
        return Shape(type=Type.LIST, item=item, span=self.span)

    def raw(self) -> str:
        """Read up to the comma, line end or bracket that ends a value."""
        start = self.at
        closing: list[str] = []
        while self.at < len(self.text):
            character = self.text[self.at]
            if not closing and (
                character in ",;\n}]" or self.text.startswith(("//", "/*"), self.at)
            ):
                break
            if character in "\"'":
                self.string()
                continue
            if character in "([{<":
                closing.append({"(": ")", "[": "]", "{": "}", "<": ">"}[character])
            elif closing and character == closing[-1]:
                closing.pop()
            elif character == "\n":
                break
            self.at += 1
        return self.text[start : self.at].strip()

    def scalar(self) -> tuple[Shape, Facts]:
        start = self.at
        if self.text[self.at] in "\"'":
            content = self.string()
            tail = self.raw()
            if tail:
                return _annotated(self.text[start : self.at], self)
            return _from_text(content, self)
        text = self.raw()
        if not text and self.at == start:
            return Shape(), Facts()
        return _from_bare(text, self)


def _from_bare(text: str, reader: _Reader) -> tuple[Shape, Facts]:
    lowered = text.casefold()
    if lowered in {"true", "false"}:
        return Shape(type=Type.BOOL, span=reader.span, example=lowered == "true"), Facts()
    if lowered in {"null", "none", "undefined"}:
        return Shape(nullable=True, span=reader.span), Facts()
    if _NUMBER.match(text):
        kind = Type.FLOAT if "." in text or "e" in lowered else Type.INT
        value = float(text) if kind is Type.FLOAT else int(text)
        return Shape(type=kind, span=reader.span, example=value), Facts()
    return _annotated(text, reader)


def _annotated(text: str, reader: _Reader) -> tuple[Shape, Facts]:
    """Read a value that is written as a type: `string (required)`, `"low" | "high"`."""
    facts = for_type(read_facts(text))
    named = _named_in(text)
    if facts.type in {None, Type.LIST} and named:
        resolved = reader.resolve(named)
        if resolved is not None:
            is_list = facts.type is Type.LIST or "[]" in text
            shape = Shape(type=Type.LIST, item=resolved) if is_list else resolved
            return replace(shape, span=reader.span), replace(facts, type=None)
    if facts.type is None and facts.constraints.choices:
        facts = replace(facts, type=Type.STR)
    return _shape(facts, reader.span), facts


def _named_in(text: str) -> str | None:
    found = re.search(r"\b[A-Z][A-Za-z0-9]+\b", text)
    return found.group() if found else None


def _from_text(content: str, reader: _Reader) -> tuple[Shape, Facts]:
    """Read a quoted value: a type in words, or an example of text."""
    if _DATETIME.match(content):
        return Shape(type=Type.DATETIME, span=reader.span), Facts()
    if _DATE.match(content):
        return Shape(type=Type.DATE, span=reader.span), Facts()
    if _UUID.match(content):
        return Shape(type=Type.UUID, span=reader.span), Facts()
    facts = for_type(read_facts(content))
    worded = re.match(r"\s*[\w\[\]|]+(?:\s*\([^()]*\))?\s*$", content) is not None
    if facts.type is not None and not facts.ambiguous and (worded or _is_type_phrase(content)):
        return _shape(facts, reader.span), facts
    if re.fullmatch(r"[\w-]+(?:\s?\|\s?[\w-]+)+(?:\s*\([^()]*\))?", content.strip()):
        facts = replace(facts, type=Type.STR)
        return _shape(facts, reader.span), facts
    is_uuid = _UUID_WORD.search(content) is not None and " " not in content.strip()
    hinted = re.match(r"(?i)optional\b|.*\boptional\b[^a-z]*$", content) is not None
    kind = Type.UUID if is_uuid or content.casefold().startswith("uuid ") else Type.STR
    shown = content if kind is Type.STR and not hinted else None
    return (
        Shape(type=kind, span=reader.span, example=shown),
        Facts(required=False) if hinted else Facts(),
    )


def _is_type_phrase(content: str) -> bool:
    """Whether a quoted text is a type with its conditions, not an example that starts like one."""
    head = content.split("(", maxsplit=1)[0].split(",", maxsplit=1)[0].strip().casefold()
    return head in _TYPE_PHRASES or head.split(" ", maxsplit=1)[0] in {"iso8601", "iso"}


_TYPE_PHRASES = frozenset(
    [
        "string",
        "str",
        "integer",
        "int",
        "number",
        "boolean",
        "bool",
        "uuid",
        "datetime",
        "timestamp",
        "date",
        "float",
        "decimal",
        "array",
        "object",
        "text",
        "enum",
        "list|string",
        "json|null",
    ]
) | {"array of strings", "iso 8601 datetime", "iso 8601 timestamp", "date string", "uuid string"}


def _shape(facts: Facts, span: Span | None) -> Shape:
    item = None
    if facts.type is Type.LIST and facts.item:
        item = Shape(type=facts.item, constraints=facts.item_constraints)
    return Shape(
        type=facts.type,
        nullable=facts.nullable,
        constraints=facts.constraints,
        item=item,
        span=span,
    )


def _field(name: str, shape: Shape, facts: Facts, *, optional: bool, span: Span | None) -> Field:
    facts = counted(name, facts)
    if facts.type is Type.INT and shape.type is Type.FLOAT:
        shape = replace(shape, type=Type.INT)
    required = False if optional else facts.required
    if facts.constraints != Constraints() or facts.nullable is not None:
        facts = for_type(replace(facts, type=facts.type or shape.type))
        shape = replace(
            shape,
            constraints=shape.constraints
            if shape.constraints != Constraints()
            else facts.constraints,
            nullable=shape.nullable if shape.nullable is not None else facts.nullable,
        )
    default: Default | None = facts.default
    return Field(name=name, shape=shape, required=required, default=default, span=span)


def _common(items: list[Shape]) -> Shape | None:
    if not items:
        return None
    result = items[0]
    for item in items[1:]:
        result = combine(result, item, alike=True)
    return result


def combine(first: Shape, second: Shape, *, alike: bool = False) -> Shape:
    """Return what two pieces of evidence about one value say together; the first counts more.

    With `alike` they are two rows of one list: a value that differs between them is no example
    of a constant.
    """
    nullable = True if first.nullable or second.nullable else first.nullable
    if nullable is None:
        nullable = second.nullable
    kind = first.type if first.type is not None else second.type
    if {first.type, second.type} == {Type.OBJECT, Type.JSON}:
        kind = Type.OBJECT if first.fields or second.fields else Type.JSON
    fields = {item.name: item for item in first.fields}
    for item in second.fields:
        known = fields.get(item.name)
        fields[item.name] = item if known is None else _combined_field(known, item, alike=alike)
    item_shape = first.item
    if first.item is not None and second.item is not None:
        item_shape = combine(first.item, second.item, alike=alike)
    elif item_shape is None and kind is Type.LIST:
        item_shape = second.item
    constraints = first.constraints
    if constraints == Constraints() and first.type in {None, second.type}:
        constraints = second.constraints
    return replace(
        first,
        type=kind,
        nullable=nullable,
        fields=tuple(fields.values()) if kind in {Type.OBJECT, None} else first.fields,
        item=item_shape,
        constraints=constraints,
        example=_example(first, second, alike=alike),
    )


def _example(first: Shape, second: Shape, *, alike: bool) -> Scalar:
    if alike and first.example != second.example:
        return None
    return first.example if first.example is not None else second.example


def _combined_field(first: Field, second: Field, *, alike: bool) -> Field:
    return replace(
        first,
        shape=combine(first.shape, second.shape, alike=alike),
        required=first.required if first.required is not None else second.required,
        default=first.default if first.default is not None else second.default,
    )


def read_example(text: str, span: Span | None = None, resolve: Resolve = _unknown) -> Shape | None:
    """Read an object or array as a shape; None when the text holds neither.

    Tolerates comments, trailing commas, `...`, bare names and types in place of values.
    """
    text = visible(text).strip()
    starts = [index for index in (text.find("{"), text.find("[")) if index >= 0]
    if not starts:
        return None
    reader = _Reader(text=text, resolve=resolve, span=span, at=min(starts))
    return reader.value()
