"""The tables while their forms are brought together, found by name, by place and by column."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from sdd.ir import Index
from sdd.names import singular, snake, words
from sdd.speclang.facts import Facts, for_type, merged
from sdd.speclang.findings import Findings
from sdd.speclang.outline import Document, Section
from sdd.speclang.schema.comparing import compare
from sdd.speclang.schema.draft import ColumnDraft, Rule, TableDraft
from sdd.text import Span


@dataclass(slots=True)
class MergedColumn:
    """A column with what all its forms state."""

    name: str
    facts: Facts
    implied: Facts
    span: Span
    drafts: list[tuple[TableDraft, ColumnDraft]] = field(default_factory=list)


@dataclass(slots=True)
class MergedTable:
    """A table with the drafts that it came from."""

    entity: str
    drafts: list[TableDraft] = field(default_factory=list)
    columns: dict[str, MergedColumn] = field(default_factory=dict)
    indexes: list[Index] = field(default_factory=list)
    owner: str | None = None

    @property
    def table(self) -> str | None:
        """The table's name, as a form states or implies it."""
        stated = next((draft.table for draft in self.drafts if draft.table), None)
        return stated or next(
            (draft.implied_table for draft in self.drafts if draft.implied_table), None
        )


class Tables:
    """All tables, found without going through all of them."""

    def __init__(self, tables: dict[str, MergedTable], documents: Iterable[Document]) -> None:
        self._by_name: dict[str, MergedTable] = {}
        self._by_column: dict[str, list[MergedTable]] = {}
        self._within: dict[tuple[str, int], list[MergedTable]] = {}
        known = {document.path: document for document in documents}
        for table in tables.values():
            self._add(table, known)

    def _add(self, table: MergedTable, documents: dict[str, Document]) -> None:
        name = (table.table or "").casefold()
        for alias in (table.entity.casefold(), snake(table.entity), name, singular(name)):
            self._by_name.setdefault(alias, table)
        for column in table.columns:
            self._by_column.setdefault(column, []).append(table)
        for draft in table.drafts:
            document = documents.get(draft.document)
            around = document.ancestry(document.sections[draft.section]) if document else ()
            for section in around:
                inside = self._within.setdefault((draft.document, section.index), [])
                if table not in inside[-1:]:
                    inside.append(table)

    def named(self, name: str) -> MergedTable | None:
        """Find a table by its name or by that of its entity, singular or plural."""
        wanted = name.casefold()
        return (
            self._by_name.get(wanted)
            or self._by_name.get(singular(wanted))
            or self._by_name.get(singular(snake(name)))
        )

    def meant(self, rule: Rule, document: Document) -> MergedTable | None:
        """Find the table that a statement outside of its list speaks of."""
        if rule.table is not None:
            return self.named(rule.table)
        around = list(document.ancestry(document.sections[rule.section]))
        for section in around:
            if section.level <= 1:
                break
            inside = self._within.get((document.path, section.index), [])
            inside = [table for table in inside if _has(table, rule)] or inside
            if len({table.entity for table in inside}) == 1:
                return inside[0]
            if inside:
                break
        return self._by_title(rule, around[:2])

    def _by_title(self, rule: Rule, around: list[Section]) -> MergedTable | None:
        titles = {singular(word) for section in around for word in words(section.title)}
        titled = [
            table
            for title in sorted(titles)
            if (table := self._by_name.get(title)) and table.entity.casefold() == title
        ]
        holders = titled or self._by_column.get(rule.columns[0], [])
        found = [table for table in holders if _has(table, rule)]
        return found[0] if len(found) == 1 else None


def _has(table: MergedTable, rule: Rule) -> bool:
    return all(name in table.columns for name in rule.columns)


def apply_rule(rule: Rule, document: Document, tables: Tables, findings: Findings) -> None:
    """Add what a statement outside of a table's list says of its columns."""
    table = tables.meant(rule, document)
    if table is None:
        return
    if rule.facts.type_name == "owner":
        table.owner = rule.columns[0] if rule.columns[0] in table.columns else table.owner
        return
    if rule.index is not None:
        known = all(name in table.columns for name in rule.columns)
        if known and rule.index not in table.indexes:
            table.indexes.append(rule.index)
        return
    for name in rule.columns:
        column = table.columns.get(name)
        if column is None:
            continue
        facts = for_type(replace(rule.facts, type=column.facts.type))
        draft = ColumnDraft(name=name, facts=replace(facts, type=None), span=rule.span)
        if not (facts.nullable is not None and column.facts.primary_key):
            compare(
                f"{table.entity}.{name}",
                (column.facts, column.span),
                (draft.facts, draft.span),
                findings,
            )
        column.facts = merged(column.facts, replace(facts, type=None))
