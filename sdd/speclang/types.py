"""Type expressions as specs write them: SQL, Python, TypeScript and plain English."""

import re
from dataclasses import dataclass

from sdd.ir import Type
from sdd.speclang.inline import split_top, visible
from sdd.speclang.values import unquoted

_NAMES: dict[str, Type] = {
    **dict.fromkeys(
        [
            "int",
            "integer",
            "bigint",
            "smallint",
            "tinyint",
            "mediumint",
            "int2",
            "int4",
            "int8",
            "long",
            "serial",
            "bigserial",
            "smallserial",
            "autoincrement",
        ],
        Type.INT,
    ),
    **dict.fromkeys(
        [
            "str",
            "string",
            "strings",
            "varchar",
            "nvarchar",
            "char",
            "citext",
            "email",
            "emailstr",
            "url",
            "uri",
            "httpurl",
            "anyurl",
            "slug",
            "autostring",
            "varchar2",
            "bpchar",
            "nchar",
            "secretstr",
        ],
        Type.STR,
    ),
    **dict.fromkeys(["text", "longtext", "mediumtext", "tinytext", "clob"], Type.TEXT),
    **dict.fromkeys(["bool", "boolean", "bit"], Type.BOOL),
    **dict.fromkeys(["float", "float4", "float8", "double", "real", "number"], Type.FLOAT),
    **dict.fromkeys(["decimal", "numeric", "money"], Type.DECIMAL),
    **dict.fromkeys(
        [
            "datetime",
            "timestamp",
            "timestamptz",
            "timestampz",
            "iso8601",
            "isodatetime",
            "awaredatetime",
            "naivedatetime",
            "datetimeoffset",
            "localdatetime",
            "zoneddatetime",
            "offsetdatetime",
            "instant",
        ],
        Type.DATETIME,
    ),
    **dict.fromkeys(["date", "localdate"], Type.DATE),
    **dict.fromkeys(["time", "timetz", "localtime"], Type.TIME),
    **dict.fromkeys(["uuid", "guid", "uuid4", "uuidv4", "uuidv7", "ulid"], Type.UUID),
    **dict.fromkeys(
        ["json", "jsonb", "object", "dict", "map", "record", "hstore", "dictionary"], Type.JSON
    ),
    "enum": Type.ENUM,
    **dict.fromkeys(["array", "list", "arrays", "lists"], Type.LIST),
}
_PLURALS = {
    "integers": Type.INT,
    "ints": Type.INT,
    "numbers": Type.FLOAT,
    "booleans": Type.BOOL,
    "uuids": Type.UUID,
    "dates": Type.DATE,
    "objects": Type.JSON,
    "floats": Type.FLOAT,
}
_FORMATS: tuple[tuple[str, Type], ...] = (
    (r"uuid(?:\s?v?\d)?", Type.UUID),
    (
        r"iso[\s-]?8601(?:\s+(?:date\s?-?time|timestamp|format|utc))*|date-?time|timestamp",
        Type.DATETIME,
    ),
    (r"(?:iso[\s-]?8601\s+)?date|yyyy-mm-dd", Type.DATE),
)
_FOLLOWS = re.compile(
    r"^\s*(?:$|[(\[{,;:—\u2013|/.?!=<>→-]|(?:not|non|nullable|required|optional|unique|primary"
    r"|foreign|"
    r"default|pk|fk|enum|array|with|without|or|max|min|maximum|minimum|up|at|auto\w*|format|value|"
    r"indexed|index|references|in|check|null|\d))",
    re.IGNORECASE,
)
_LONG = re.compile(
    r"^(?:(?:timestamp\s+with(?:out)?\s+(?:time\s*zone|tz)|double\s+precision|character\s+varying|"
    r"iso\s*-?\s?8601(?:\s+(?:date\s?-?time|timestamp|string|format))*|date\s?-?time\s+string|"
    r"date-time|time\s?stamp|iso\s+(?:date\s?-?time|timestamp|date)|unix\s+timestamp|"
    r"(?:time)?\s?zone-aware\s+datetime)\b)",
    re.IGNORECASE,
)
_LONG_KINDS = {"double": Type.FLOAT, "character": Type.STR}
_WORD = re.compile(r"^[A-Za-z_][\w.]*")
_ARGUMENTS = re.compile(r"^\s?\(([^()]{0,400})\)")
_GENERIC = re.compile(r"^(?:\[|<)")
_LITERALS = re.compile(
    r"""^(?:(?P<q>["'`])[\w .:+/-]{1,60}(?P=q))"""
    r"""(?:\s*(?:\||,|/|or)\s*(?:["'`])[\w .:+/-]{1,60}["'`])*"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeExpression:
    """A type that a text begins with, and what is left of the text.

    Attributes:
        type: None when the words are a type that we do not know, or two that disagree.
        name: The word that named it, as written (a class or an enum may be meant).
    """

    type: Type | None
    item: "TypeExpression | None" = None
    nullable: bool | None = None
    max_length: int | None = None
    choices: tuple[str, ...] = ()
    serial: bool = False
    ambiguous: tuple[str, ...] = ()
    name: str = ""
    rest: str = ""


def read_type_at_start(text: str) -> TypeExpression | None:
    """Read the type that a phrase begins with, but not a type's name used as an ordinary word."""
    found = read_type(text)
    return found if found is not None and _FOLLOWS.match(found.rest) else None


def read_type(text: str) -> TypeExpression | None:
    """Read the type that a text begins with; None when it begins with none."""
    text = visible(text).strip()
    literals = _literal_union(text)
    if literals is not None:
        return literals
    text = text.replace("`", " ").replace("**", " ").strip()
    first = _read_one(text)
    if first is None:
        return None
    return _read_union(first)


def _literal_union(text: str) -> TypeExpression | None:
    found = _LITERALS.match(text)
    if found is None or not re.search(r"[|,/]|\bor\b", found.group()):
        return None
    choices = tuple(unquoted(part) for part in re.findall(r"([\"'`][^\"'`]*[\"'`])", found.group()))
    named = read_type(choices[0]) if found["q"] == "`" else None
    if named is not None and named.type is not Type.ENUM and not named.rest:
        return None  # `string` | `null` is a type, not a choice
    return TypeExpression(type=Type.STR, choices=choices, name="", rest=text[found.end() :].strip())


def _read_one(text: str) -> TypeExpression | None:
    long = _LONG.match(text)
    if long:
        kind = _LONG_KINDS.get(long.group().split()[0].casefold(), Type.DATETIME)
        return _described(kind, long.group(), text[long.end() :])
    word = _WORD.match(text)
    if word is None:
        return None
    name, rest = word.group(), text[word.end() :]
    lowered = name.rpartition(".")[2].casefold()
    return _read_generic(name, lowered, rest) or _read_named(name, lowered, rest)


def _read_generic(name: str, lowered: str, rest: str) -> TypeExpression | None:
    """Read `Optional[…]`, `Literal[…]` and lists in all their forms."""
    if lowered in {"optional", "union", "annotated"} and _GENERIC.match(rest):
        return _wrapped(lowered, rest)
    if lowered in {"literal", "enum"} and _GENERIC.match(rest):
        inner, rest = _bracketed(rest)
        choices = tuple(unquoted(part) for part in split_top(inner))
        return TypeExpression(type=Type.ENUM, choices=choices, name=name, rest=rest)
    if lowered in {"array", "list", "arrays", "lists"} or (
        lowered in {"set", "sequence", "tuple"} and _GENERIC.match(rest)
    ):
        return _list(name, rest)
    return None


def _read_named(name: str, lowered: str, rest: str) -> TypeExpression | None:
    found = _NAMES.get(lowered) or _PLURALS.get(lowered)
    if lowered == "null":
        return TypeExpression(type=Type.NONE, nullable=True, name=name, rest=rest)
    if found is None and re.search(r"enum$", lowered) and lowered != "enum":
        found = Type.ENUM
    if found is None:
        return None
    if lowered in {"dict", "map", "record", "dictionary"} and _GENERIC.match(rest):
        rest = _bracketed(rest)[1]
    return _described(found, name, rest)


def _described(found: Type, name: str, rest: str) -> TypeExpression:
    expression = TypeExpression(type=found, name=name, rest=rest)
    arguments = _ARGUMENTS.match(rest)
    max_length: int | None = None
    choices: tuple[str, ...] = ()
    if arguments:
        inside = arguments.group(1).strip()
        if re.fullmatch(r"(?:max\s*:?\s*)?\d{1,9}", inside) and found in {Type.STR, Type.TEXT}:
            max_length = int(re.sub(r"\D", "", inside))
            rest = rest[arguments.end() :]
        elif found is Type.ENUM:
            choices = _enumerated(inside)
            kept = re.search(r"\bdefault\b.*", inside, re.IGNORECASE)
            after = f" ({kept.group()}) " if kept else ""
            rest = after + rest[arguments.end() :] if choices else rest
        elif re.fullmatch(r"[\d, ]+|timezone\s*=\s*\w+", inside):
            rest = rest[arguments.end() :]
    rest = re.sub(r"^\s+with(?:out)?\s+(?:time\s*zone|tz)\b", "", rest, flags=re.IGNORECASE)
    serial = "serial" in name.casefold() or name.casefold() == "autoincrement"
    if found is Type.STR and (refined := _refined(name, rest)) is not None:
        return refined
    expression = TypeExpression(
        type=found, name=name, rest=rest, max_length=max_length, choices=choices, serial=serial
    )
    following = re.match(r"^\s*\[\]", rest)
    if following:
        return TypeExpression(
            type=Type.LIST, item=expression, name=name, rest=rest[following.end() :]
        )
    return expression


def _refined(name: str, rest: str) -> TypeExpression | None:
    """Read `string enum (…)`, `string (UUID)`, `string (date-time)` as what they mean."""
    enumeration = re.match(r"^\s+enum\b", rest, re.IGNORECASE)
    if enumeration:
        return _described(Type.ENUM, f"{name} enum", rest[enumeration.end() :])
    for pattern, refined in _FORMATS:
        found = re.match(rf"^\s*\((?:{pattern})\s*(?:\)|(?=,))", rest, re.IGNORECASE)
        if found:
            closed = found.group().endswith(")")
            remaining = rest[found.end() :] if closed else "(" + rest[found.end() :].lstrip(", ")
            return TypeExpression(type=refined, name=name, rest=remaining)
    return None


def _enumerated(inside: str) -> tuple[str, ...]:
    parts = [part for part in split_top(inside, ",|/") if not re.match(r"default\b", part)]
    return tuple(unquoted(part.strip("` ")) for part in parts)


def _wrapped(name: str, rest: str) -> TypeExpression | None:
    inner, rest = _bracketed(rest)
    parts = split_top(inner)
    if not parts:
        return None
    names = [part for part in parts if part.casefold() not in {"none", "null"}]
    found = read_type(names[0]) if names else None
    if found is None:
        return TypeExpression(
            type=None,
            nullable=name == "optional" or None,
            name=names[0] if names else "",
            rest=rest,
        )
    nullable = name == "optional" or (name == "union" and len(names) < len(parts))
    return _replace(found, nullable=True if nullable else found.nullable, rest=rest)


def _list(name: str, rest: str) -> TypeExpression:
    if _GENERIC.match(rest):
        inner, rest = _bracketed(rest)
        return TypeExpression(type=Type.LIST, item=read_type(inner), name=inner or name, rest=rest)
    following = re.match(r"^\s+of\s+(?:(?:the|all|unique|valid)\s+)?", rest, re.IGNORECASE)
    if following:
        item = _read_one(rest[following.end() :])
        if item is not None:
            return TypeExpression(type=Type.LIST, item=item, name=name, rest=item.rest)
        word = _WORD.match(rest[following.end() :].lstrip("`"))
        return TypeExpression(
            type=Type.LIST, name=word.group() if word else name, rest=rest[following.end() :]
        )
    parenthesised = re.match(r"^\s*\((\w+)\)", rest)
    item = read_type(parenthesised.group(1)) if parenthesised else None
    if parenthesised and item is not None:
        rest = rest[parenthesised.end() :]
    return TypeExpression(type=Type.LIST, item=item, name=name, rest=rest)


def _bracketed(rest: str) -> tuple[str, str]:
    """Return what stands in the brackets that a text begins with, and what follows them."""
    depth = 0
    for index, character in enumerate(rest):
        depth += character in "[<"
        depth -= character in "]>"
        if depth == 0:
            return rest[1:index].strip(), rest[index + 1 :]
    return rest[1:].strip(), ""


def _read_union(first: TypeExpression) -> TypeExpression:
    """Read `string | null`, `UUID or VARCHAR`, `UUID/string` after their first member."""
    current, members = first, [first]
    while True:
        joint = re.match(r"^\s*(?:\||/|\bor\b|\?(?=\s|$))\s*", current.rest, re.IGNORECASE)
        if joint is None:
            break
        following = current.rest[joint.end() :]
        if joint.group().strip() == "?":
            return _replace(first, nullable=True, rest=following)
        word = _WORD.match(following)
        if word and word.group().casefold() in {"null", "none", "undefined", "nil"}:
            current = TypeExpression(
                type=Type.NONE, nullable=True, name="null", rest=following[word.end() :]
            )
        else:
            found = _read_one(following)
            if found is None:
                break
            current = found
        members.append(current)
    types = [member for member in members if member.type is not Type.NONE]
    nullable = True if len(types) < len(members) else first.nullable
    if not types:
        return first
    kinds = {member.type for member in types}
    if len(kinds) > 1:
        names = tuple(member.name for member in types)
        return TypeExpression(type=None, ambiguous=names, nullable=nullable, rest=current.rest)
    return _replace(types[0], nullable=nullable, rest=current.rest)


def _replace(expression: TypeExpression, *, nullable: bool | None, rest: str) -> TypeExpression:
    return TypeExpression(
        type=expression.type,
        item=expression.item,
        nullable=nullable,
        max_length=expression.max_length,
        choices=expression.choices,
        serial=expression.serial,
        ambiguous=expression.ambiguous,
        name=expression.name,
        rest=rest,
    )
