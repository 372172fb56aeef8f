"""Statements about columns outside of their list: constraints, indexes, ownership."""

import re
from collections.abc import Iterator
from dataclasses import replace

from sdd.speclang.clauses import read_clauses
from sdd.speclang.facts import Facts
from sdd.speclang.inline import key, label_of, plain, sentences, unticked
from sdd.speclang.outline import Document
from sdd.speclang.schema.ddl_constraints import index_rule
from sdd.speclang.schema.draft import Rule
from sdd.text import Span
from sdd.text.markdown import Fence, Item, Paragraph, Table

_RULES = re.compile(
    r"\b(?:constraints?|validations?|rules?|relationships?|foreign keys?|integrity|checks?"
    r"|requirements?|keys?)\b"
)
_INDEXES = re.compile(r"\bindex(?:es|ing|ed)?\b|\bindices\b")
_LATER = re.compile(
    r"\b(?:future|optional|out of scope|phase (?:[3-9]|iii|iv|v)\+?|planned|recommended|deferred)\b"
)
_NAME = r"[`*]*(?:(?P<table>[A-Za-z_]\w*)\.)?(?P<column>[a-z_]\w*)[`*]*"
_LEADING = re.compile(
    rf"^(?:the\s+)?{_NAME}\s*(?:column|field)?\s*(?P<joint>:|→|->|must\b|is\b|are\b|cannot\b"
    rf"|length\b|max\w*\b|min\w*\b|defaults?\b|should\b|references?\b|foreign\b|limited\b"
    rf"|between\b|unique\b|required\b|not\b|has\b|—|\u2013|-\s|$)(?P<rest>.*)$",
    re.IGNORECASE | re.DOTALL,
)
_LISTED = re.compile(
    r"^(?P<what>primary key|foreign keys?|unique(?: constraint)?|not null(?: constraints?)?"
    r"|required(?: fields)?|check(?: constraint)?|defaults?|index)\w*$"
)
_KEYS = re.compile(r"(?i)^(?:composite |compound )?unique(?: (?:constraint|index|key))?s?\s*:\s*\(")
_INDEX_WORD = re.compile(r"(?i)\bind(?:ex(?:es|ed)?|ices)\b")
_COLUMN_LIST = re.compile(
    r"\(\s*(?P<list>`?[a-z_]\w*`?(?:\s+(?:ASC|DESC))?(?:\s*,\s*`?[a-z_]\w*`?(?:\s+(?:ASC"
    r"|DESC))?)+)\s*\)",
    re.IGNORECASE,
)


def rules_in(document: Document) -> Iterator[Rule]:
    """Yield what a schema document says of columns under constraints, validation and indexes."""
    context = ""
    section_before = -1
    for index, block in enumerate(document.blocks):
        number = document.section_index(index)
        if number != section_before:
            context, section_before = "", number
        titles = " / ".join(document.title_words(index)[:2])
        if _LATER.search(titles):
            continue
        match block:
            case Paragraph():
                label = label_of(block.text.split("\n")[-1])
                context = key(label.name) if label else context
                for line in block.text.split("\n") if _KEYS.match(plain(block.text)) else ():
                    yield from _indexes(line, block.span, number)
                if label is None:
                    yield from _sentences(block.text, block.span, document, number)
            case Table():
                yield from _index_table(block, number)
            case Item():
                yield from _item(block, f"{titles} / {context}", context, document, number)
            case Fence():
                pass
            case _:
                context = ""


def _item(
    block: Item, titles: str, context: str, document: Document, section: int
) -> Iterator[Rule]:
    text = unticked(block.text).split("\n")[0]
    nearest = context or titles.split(" / ", maxsplit=1)[0]
    if _INDEXES.search(nearest) or _INDEX_WORD.search(plain(text).split(":")[0]):
        yield from _indexes(text, block.span, section)
        return
    label = label_of(text)
    if label is not None and _LISTED.match(key(label.name)):
        yield from _listed(key(label.name), label.value, block.span, document, section)
        return
    if _RULES.search(titles) or re.search(r"(?i)\bFR-?\d|\bcolumns?\b.*\bmust\b", text):
        yield from _sentence(text, block.span, document, section)


