"""What stands around a list of columns: the label or heading that names it or rules it out."""

import re
from collections.abc import Iterable

from sdd.speclang.facts import Facts
from sdd.speclang.fields import Entry
from sdd.speclang.inline import Label, key, label_of, plain
from sdd.speclang.outline import Document, Section
from sdd.speclang.phrases import read_facts
from sdd.speclang.schema.draft import ColumnDraft, TableDraft
from sdd.speclang.schema.naming import (
    EntityName,
    entity_name,
    manager_of,
    name_in_title,
    named_section,
    stated_table,
)
from sdd.text.markdown import Block, Item, Paragraph

FEWEST = 2
ELSEWHERE = re.compile(
    r"\b(?:index\w*|constraints?|validations?|rules?|relationships?|foreign keys?|integrity"
    r"|queries|query|"
    r"security|performance|migrations?|considerations?|checks?|isolation|behaviou?r|examples?|"
    r"requests?|responses?|error\w*|endpoints?|parameters?|usage|lifecycle|state|transitions?"
    r"|operations?|access)\b"
)
ATTRIBUTES = frozenset(
    {"fields", "columns", "attributes", "properties", "attribute", "schema", "structure"}
)


def draft_of(
    document: Document,
    index: int,
    name: EntityName,
    section: Section,
    columns: Iterable[Entry],
    form: str,
) -> TableDraft:
    """Make the draft of a table from entries of a list, with what is said around it."""
    table = stated_table(document, section, index) or name.table
    return TableDraft(
        entity=entity_name(table) if table else name.entity,
        table=table,
        form=form,
        document=document.path,
        span=section.heading.span if section.heading else document.blocks[index].span,
        columns=tuple(column_of(entry) for entry in columns),
        managed_by=name.managed_by or manager_of(document, section),
        section=document.section_index(index),
    )


def column_of(entry: Entry) -> ColumnDraft:
    """Turn an entry of a list into a column; `required` is how bullets say NOT NULL."""
    facts = entry.facts
    nullable = facts.nullable
    if nullable is None and facts.required is not None:
        nullable = not facts.required
    return ColumnDraft(
        name=entry.name,
        facts=Facts(
            **{
                **{name: getattr(facts, name) for name in facts.__dataclass_fields__},
                "nullable": nullable,
                "required": None,
            }
        ),
        span=entry.span,
        type_text=entry.type_text,
        description=entry.description,
    )


def label_before(document: Document, index: int) -> EntityName | bool | None:
    """Read the label right before a list: a name, True for `Columns:`, False for others."""
    before = document.blocks[index - 1] if index else None
    line = before.text.split("\n")[-1] if isinstance(before, Paragraph | Item) else ""
    label = label_of(line)
    if label is None:
        alone = isinstance(before, Paragraph) and before.text == line
        named = alone and re.fullmatch(r"[a-z_]\w*(?: table)?", plain(line))
        return name_in_title(plain(line)) if named else None
    words = key(label.name)
    if heads_columns(label) or re.fullmatch(
        r"(?:table )?(?:definition|columns|fields|schema|structure)", words
    ):
        return True
    if re.search(r"\b(?:query|path|request|response|headers?|body|params?|parameters?)\b", words):
        return False
    is_name = label.bold or re.fullmatch(r"`[A-Za-z_]\w*`:", line.strip()) is not None
    return _named_label(document, index, label) if is_name and not label.value else None


def _named_label(document: Document, index: int, label: Label) -> EntityName | None:
    named = name_in_title(label.name)
    says_table = re.search(r"(?i)\btable\b|\bmodel\b|\bentity\b", label.name) is not None
    return named if says_table or named_section(document, index) is None else None


def heads_columns(label: Label) -> bool:
    """Whether a label is over columns: `Fields`, `**Fields (as far as they matter here)**`."""
    return key(re.sub(r"\s*\([^()]*\)$", "", label.name)) in ATTRIBUTES


def table_in(label: Label) -> str | None:
    """Return the table that `- **Table Name**: `notes`` names."""
    if not re.fullmatch(r"(?:database |db )?table(?: name)?", key(label.name)):
        return None
    named = re.fullmatch(r"[A-Za-z_]\w*", plain(label.value))
    return named.group() if named else None


def is_fields(title: str) -> bool:
    """Whether the words of a heading announce columns after all."""
    return re.search(r"\b(?:fields?|columns?|attributes?|properties)\b", title) is not None


def is_other_list(block: Block) -> bool:
    """Whether the paragraph before a list announces something else than columns."""
    text = plain(block.text) if isinstance(block, Paragraph) else ""
    last = text.split("\n")[-1]
    return (
        last.endswith(":") and ELSEWHERE.search(key(last)) is not None and not is_fields(key(last))
    )


def is_entity_label(name: str, value: str, *, nested: bool) -> bool:
    """Whether an item names an entity whose columns are nested below it."""
    return (
        nested
        and name_in_title(name) is not None
        and (not value or "." not in value)
        and not read_facts(value).type
    )
