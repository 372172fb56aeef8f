"""SQL in specs: CREATE TABLE, CREATE TYPE, CREATE INDEX, ALTER TABLE, read with sqlglot."""

import re
from typing import Any

from sdd.diagnostics import Severity
from sdd.ir import Index
from sdd.names import singular
from sdd.speclang.facts import Facts, for_type, merged, of_type
from sdd.speclang.findings import Findings
from sdd.speclang.phrases import read_cell_type
from sdd.speclang.schema.ddl_constraints import altered, apply_constraint, constraint_of, index_of
from sdd.speclang.schema.draft import ColumnDraft, Drafts, TableDraft
from sdd.speclang.schema.naming import entity_name, managed_in
from sdd.speclang.schema.sql_text import Element, Statement, elements, statements, table_of
from sdd.speclang.types import read_type
from sdd.text import Span

_STATEMENT = re.compile(
    r"^\s*(?P<kind>create\s+(?:or\s+replace\s+)?(?:temp(?:orary)?\s+)?table|create\s+type"
    r"|create\s+(?:unique\s+)?index|alter\s+table)\b",
    re.IGNORECASE,
)
_ENUM = re.compile(
    r"create\s+type\s+[\"`]?(?:\w+\.)?(\w+)[\"`]?\s+as\s+enum\s*\((.*)\)", re.IGNORECASE | re.DOTALL
)
_LARGEST = 60_000
_MOST_STATEMENTS = 2_000  # of one fence; a schema has some, a dump of rows has no end
_MYSQL = re.compile(
    r"\)\s*engine\s*=|,\s*(?:(?:unique|fulltext|spatial)\s+)?(?:index|key)\s+[`\w]+\s*\(",
    re.IGNORECASE,
)
_NOT_SQL = "This SQL cannot be parsed."
_AS_POSTGRES = "Write it as PostgreSQL would take it."


def read_ddl(text: str, span: Span, drafts: Drafts, findings: Findings, section: int) -> None:
    """Read the statements in a fence; `span` is that of its first line of code."""
    for count, statement in enumerate(statements(text)):
        if count == _MOST_STATEMENTS:
            findings.not_understood(span, f"Only the first {count} statements were read.")
            return
        place = Span(path=span.path, line=span.line + statement.line)
        if _ENUM.search(statement.text):
            found = _ENUM.search(statement.text)
            assert found is not None  # noqa: S101 - searched just above
            drafts.enums[found.group(1).casefold()] = tuple(
                re.findall(r"'([^']*)'", found.group(2))
            )
            continue
        match = _STATEMENT.match(statement.text)
        if match is None or len(statement.text) > _LARGEST:
            continue
        if re.search(r"\(\s*(?:\.\.\.|…)\s*\)", statement.text):
            continue  # only the table's name, elided
        tree = _parse(statement.text)
        if tree is not None:
            _read_tree(tree, statement, place, drafts, section)
        elif table_of(statement.text):
            drafts.tables.append(_by_element(statement, place, findings, section))
        elif "table" in match["kind"].casefold() and "create" in match["kind"].casefold():
            findings.not_understood(place, _NOT_SQL, hint=_AS_POSTGRES)


def _by_element(statement: Statement, place: Span, findings: Findings, section: int) -> TableDraft:
    """Read a table that no dialect takes: each column for itself, as SQL or else as a phrase."""
    name = table_of(statement.text)
    columns: dict[str, ColumnDraft] = {}
    indexes: list[Index] = []
    for element in elements(statement.text):
        here = Span(path=place.path, line=place.line + element.line)
        tree = _parse(f"CREATE TABLE {name} ({element.text})")
        draft = None
        if tree is not None:
            alone = Statement(text=element.text, line=0)
            draft = _table(tree.this, alone, here, section)
        if draft is not None and draft.columns:
            columns.update({column.name: column for column in draft.columns})
            indexes.extend(draft.indexes)
        elif tree is not None:
            for definition in tree.this.expressions:
                for constraint in _constraints_of(definition):
                    apply_constraint(constraint, columns, indexes)
        elif (column := _as_phrase(element, here)) is not None:
            columns[column.name] = column
            findings.not_understood(
                here,
                f"This is not SQL; the column {column.name} was read from its words.",
                hint=_AS_POSTGRES,
                severity=Severity.NOTE,
            )
        else:
            findings.not_understood(here, _NOT_SQL, hint=_AS_POSTGRES)
    return TableDraft(
        entity=entity_name(name),
        table=name,
        form="ddl",
        document=place.path,
        span=place,
        columns=tuple(columns.values()),
        indexes=tuple(indexes),
        managed_by=_manager(statement.comment, name),
        section=section,
    )


def _as_phrase(element: Element, place: Span) -> ColumnDraft | None:
    """Read a definition that is not SQL with the reader of phrases: `due DATE NULLABLE`."""
    found = re.match(r"[\"`]?(?P<name>[A-Za-z_]\w*)[\"`]?\s+(?P<rest>.+)$", element.text, re.DOTALL)
    facts = read_cell_type(found["rest"]) if found else Facts()
    if found is None or facts.type is None:
        return None
    implied = Facts(nullable=True, unique=False, primary_key=False)
    return ColumnDraft(
        name=found["name"],
        facts=for_type(facts),
        implied=implied,
        span=place,
        type_text=found["rest"],
    )