def _sentences(text: str, span: Span, document: Document, section: int) -> Iterator[Rule]:
    for sentence in sentences(text):
        owner = re.search(
            r"`(?:\w+\.)?(?P<column>\w+)`[^.`]{0,40}\bowner column\b"
            r"|\bowner column[^.`]{0,30}`(?:\w+\.)?(?P<after>\w+)`",
            sentence,
        )
        if owner:
            yield Rule(
                columns=(owner["column"] or owner["after"],),
                facts=Facts(type_name="owner"),
                span=span,
                document=document.path,
                section=section,
            )


def _listed(what: str, value: str, span: Span, document: Document, section: int) -> Iterator[Rule]:
    """Read `**Not Null**: `title`, `user_id`` and its relatives."""
    if what.startswith(("foreign", "check", "default")):
        if re.match(rf"^{_NAME}", value):
            prefix = "foreign key " if what.startswith("foreign") else ""
            yield from _sentence(
                re.sub(
                    rf"^({_NAME.replace('?P<table>', '?:').replace('?P<column>', '?:')})",
                    rf"\1: {prefix}",
                    value,
                ),
                span,
                document,
                section,
            )
        return
    if what.startswith("index"):
        yield from _indexes(f"Index on {value}", span, section)
        return
    head = re.split(r"\s[-\u2013—(]", value)[0]
    names = re.findall(r"`(?:\w+\.)?([a-z_]\w*)`", head) or re.findall(r"^\s*([a-z_]\w*)\s*$", head)
    facts = {
        "p": Facts(primary_key=True),
        "u": Facts(unique=True),
        "n": Facts(nullable=False),
        "r": Facts(nullable=False),
    }[what[0]]
    if what[0] in "pu" and len(names) != 1:
        return
    for name in names:
        yield Rule(columns=(name,), facts=facts, span=span, document=document.path, section=section)


def _sentence(text: str, span: Span, document: Document, section: int) -> Iterator[Rule]:
    text = re.sub(r"^\**(?:FR|BR|VR|NFR|DR)[- ]?\d+\**\s*:?\**\s*", "", text).strip()
    limit = _LIMITING.search(plain(text))
    if limit is not None:
        text = f"{limit['column']}: max {limit['most']} characters"
    # Two words in front may be a table with its column, or a column's name in two words; which
    # of them there is, is known only where the tables are.
    readings = (text,) if _LEADING.match(text) else (_dotted(text), _joined(text))
    for reading in readings:
        found = _LEADING.match(reading)
        if found is not None and found["column"].casefold() not in _NO_COLUMNS:
            yield from _rule(found, span, document, section)


def _rule(found: "re.Match[str]", span: Span, document: Document, section: int) -> Iterator[Rule]:
    column = found["column"]
    rest = found.string[found.start("joint") :]
    facts = read_clauses(rest, prose="`" in rest and "one of" not in rest)
    if re.search(r"→|->", found["joint"]):
        facts = read_clauses(f"foreign key → {found['rest'].strip(' >')}")
    stated = _kept(facts, rest)
    if stated != Facts():
        yield Rule(
            columns=(column.casefold() if "_" in column or column.istitle() else column,),
            facts=stated,
            span=span,
            document=document.path,
            table=found["table"],
            section=section,
        )


def _joined(text: str) -> str:
    """Read `Password hash is required` as `password_hash is required`."""
    return re.sub(
        r"^([A-Za-z]+)\s+([a-z]+)\b",
        lambda found: f"{found[1].casefold()}_{found[2]}",
        text,
        count=1,
    )


def _dotted(text: str) -> str:
    """Read `Task title must …` as `task.title must …`."""
    return re.sub(
        r"^([A-Za-z]+)\s+([a-z_]\w*)\b",
        lambda found: f"{found[1].casefold()}.{found[2]}",
        text,
        count=1,
    )


_LIMITING = re.compile(
    r"\b(?:limiting|limits|restricting|restricts)\s+(?:the\s+)?(?P<column>[a-z_]\w*)\s+"
    r"(?:length\s+)?to\s+(?:at most\s+|max\s+)?(?P<most>\d+)\s*(?:chars?|characters)"
)
_NO_COLUMNS = frozenset(
    [
        "a",
        "an",
        "on",
        "one",
        "each",
        "every",
        "all",
        "no",
        "any",
        "this",
        "when",
        "if",
        "cascade",
        "primary",
        "foreign",
        "unique",
        "only",
        "table",
        "tables",
        "data",
        "application",
        "it",
        "there",
    ]
)


