"""SQL text that the client writes parts of: whatever stands beside it proves nothing."""

import ast
from collections.abc import Iterable, Iterator

from sdd.audit.logic import And, Eq, Formula, Holds, Not, Opaque, Or, parts_of
from sdd.audit.values import (
    Apply,
    ClassInfo,
    Field,
    Generic,
    Lib,
    LibObject,
    Lit,
    Phi,
    Sym,
    Value,
)

INJECTED = "SQL text that the client writes"
_TEXTS = frozenset({"text", "literal_column", "TextClause"})
# What FastAPI and pydantic convert to these holds no SQL.
_HARMLESS_TYPES = frozenset(
    {"int", "float", "bool", "UUID", "datetime", "date", "time", "timedelta", "Decimal", "Literal",
     "PositiveInt", "NonNegativeInt", "UUID4", "Enum", "StrEnum", "IntEnum"}
)  # fmt: skip


def is_injected(value: Value, facts: Iterable[Formula] = ()) -> bool:
    """Whether a value holds SQL text that is made of what the client sent."""
    return any(
        isinstance(part, LibObject)
        and part.name.rpartition(".")[2] in _TEXTS
        and any(writes_sql(one, facts) for one in part.args[:1])
        for part in parts_of(value)
    )


def writes_sql(text: Value, facts: Iterable[Formula] = ()) -> bool:
    """Whether the client's words are part of a text, unconverted and unlisted."""
    words = list(_words(text))
    known = list(facts) if words else []
    return any(not _is_listed(word, known) for word in words)


def is_open(formula: Formula) -> bool:
    """Whether the client can end a condition and write another one behind it."""
    match formula:
        case And(parts=parts) | Or(parts=parts):
            return any(map(is_open, parts))
        case Not(atom=atom):
            return is_open(atom)
        case Opaque(reason=reason):
            return reason == INJECTED
        case _:
            return False


def _words(value: Value) -> Iterator[Value]:
    """Yield what the client wrote itself, as far as it may hold any characters."""
    match value:
        case Sym(kind="client", type=declared):
            if not _is_harmless(declared):
                yield value
        case Field(base=base):
            if not _is_harmless_field(value):
                yield from (value for _ in _words_of_base(base))
        case _:
            for item in _parts(value):
                yield from _words(item)


def _parts(value: Value) -> tuple[Value, ...]:
    match value:
        case Phi(cases=cases):
            return tuple(item for _, item in cases)
        case Apply(name=name, args=args):
            return () if name in {"len", "count", "hash"} else args
        case LibObject():
            return (*value.args, *(item for _, item in value.keywords))
        case _:
            return ()


def _words_of_base(base: Value) -> Iterator[Value]:
    while isinstance(base, Field):
        base = base.base
    if isinstance(base, Sym):
        if base.kind == "client":
            yield base
        return
    yield from _words(base)


def _is_harmless(declared: Value | None) -> bool:
    match declared:
        case Lib(name=name):
            return name.rpartition(".")[2] in _HARMLESS_TYPES
        case Generic(base=base, args=args):
            last = base.name.rpartition(".")[2] if isinstance(base, Lib) else ""
            if last in {"Optional", "Union", "Annotated"}:
                return _is_harmless(next((one for one in args if not isinstance(one, Lit)), None))
            return _is_harmless(base)
        case ClassInfo():
            return any(name.endswith("Enum") for name in declared.library_bases())
        case _:
            return False


def _is_harmless_field(value: Field) -> bool:
    """Whether the field of a request's model is declared to be a number, a date or the like."""
    info = value.base.type if isinstance(value.base, Sym) else None
    if not isinstance(info, ClassInfo):
        return False
    for ancestor in info.mro():
        for name, node in ancestor.fields:
            if name == value.name:
                return _annotated_harmless(node.annotation)
    return False


def _annotated_harmless(node: ast.expr) -> bool:
    names = [
        part.id if isinstance(part, ast.Name) else part.attr
        for part in ast.walk(node)
        if isinstance(part, (ast.Name, ast.Attribute))
    ]
    wrappers = {"Optional", "Union", "Annotated", "typing", "Field", "datetime", "uuid", "None"}
    meant = [name for name in names if name not in wrappers - {"datetime"}]
    return bool(meant) and meant[0] in _HARMLESS_TYPES


def _is_listed(word: Value, facts: list[Formula]) -> bool:
    """Whether the facts say that a word is one of a few constants."""
    return any(_lists(fact, word) for fact in facts)


def _lists(fact: Formula, word: Value) -> bool:
    match fact:
        case Eq(left=left, right=right):
            return (left == word and isinstance(right, Lit)) or (
                right == word and isinstance(left, Lit)
            )
        case Or(parts=parts):
            return all(_lists(part, word) for part in parts)
        case And(parts=parts):
            return any(_lists(part, word) for part in parts)
        case Holds(name="in", args=(item, collection)):
            return item == word and not any(
                isinstance(part, Sym) and part.kind == "client" for part in parts_of(collection)
            )
        case _:
            return False
