"""Entries of field, parameter and column lists, from tables, bullets and running lists."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

from sdd.speclang.clauses import read_clauses
from sdd.speclang.facts import NOTHING, Facts, for_type, merged
from sdd.speclang.inline import key, plain, split_top, unticked, visible
from sdd.speclang.phrases import counted, read_cell_type, read_facts
from sdd.speclang.types import read_type_at_start
from sdd.speclang.values import read_default
from sdd.text import Span
from sdd.text.markdown import Block, Item, Row, Table

_NAMES = {
    "name": "field|fields|parameter|parameters|param|name|property|attribute|key|column|columns|"
    "column name|field name|parameter name|argument|variable|attribute name|property name|header",
    "type": "type|data type|datatype|type format|sql type|python type|field type|column type|"
    "postgresql type|format|json type|db type|sqlmodel type",
    "required": "required|mandatory|req|required optional|is required|required?",
    "optional": "optional",
    "nullable": "nullable|null|nulls|is nullable|null?|allow null|nullability|not null",
    "default": "default|default value|defaults",
    "constraints": "constraints|constraint|validation|validations|rules|values|allowed values|"
    "limits|"
    "restrictions|enum|options|allowed|constraints notes|validation rules|attributes|modifiers|"
    "extra|bounds|range|properties|validation constraints|constraints validation|key constraints",
    "unique": "unique|is unique",
    "key": "key|keys|pk fk|primary key|key type|pk",
    "index": "index|indexed",
    "reference": "references|foreign key|fk|reference|relation|references to",
    "length": "length|max length|size|max",
    "location": "in|location|where|source",
    "description": "description|meaning|notes|note|details|purpose|comment|comments|explanation|"
    "remarks|example|description notes",
}
_HEADERS = {name: role for role, names in _NAMES.items() for name in names.split("|")}
_YES = re.compile(
    r"^(?:yes|y|true|required|✓|✔|✅|☑|x|mandatory|always|unique|not null|1|\*)(?![\w])",
    re.IGNORECASE,
)
_NO = re.compile(
    r"^(?:no|n|false|optional|✗|✘|❌|☐|-|—|\u2013|never|null|nullable|0)?(?![\w])", re.IGNORECASE
)
_FEWEST = 2
_IDENTIFIER = r"[A-Za-z_$][\w$]*(?:\.[A-Za-z_]\w*)*(?:\[\])?"
_NAME = re.compile(_IDENTIFIER)
_WORD_AFTER = re.compile(r"\s+[a-z]{3,}")
_MARK = r"(?:\*\*`?|`|__)"
_ENTRY = re.compile(
    rf"^(?P<open>{_MARK})?(?P<name>{_IDENTIFIER})(?P<optional>\?)?(?P<close>`?\*\*|`|__)?\??"
    r"(?P<inner>\s*:\s*(?=\*\*))?(?:\*\*)?"
    r"(?P<more>(?:\s*(?:,|/|and|&)\s*(?:`[A-Za-z_]\w*`|\*\*[A-Za-z_]\w*\*\*))*)"
    r"(?:\s*(?P<note>\((?:[^()]|\([^()]*\))*\))\s*,?)?"
    r"\s*(?P<sep>:\*\*|:|—|\u2013|-(?=\s)|=(?=\s)|→|\||$|(?<=,\s)|(?<=,)"
    r"|(?<=\)\s)(?=[A-Za-z]))\s*(?P<rest>.*)$",
    re.DOTALL,
)
_QUERY_FORM = re.compile(r"^(`?\w+`?)=[\[{<]?([\w|]+)[\]}>]?`?(?=\s|$)")  # `done=[true|false]`
_LOCATION = re.compile(
    r"\b(?P<in>path|url|query|header|cookie|body)(?:\s+(?:parameter|param|string|variable))?\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A named thing with what is stated about it.

    Attributes:
        marked: Whether the name is set in code or bold, or heads a table row.
        location: `path`, `query`, `header` or `body` if the entry says so.
        children: Entries nested below it.
        type_text: The type as written, for naming what is not understood.
    """

    name: str
    facts: Facts
    span: Span
    marked: bool = True
    location: str | None = None
    description: str = ""
    type_text: str = ""
    raw: str = ""
    children: tuple["Entry", ...] = field(default=())


def columns_of(header: Iterable[str]) -> dict[int, str]:
    """Return what each column of a table holds, by its position."""
    roles: dict[int, str] = {}
    for index, cell in enumerate(header):
        role = _HEADERS.get(key(cell))
        if role is not None and (role not in roles.values() or role == "description"):
            roles[index] = role
    return roles


