"""Entity relationship diagrams as text: Mermaid's `erDiagram`, and DBML."""

import re
from collections.abc import Iterator
from dataclasses import replace

from sdd.speclang.clauses import read_clauses
from sdd.speclang.facts import Facts, Reference, for_type, merged, of_type
from sdd.speclang.schema.draft import ColumnDraft, TableDraft
from sdd.speclang.schema.naming import entity_name
from sdd.speclang.types import read_type
from sdd.text import Span

_MERMAID_OPENS = re.compile(
    r"^\s*(?:\"(?P<quoted>[^\"]+)\"|(?P<name>[A-Za-z_][\w-]*))(?:\[[^\]]*\])?\s*\{\s*$"
)
_MERMAID_COLUMN = re.compile(
    r"^\s*(?P<type>[A-Za-z_]\w*(?:\([^)]*\))?(?:\[\])?)\s+(?P<name>[A-Za-z_]\w*)(?P<keys>(?:\s*,?\s*\b(?:PK|FK|UK)\b)*)\s*(?:\"(?P<comment>[^\"]*)\")?\s*$"
)
_DBML_OPENS = re.compile(
    r"^\s*Table\s+(?:\w+\.)?\"?(?P<name>[A-Za-z_]\w*)\"?(?:\s+as\s+\w+)?[^{]*\{\s*$", re.IGNORECASE
)
_DBML_COLUMN = re.compile(
    r"^\s*\"?(?P<name>[A-Za-z_]\w*)\"?\s+(?P<type>[A-Za-z_][\w ]*?(?:\([^)]*\))?(?:\[\])?)\s*(?:\[(?P<settings>.*)\])?\s*(?://.*)?$"
)
_DBML_REFERENCE = re.compile(
    r"\bref:\s*[<>-]+\s*(?:\w+\.)?(?P<table>\w+)\.(?P<column>\w+)", re.IGNORECASE
)
_DBML_FAR = re.compile(
    r"^\s*Ref[^:]*:\s*(?P<table>\w+)\.(?P<column>\w+)\s*>\s*(?P<to>\w+)\.(?P<key>\w+)(?:\s*\[(?P<settings>[^\]]*)\])?",
    re.IGNORECASE,
)


def is_mermaid(text: str) -> bool:
    """Whether a fence holds an entity relationship diagram of Mermaid."""
    return re.match(r"(?:\s*(?:---[\s\S]*?---|%%[^\n]*\n))*\s*erDiagram\b", text) is not None


def is_dbml(text: str) -> bool:
    """Whether a fence holds a table of DBML."""
    return any(_DBML_OPENS.match(line) for line in text.split("\n"))


def read_mermaid(text: str, span: Span, section: int) -> Iterator[TableDraft]:
    """Yield the entities of a diagram that list their attributes."""
    for name, place, lines in _blocks(text, span, _MERMAID_OPENS):
        columns = tuple(
            column for line, at in lines if (column := _mermaid_column(line, at)) is not None
        )
        if columns:
            yield _draft(name, "mermaid", place, columns, section)


def _mermaid_column(line: str, span: Span) -> ColumnDraft | None:
    found = _MERMAID_COLUMN.match(line)
    if found is None:
        return None
    keys = set(re.findall(r"[PFU]K", found["keys"] or ""))
    facts = of_type(read_type(found["type"]))
    facts = merged(
        facts,
        Facts(
            primary_key=True if "PK" in keys else None,
            unique=True if "UK" in keys else None,
            reference=Reference() if "FK" in keys else None,
        ),
    )
    facts = merged(facts, read_clauses(found["comment"] or "", prose=True))
    return ColumnDraft(
        name=found["name"], facts=for_type(facts), span=span, type_text=found["type"]
    )


def read_dbml(text: str, span: Span, section: int) -> Iterator[TableDraft]:
    """Yield the tables of a DBML text, with the references that stand beside them."""
    far = {
        (found["table"], found["column"]): Reference(
            table=found["to"], column=found["key"], on_delete=_action(found["settings"])
        )
        for line in text.split("\n")
        if (found := _DBML_FAR.match(line))
    }
    for name, place, lines in _blocks(text, span, _DBML_OPENS):
        columns: list[ColumnDraft] = []
        for line, at in lines:
            column = _dbml_column(line, at)
            if column is not None:
                reference = far.get((name, column.name)) or column.facts.reference
                columns.append(replace(column, facts=replace(column.facts, reference=reference)))
        if columns:
            yield _draft(name, "dbml", place, tuple(columns), section)


def _action(settings: str | None) -> str | None:
    found = re.search(r"delete:\s*(cascade|restrict|set null)", settings or "", re.IGNORECASE)
    return found.group(1).casefold().replace(" ", "_") if found else None


def _dbml_column(line: str, span: Span) -> ColumnDraft | None:
    found = _DBML_COLUMN.match(line)
    if found is None or found["name"].casefold() in {"note", "indexes"}:
        return None
    settings = found["settings"] or ""
    facts = of_type(read_type(found["type"]))
    reference = _DBML_REFERENCE.search(settings)
    rest = _DBML_REFERENCE.sub("", settings)
    told = read_clauses(re.sub(r"\bincrement\b", "auto-increment", rest))
    if reference is not None:
        action = told.reference.on_delete if told.reference else None
        told = replace(
            told,
            reference=Reference(
                table=reference["table"], column=reference["column"], on_delete=action
            ),
        )
    return ColumnDraft(
        name=found["name"], facts=for_type(merged(facts, told)), span=span, type_text=found["type"]
    )


def _blocks(
    text: str, span: Span, opens: "re.Pattern[str]"
) -> Iterator[tuple[str, Span, list[tuple[str, Span]]]]:
    name = ""
    place = span
    lines: list[tuple[str, Span]] = []
    inner = 0
    for number, line in enumerate(text.split("\n")):
        at = Span(path=span.path, line=span.line + number)
        found = opens.match(line) if not name else None
        if found is not None:
            groups = found.groupdict()
            name, place, lines = groups.get("name") or groups.get("quoted") or "", at, []
        elif name and line.strip() == "}" and not inner:
            yield name, place, lines
            name = ""
        elif name:
            inner += line.count("{") - line.count("}")
            if not inner and "}" not in line:
                lines.append((line, at))


def _draft(
    name: str, form: str, span: Span, columns: tuple[ColumnDraft, ...], section: int
) -> TableDraft:
    lowered = name.casefold()
    return TableDraft(
        entity=entity_name(lowered if name.isupper() else name),
        table=lowered if name.isupper() or name == lowered else None,
        form=form,
        document=span.path,
        span=span,
        columns=columns,
        section=section,
    )