def _kept(facts: Facts, text: str) -> Facts:
    """Keep what such a sentence can state; a condition (`if provided`) is no nullability."""
    nullable = facts.nullable
    if (
        re.search(
            r"(?i)\bcannot be (?:empty|null)\b|\bmust not be null\b|\brequired\b|\bnot null\b", text
        )
        and nullable is None
    ):
        nullable = False
    if re.search(
        r"(?i)\bif provided\b|\bwhen (?:provided|status)\b|\boptional\b|must be null when", text
    ):
        nullable = None
    return replace(
        facts,
        type=None,
        type_name="",
        item=None,
        ambiguous=(),
        required=None,
        nullable=nullable,
        indexed=None,
        unique=True if re.search(r"(?i)\bunique\b", text) and facts.unique else None,
    )


def _indexes(text: str, span: Span, section: int) -> Iterator[Rule]:
    shown = plain(text)
    if re.search(r"(?i)\bprimary key\b|full[- ]text|\boptional\b|phase (?:iii|iv|v|[3-9])", shown):
        return
    unique = re.search(r"(?i)\bunique\b", shown) is not None
    listed = _COLUMN_LIST.search(shown)
    if listed and not re.search(
        r"(?i)\bon\s+(?:\w+\s*)?$|\b(?:composite|compound|combined|multi-column|index"
        r"|unique)\b[^()]*$|^\w*idx\w*[^()]*$",
        shown[: listed.start()],
    ):
        return
    if listed:
        names = tuple(
            re.sub(r"(?i)\s+(?:asc|desc)$", "", part.strip(" `"))
            for part in listed["list"].split(",")
        )
        table = re.search(r"\bon\s+(\w+)\s*\(", shown) or re.match(r"^(\w+)\s*\(", shown)
        yield index_rule(
            names,
            unique=unique,
            table=table.group(1)
            if table and not table.group(1).casefold().startswith(("ind", "comp"))
            else None,
            place=span,
            section=section,
        )
        return
    single = (
        re.match(r"^(?P<table>[a-z_]\w*)\.(?P<column>[a-z_]\w*)\b", shown)
        or re.search(
            r"(?i)\bon\s+(?P<table>[a-z_]\w*)\s*\(\s*(?P<column>[a-z_]\w*)(?:\s+(?:asc"
            r"|desc))?\s*\)",
            shown,
        )
        or re.search(r"(?i)^\w+\s*\(\s*(?P<column>[a-z_]\w*)\s*\)", shown)
        or re.search(
            r"(?i)\bon\s+(?:the\s+)?(?:(?P<table>[a-z_]\w*)\.)?(?P<column>[a-z_]\w*)\b(?!\s*\()",
            shown,
        )
    )
    if single is None:
        return
    both = re.search(rf"(?i)\bon\s+{single['column']}\s+and\s+(?P<other>[a-z_]\w*)", shown)
    names = (single["column"], both["other"]) if both else (single["column"],)
    groups = single.groupdict()
    yield index_rule(names, unique=unique, table=groups.get("table"), place=span, section=section)


def _index_table(table: Table, section: int) -> Iterator[Rule]:
    header = [key(cell) for cell in table.header]
    columns = next(
        (
            at
            for at, name in enumerate(header)
            if re.fullmatch(r"columns?|fields?|indexed columns?|on|column s", name)
        ),
        None,
    )
    if columns is None or not header or "index" not in header[0]:
        return
    tables = next(
        (at for at, name in enumerate(header) if name in {"table", "tables", "entity"}), None
    )
    kinds = next((at for at, name in enumerate(header) if name in {"type", "unique", "kind"}), None)
    for row in table.rows:
        if columns >= len(row.cells):
            continue
        names = tuple(
            re.findall(r"[a-z_]\w*", re.sub(r"(?i)\b(?:asc|desc)\b", "", plain(row.cells[columns])))
        )
        kind = plain(row.cells[kinds]) if kinds is not None and kinds < len(row.cells) else ""
        if not names or re.search(r"(?i)primary", kind):
            continue
        owner = plain(row.cells[tables]) if tables is not None and tables < len(row.cells) else None
        unique = bool(re.search(r"(?i)\bunique\b|^yes$", kind))
        yield index_rule(names, unique=unique, table=owner, place=row.span, section=section)