def roles_in(table: Table) -> dict[int, str]:
    """Return what the columns of a table hold, told by its header or by its cells.

    A header in a script that we do not read leaves the cells: names, then types, then what is
    said of them.
    """
    if any(map(key, table.header)) or len(table.header) < _FEWEST or len(table.rows) < _FEWEST:
        return columns_of(table.header)
    rows = [[visible(cell).strip() for cell in row.cells] for row in table.rows]
    named = all(row and re.fullmatch(_IDENTIFIER, plain(row[0])) for row in rows)
    typed = all(len(row) > 1 and read_type_at_start(plain(row[1])) is not None for row in rows)
    if not (named and typed):
        return {}
    last = len(table.header) - 1
    told = dict.fromkeys(range(_FEWEST, last), "constraints")
    return {0: "name", 1: "type"} | told | ({last: "description"} if told else {})


def is_field_table(table: Table) -> bool:
    """Whether a table lists named things with types or constraints."""
    roles = set(roles_in(table).values())
    return "name" in roles and len(roles) > 1


def read_table(table: Table) -> list[Entry]:
    """Read the rows of a field table; empty when it is none."""
    roles = roles_in(table)
    if "name" not in roles.values():
        return []
    entries = (_read_row(row, roles) for row in table.rows)
    return [entry for entry in entries if entry is not None]


def _read_row(row: Row, roles: dict[int, str]) -> Entry | None:
    cells: dict[str, str] = {}
    for index, role in roles.items():
        cell = visible(row.cells[index]).strip() if index < len(row.cells) else ""
        cells[role] = f"{cells[role]}; {cell}" if role in cells and cell else cells.get(role, cell)
    shown = plain(cells.pop("name", ""))
    name = _NAME.match(shown)
    if name is None or _WORD_AFTER.match(shown, name.end()):
        return None
    return Entry(
        name=name.group().removesuffix("[]"),
        facts=counted(name.group(), _row_facts(shown[name.end() :], tuple(cells.items()))),
        span=row.span,
        location=_located(cells.get("location", "")),
        description=plain(cells.get("description", "")),
        type_text=plain(cells.get("type", "")),
        raw=" | ".join(row.cells),
    )


@lru_cache(maxsize=1 << 13)  # rows say of one column what others say of theirs
def _row_facts(after_name: str, cells: tuple[tuple[str, str], ...]) -> Facts:
    return for_type(_cell_facts(dict(cells), after_name))


def _cell_facts(cells: dict[str, str], after_name: str) -> Facts:
    facts = read_cell_type(cells["type"]) if cells.get("type") else NOTHING
    for role in ("constraints", "key", "reference", "index"):
        cell = cells.get(role, "")
        empty = cell.strip("` ").casefold() in {"", "-", "—", "\u2013", "none", "n/a", "no"}
        if not empty:
            facts = merged(facts, _role_facts(role, cell))
    facts = merged(facts, _flags(cells))
    default = cells.get("default")
    if default:
        condition = re.search(r"(?<=\S)\s+(\([^()]*\))\s*$", default)
        if condition:
            default = default[: condition.start()]
            facts = merged(facts, read_clauses(condition.group(1)))
        facts = merged(facts, Facts(default=read_default(default)))
        facts = merged(facts, Facts(refreshed=_refreshed(default)))
    if after_name.strip(" ?"):
        facts = merged(facts, read_clauses(after_name))
    description = cells.get("description", "")
    if description:
        facts = merged(facts, _described(description, facts))
    return facts


def _role_facts(role: str, cell: str) -> Facts:
    if role == "index" and _YES.match(plain(cell)):
        return Facts(indexed=True)
    if role == "key" and re.fullmatch(r"\W*uni?\W*", cell, re.IGNORECASE):
        return Facts(unique=True)
    if role == "key" and _YES.match(plain(cell)):
        return Facts(primary_key=True)
    if role == "reference" and "foreign" not in cell.casefold():
        return read_clauses(f"foreign key → {cell}")
    return read_clauses(cell)


def _flags(cells: dict[str, str]) -> Facts:
    facts = NOTHING
    required = plain(cells.get("required", ""))
    if required:
        facts = merged(facts, Facts(required=_truth(required)))
        facts = merged(facts, read_clauses(required))
    if cells.get("optional"):
        optional = _truth(plain(cells["optional"]))
        facts = merged(facts, Facts(required=None if optional is None else not optional))
    nullable = plain(cells.get("nullable", ""))
    if nullable:
        stated = _truth(nullable)
        if re.match(r"(?i)not null", nullable):
            stated = False
        elif re.match(r"(?i)null", nullable):
            stated = True
        facts = merged(facts, Facts(nullable=stated))
    unique = _truth(plain(cells.get("unique", "")))
    length = re.match(r"^\d+$", plain(cells.get("length", "")))
    if length:
        facts = merged(facts, read_clauses(f"max length {length.group()}"))
    said = bool(plain(cells.get("unique", "")).strip(" -—\u2013"))
    return merged(facts, Facts(unique=unique if said else unique or None))