def _parse(text: str) -> Any | None:  # noqa: ANN401 - sqlglot's trees are untyped
    import logging  # noqa: PLC0415 - only to quiet the library here

    import sqlglot  # noqa: PLC0415 - heavy; specs without SQL need not pay
    from sqlglot.errors import SqlglotError  # noqa: PLC0415

    text = (
        re.sub(r"\bAUTO_?INCREMENT\b", "", text, flags=re.IGNORECASE)
        if re.search(r"(?i)auto_?increment", text)
        else text
    )
    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    dialects = ["postgres", "mysql", "sqlite"]
    for dialect in sorted(dialects, key="mysql".__eq__, reverse=bool(_MYSQL.search(text))):
        try:
            return sqlglot.parse_one(text, read=dialect)
        except (SqlglotError, RecursionError, ValueError):
            continue
    return None


def _read_tree(tree: Any, statement: Statement, place: Span, drafts: Drafts, section: int) -> None:  # noqa: ANN401
    from sqlglot import exp  # noqa: PLC0415

    if isinstance(tree, exp.Create) and tree.kind == "TABLE" and isinstance(tree.this, exp.Schema):
        drafts.tables.append(_table(tree.this, statement, place, section))
    elif isinstance(tree, exp.Create) and tree.kind == "INDEX":
        rule = index_of(tree, place, section)
        if rule is not None:
            drafts.rules.append(rule)
    elif isinstance(tree, exp.Alter):
        drafts.rules.extend(altered(tree, place, section))


def _table(schema: Any, statement: Statement, place: Span, section: int) -> TableDraft:  # noqa: ANN401
    from sqlglot import exp  # noqa: PLC0415

    name = schema.this.name
    columns: dict[str, ColumnDraft] = {}
    for definition in schema.expressions:
        if isinstance(definition, exp.ColumnDef):
            column = _column(definition, statement, place)
            columns[column.name] = column
    indexes: list[Index] = []
    for definition in schema.expressions:
        for constraint in _constraints_of(definition):
            apply_constraint(constraint, columns, indexes)
    return TableDraft(
        entity=entity_name(name),
        table=name,
        form="ddl",
        document=place.path,
        span=place,
        columns=tuple(columns.values()),
        indexes=tuple(indexes),
        managed_by=_manager(statement.comment, name),
        section=section,
    )


def _manager(comment: str, table: str) -> str | None:
    """Return who manages a table, as the comment over its statement says, if it means this one."""
    about = re.search(r"(?i)\b(\w+) tables?\b", comment)
    if about and singular(about.group(1).casefold()) not in {
        singular(table.casefold()),
        "this",
        "the",
    }:
        return None
    return managed_in(comment)


def _constraints_of(definition: Any) -> list[Any]:  # noqa: ANN401
    from sqlglot import exp  # noqa: PLC0415

    if isinstance(definition, exp.Constraint):
        return list(definition.expressions)
    if isinstance(definition, exp.ColumnDef):
        return []
    return [definition]


def _column(definition: Any, statement: Statement, place: Span) -> ColumnDraft:  # noqa: ANN401
    kind = definition.args.get("kind")
    text = kind.sql(dialect="postgres") if kind is not None else ""
    expression = read_type(_original_type(definition, statement, text))
    facts = for_type(of_type(expression))
    if expression is None and kind is not None:
        facts = Facts(type_name=text)
    for constraint in definition.args.get("constraints") or ():
        facts = merged(constraint_of(constraint.kind), facts)
    line = _line_of(definition.name, statement.code)
    span = Span(path=place.path, line=place.line + max(line - _leading(statement.text), 0))
    implied = Facts(
        nullable=(facts.nullable is None and not facts.primary_key) or None,
        unique=False,
        primary_key=False,
    )
    return ColumnDraft(
        name=definition.name, facts=for_type(facts), implied=implied, span=span, type_text=text
    )


def _original_type(definition: Any, statement: Statement, parsed: str) -> str:  # noqa: ANN401
    """Return the type as written: `SERIAL`, where sqlglot may have put another word."""
    found = re.search(
        rf"(?:^|[(,\s])[\"`]?{re.escape(definition.name)}[\"`]?\s+(?P<type>[A-Za-z_]\w*(?:\s+(?:with(?:out)?\s+time\s+zone|precision|varying))?(?:\s*\([^()]*\))?(?:\[\])?)",
        statement.code,
        re.IGNORECASE,
    )
    return found["type"] if found else parsed


def _leading(text: str) -> int:
    lead = len(text) - len(text.lstrip())
    return text[:lead].count("\n")


def _line_of(name: str, text: str) -> int:
    found = re.search(rf"(?:^|[(,\s])[\"`]?{re.escape(name)}[\"`]?\s", text)
    return text[: found.end() - 1].count("\n") if found else 0
