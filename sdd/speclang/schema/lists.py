"""Tables as people list them: Markdown tables, bullets, lines in a fence, a sentence."""

import re
from collections.abc import Iterator

from sdd.names import singular
from sdd.speclang.fields import Entry, read_entry, read_table, roles_in
from sdd.speclang.findings import Findings
from sdd.speclang.inline import key, plain, sentences, split_top
from sdd.speclang.outline import Document, Section
from sdd.speclang.schema.bullets import begins_list, from_items
from sdd.speclang.schema.draft import TableDraft
from sdd.speclang.schema.labels import ELSEWHERE, FEWEST, column_of, draft_of, label_before
from sdd.speclang.schema.naming import (
    EntityName,
    entity_name,
    name_in_title,
    named_section,
    stated_table,
)
from sdd.text import Span
from sdd.text.markdown import Fence, Item, Paragraph, Table

_SENTENCE = re.compile(
    r"(?<!\w)(?P<name>[A-Za-z_]\w*)\s+(?:table|model|entity)\b[^:]{0,80}?\b(?:columns?|fields?"
    r"|attributes?|properties)\b[^:]{0,40}:\s*(?P<list>.+)",
    re.IGNORECASE | re.DOTALL,
)


def lists_in(document: Document, findings: Findings) -> Iterator[TableDraft]:
    """Yield the tables that a document lists in any form that is neither SQL nor Python."""
    last: EntityName | None = None
    for index, block in enumerate(document.blocks):
        drafts: list[TableDraft] = []
        match block:
            case Table():
                drafts = list(_from_table(document, index, block, last, findings))
            case Item() if begins_list(document, index):
                drafts = list(from_items(document, index))
            case Fence():
                created = re.search(
                    r"(?i)\bcreate table (?:if not exists )?[\"`]?(\w+)", block.text
                )
                if created:
                    last = EntityName(entity=entity_name(created.group(1)), table=created.group(1))
                drafts = list(_from_fence(document, index, block))
            case Paragraph() | Item():
                drafts = list(_from_sentence(document, index, block))
            case _:
                pass
        if isinstance(block, Item) and not drafts:
            drafts = list(_from_sentence(document, index, block))
        for draft in drafts:
            last = EntityName(entity=draft.entity, table=draft.table)
            yield draft


def _from_table(
    document: Document, index: int, table: Table, last: EntityName | None, findings: Findings
) -> Iterator[TableDraft]:
    if not is_column_table(table):
        return
    entries = read_table(table)
    if not entries:
        return
    labelled = label_before(document, index)
    if labelled is False:
        return
    found = named_section(document, index)
    if isinstance(labelled, EntityName):
        section = found[1] if found else document.section_at(index)
        yield draft_of(document, index, labelled, section, entries, "table")
    elif found is not None:
        yield draft_of(document, index, found[0], found[1], entries, "table")
    elif last is not None and _is_noise(document.section_at(index).title):
        yield draft_of(document, index, last, document.section_at(index), entries, "table")
    elif not ELSEWHERE.search(" ".join(document.title_words(index)[:2])):
        findings.not_understood(
            table.span,
            "This table lists columns, but no heading says of which table.",
            hint="Put it under a heading that is the table's name.",
        )


def is_column_table(table: Table) -> bool:
    """Whether a table lists columns with their types, not indexes, enums or sample rows."""
    roles = roles_in(table)
    if "name" not in roles.values() or "type" not in roles.values():
        return False
    first = key(table.header[0]) if table.header else ""
    return re.search(r"\bindex\b|param|header|variable|argument", first) is None


def _is_noise(title: str) -> bool:
    return (
        re.fullmatch(r"(?:column|field|table|schema|attribute)s?(?: \w+)?", key(title)) is not None
    )


def _from_fence(document: Document, index: int, fence: Fence) -> Iterator[TableDraft]:
    """Read `id: UUID (Primary Key)` lines in a plain fence below a table's name."""
    if fence.language not in {"", "text", "plaintext", "txt", "yaml", "yml"}:
        return
    labelled = label_before(document, index)
    found = named_section(document, index)
    if isinstance(labelled, EntityName):
        found = labelled, found[1] if found else document.section_at(index)
    if found is None or labelled is False:
        return
    if ELSEWHERE.search(document.section_at(index).words) and labelled is None:
        return
    entries: list[Entry] = []
    lines = [
        (number, line)
        for number, line in enumerate(fence.text.split("\n"), start=1)
        if line.strip()
    ]
    for number, line in lines:
        text = line.strip().lstrip("-•* ").rstrip(",")
        span = Span(path=document.path, line=fence.span.line + number)
        entries.extend(entry for entry in read_entry(text, span) if entry.facts.type is not None)
    if len(entries) >= FEWEST and len(entries) * 2 > len(lines):
        yield draft_of(document, index, found[0], found[1], entries, "lines")


def _from_sentence(document: Document, index: int, block: Paragraph | Item) -> Iterator[TableDraft]:
    """Read `Tasks table MUST include columns: id (int, PK), title (varchar)`."""
    for sentence in sentences(block.text):
        shown = plain(sentence)
        found = _SENTENCE.search(shown)
        if found is None:
            continue
        entries: list[Entry] = []
        for part in split_top(found["list"].rstrip(".")):
            text = re.sub(r"^(?:and|plus)\s+", "", part)
            entry = re.match(
                r"^(?P<name>[a-z_]\w*)\s*\((?P<facts>[^()]*(?:\([^()]*\)[^()]*)*)\)$", text
            )
            if entry is not None:
                entries.extend(read_entry(f"`{entry['name']}`: {entry['facts']}", block.span))
        if len(entries) >= FEWEST:
            name = found["name"]
            yield TableDraft(
                entity=entity_name(name),
                table=name.casefold() if singular(name.casefold()) != name.casefold() else None,
                form="sentence",
                document=document.path,
                span=block.span,
                columns=tuple(column_of(entry) for entry in entries),
                section=document.section_index(index),
            )


def _is_group(document: Document, section: Section) -> bool:
    """Whether a heading is over the headings of several tables: `Auth Tables`."""
    below = document.sections[section.index + 1 : section.index + 2]
    return re.search(r"(?i)\btables\b", section.title) is not None and any(
        other.parent == section.index
        and name_in_title(other.title, other.heading.text if other.heading else "")
        for other in below
    )


def managed_sections(document: Document) -> Iterator[TableDraft]:
    """Yield entities whose heading says that somebody else manages them, columns or not."""
    for number, section in enumerate(document.sections):
        if section.heading is None or section.level <= 1:
            continue
        named = name_in_title(section.title, section.heading.text)
        if named is None or (
            not re.search(r"(?i)\btables?\b|managed", section.title) and named.table is None
        ):
            continue
        managed = named.managed_by
        if managed is None or _is_group(document, section):
            continue
        table = stated_table(document, section, section.end) or named.table
        yield TableDraft(
            entity=entity_name(table) if table else named.entity,
            table=table,
            form="heading",
            document=document.path,
            span=section.heading.span,
            managed_by=managed,
            section=number,
        )