def _truth(text: str) -> bool | None:
    text = text.strip()
    if not text or text in {"-", "—", "\u2013"}:
        return None
    if _YES.match(text):
        return True
    return False if _NO.match(text) else None


def _refreshed(text: str) -> bool | None:
    return True if re.search(r"(?i)on update|auto-?updat", text) else None


def _described(description: str, facts: Facts) -> Facts:
    """Take from a description what is no figure of speech: bounds, keys and defaults."""
    told = read_clauses(description, prose=True)
    is_key = facts.reference or re.search(r"(?i)\bfk\b|foreign", description)
    named = told.reference if told.reference and told.reference.column else None
    reference = told.reference if is_key else named
    choices = read_clauses(description).constraints.choices
    if facts.constraints.choices or facts.type_is_closed:
        choices = ()
    return replace(
        told,
        reference=reference,
        indexed=None,
        unique=None if facts.primary_key else told.unique,
        constraints=replace(told.constraints, choices=choices or told.constraints.choices),
    )


def _located(text: str) -> str | None:
    found = _LOCATION.search(text)
    if found is None:
        return None
    return "path" if found["in"].casefold() == "url" else found["in"].casefold()


def read_entry(text: str, span: Span) -> list[Entry]:
    """Read `name: type (conditions)` and its relatives; more than one for `a, b: …`."""
    text = _QUERY_FORM.sub(r"\1: \2 ", visible(unticked(text)).strip())
    found = _ENTRY.match(text)
    if found is None:
        return []
    marked = bool(found["open"])
    if not marked and not found["sep"] and (found["rest"] or not found["note"]):
        return []
    note = (found["note"] or "")[1:-1]
    rest = found["rest"].removeprefix("**").strip()
    facts = _entry_facts(note, rest)
    if found["optional"] or "`?" in text[: found.start("rest")]:
        facts = replace(facts, required=False)
    more = re.findall(r"[A-Za-z_]\w*", re.sub(r"\band\b", " ", found["more"] or ""))
    location = _located(note) if note else None
    if location is None:
        location = _located(re.match(r"^\(?[^),.]*", rest).group() if rest.startswith("(") else "")  # type: ignore[union-attr]
    return [
        Entry(
            name=name.removesuffix("[]"),
            facts=for_type(counted(name, facts)),
            span=span,
            marked=marked,
            location=location,
            description=plain(rest),
            type_text=plain(rest.split("(")[0].split(",")[0]),
            raw=text,
        )
        for name in [found["name"], *more]
    ]


def _entry_facts(note: str, rest: str) -> Facts:
    facts = _note_facts(note) if note else Facts()
    if not rest:
        return facts
    told = read_facts(rest)
    if note:
        told = replace(told, type=told.type if facts.type is None else None)
    return merged(facts, told)


def _note_facts(note: str) -> Facts:
    facts = read_facts(re.sub(r"(?i)^(required|optional)\s*:\s*", r"\1, ", note))
    if facts.constraints.choices:
        return facts
    choices = read_clauses(f"({note})").constraints.choices
    return replace(facts, constraints=replace(facts.constraints, choices=choices))


def read_list(text: str, span: Span) -> list[Entry]:
    """Read a running list: `` `limit` (default: 50), `offset` (default: 0) ``."""
    entries: list[Entry] = []
    for part in split_top(visible(text), ",;"):
        found = read_entry(part, span)
        named = [entry for entry in found if entry.marked]
        if not named and re.fullmatch(_IDENTIFIER, part.strip()):
            named = [Entry(name=part.strip(), facts=Facts(), span=span, marked=False, raw=part)]
        entries.extend(named)
    return entries


def read_items(blocks: Iterable[Block]) -> list[Entry]:
    """Read the items of a list with their nested items as children."""
    items = [block for block in blocks if isinstance(block, Item)]
    return list(_nested(items, 0, len(items)))


def _nested(items: list[Item], start: int, end: int) -> Iterator[Entry]:
    index = start
    while index < end:
        item = items[index]
        last = index + 1
        while last < end and items[last].depth > item.depth:
            last += 1
        children = tuple(_nested(items, index + 1, last))
        found = read_entry(item.text, item.span)
        if found:
            yield from (replace(entry, children=children) for entry in found)
        else:
            yield from children
        index = last
