"""The schema in a document: every form of every table, before they are brought together."""

import re
from dataclasses import replace

from sdd.ir import Shape
from sdd.speclang.findings import Findings
from sdd.speclang.inline import label_of
from sdd.speclang.outline import Document
from sdd.speclang.schema.class_tables import shapes_of, tables_of
from sdd.speclang.schema.ddl import read_ddl
from sdd.speclang.schema.diagrams import is_dbml, is_mermaid, read_dbml, read_mermaid
from sdd.speclang.schema.draft import ColumnDraft, Drafts, Rule, TableDraft
from sdd.speclang.schema.lists import lists_in, managed_sections
from sdd.speclang.schema.naming import manager_of, name_in_title
from sdd.speclang.schema.rules import rules_in
from sdd.speclang.schema.sqlmodel_code import (
    looks_like_models,
    read_classes,
)
from sdd.text import Span
from sdd.text.markdown import Fence, Item, Paragraph

__all__ = ["ColumnDraft", "Drafts", "Rule", "TableDraft", "read_schema", "read_shapes"]

_LATER = re.compile(
    r"\b(?:future|out of scope|optional future|planned|deferred|alembic|migration example"
    r"|rollback|seed|sample data|"
    r"deprecated|removed|rejected|alternatives?|not in scope)\b"
)


def read_schema(document: Document, findings: Findings) -> Drafts:
    """Read every table that a document states, in any form."""
    drafts = Drafts()
    drafts.tables.extend(
        draft for draft in lists_in(document, findings) if not _is_later(document, draft.section)
    )
    drafts.tables.extend(managed_sections(document))
    classes = []
    for index, block in enumerate(document.blocks):
        if not isinstance(block, Fence):
            continue
        section = document.section_index(index)
        if _is_later(document, section):
            continue
        first = Span(path=document.path, line=block.span.line + 1)
        if block.language in {
            "sql",
            "postgresql",
            "postgres",
            "psql",
            "mysql",
            "ddl",
            "sqlite",
        } or (not block.language and re.search(r"(?im)^\s*create\s+table\s", block.text)):
            known = len(drafts.tables)
            read_ddl(block.text, first, drafts, findings, section)
            drafts.tables[known:] = [_managed(document, draft) for draft in drafts.tables[known:]]
        elif is_mermaid(block.text):
            drafts.tables.extend(read_mermaid(block.text, first, section))
        elif is_dbml(block.text):
            drafts.tables.extend(read_dbml(block.text, first, section))
        elif block.language in {"python", "py", "python3", ""} and looks_like_models(block.text):
            found = read_classes(block.text, first, section)
            if found is None:
                findings.not_understood(
                    block.span, "The classes in this fence are not valid Python."
                )
            else:
                classes.extend(found)
    drafts.tables.extend(tables_of(classes))
    drafts.enums.update({item.name.casefold(): item.values for item in classes if item.values})
    drafts.enums.update(_listed_enums(document))
    drafts.rules.extend(rules_in(document))
    return drafts


def _managed(document: Document, draft: TableDraft) -> TableDraft:
    """Take who manages a table from the section that bears its name."""
    section = document.sections[draft.section]
    named = name_in_title(section.title)
    if draft.managed_by or named is None or named.entity != draft.entity:
        return draft
    return replace(draft, managed_by=manager_of(document, section))


def read_shapes(document: Document) -> dict[str, Shape]:
    """Read the request and response models that a document shows as Python classes."""
    classes = []
    for index, block in enumerate(document.blocks):
        if (
            isinstance(block, Fence)
            and block.language in {"python", "py"}
            and looks_like_models(block.text)
        ):
            first = Span(path=document.path, line=block.span.line + 1)
            classes.extend(read_classes(block.text, first, document.section_index(index)) or [])
    return shapes_of(classes)


def _is_later(document: Document, section: int) -> bool:
    titles = [
        item.words for item in document.ancestry(document.sections[section]) if item.level > 1
    ]
    return any(_LATER.search(title) for title in titles)


def _listed_enums(document: Document) -> dict[str, tuple[str, ...]]:
    """Read `- **Size**: `small`, `large`` and headings below `Enums` with a value each line."""
    found: dict[str, tuple[str, ...]] = {}
    for index, block in enumerate(document.blocks):
        if not isinstance(block, Item | Paragraph):
            continue
        titles = document.title_words(index)[:2]
        if not any("enum" in title for title in titles):
            continue
        label = label_of(block.text)
        if label is not None and re.fullmatch(r"\w+", label.name):
            values = re.findall(r"[`\"']([\w.-]+)[`\"']", label.value)
            if values:
                found[label.name.casefold()] = tuple(values)
                continue
        value = re.match(r"^[`\"']([\w.-]+)[`\"']", block.text)
        if isinstance(block, Item) and value and "enum" in " ".join(titles[1:]):
            name = titles[0].replace(" ", "")
            found[name] = (*found.get(name, ()), value.group(1))
    return found
