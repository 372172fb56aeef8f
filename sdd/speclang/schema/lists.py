"""Tables as people list them: Markdown tables, bullets, lines in a fence, a sentence."""

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from sdd.names import singular
from sdd.speclang.documents import Role, role_of
from sdd.speclang.facts import Facts
from sdd.speclang.fields import Entry, read_entry, read_table, roles_in
from sdd.speclang.findings import Findings
from sdd.speclang.inline import Label, key, label_of, plain, sentences, split_top, unticked
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
from sdd.speclang.types import read_type_at_start
from sdd.text import Span
from sdd.text.markdown import Block, Fence, Item, Paragraph, Table

_ELSEWHERE = re.compile(
    r"\b(?:index\w*|constraints?|validations?|rules?|relationships?|foreign keys?|integrity"
    r"|queries|query|"
    r"security|performance|migrations?|considerations?|checks?|isolation|behaviou?r|examples?|"
    r"requests?|responses?|error\w*|endpoints?|parameters?|usage|lifecycle|state|transitions?"
    r"|operations?|access)\b"
)
_SENTENCE = re.compile(
    r"(?P<name>[A-Za-z_]\w*)\s+(?:table|model|entity)\b[^:]{0,80}?\b(?:columns?|fields?"
    r"|attributes?|properties)\b[^:]{0,40}:\s*(?P<list>.+)",
    re.IGNORECASE | re.DOTALL,
)
_ATTRIBUTES = frozenset(
    {"fields", "columns", "attributes", "properties", "attribute", "schema", "structure"}
)
_FEWEST = 2


def lists_in(document: Document, findings: Findings) -> Iterator[TableDraft]:
    """Yield the tables that a document lists in any form that is neither SQL nor Python."""
    last: EntityName | None = None
    for index, block in enumerate(document.blocks):
        drafts: list[TableDraft] = []
        match block:
            case Table():
                drafts = list(_from_table(document, index, block, last, findings))
            case Item() if _begins_list(document, index):
                drafts = list(_from_items(document, index))
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


def _draft(
    document: Document,
    index: int,
    name: EntityName,
    section: Section,
    columns: Iterable[Entry],
    form: str,
) -> TableDraft:
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


# --- Markdown tables


def _from_table(
    document: Document, index: int, table: Table, last: EntityName | None, findings: Findings
) -> Iterator[TableDraft]:
    if not is_column_table(table):
        return
    entries = read_table(table)
    if not entries:
        return
    labelled = _label_before(document, index)
    if labelled is False:
        return
    found = named_section(document, index)
    if isinstance(labelled, EntityName):
        section = found[1] if found else document.section_at(index)
        yield _draft(document, index, labelled, section, entries, "table")
    elif found is not None:
        yield _draft(document, index, found[0], found[1], entries, "table")
    elif last is not None and _is_noise(document.section_at(index).title):
        yield _draft(document, index, last, document.section_at(index), entries, "table")
    elif not _ELSEWHERE.search(" ".join(document.title_words(index)[:2])):
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


def _label_before(document: Document, index: int) -> EntityName | bool | None:
    """Read the label right before a list: a name, True for `Columns:`, False for others."""
    before = document.blocks[index - 1] if index else None
    line = before.text.split("\n")[-1] if isinstance(before, Paragraph | Item) else ""
    label = label_of(line)
    if label is None:
        alone = isinstance(before, Paragraph) and before.text == line
        named = alone and re.fullmatch(r"[a-z_]\w*(?: table)?", plain(line))
        return name_in_title(plain(line)) if named else None
    words = key(label.name)
    if words in _ATTRIBUTES or re.fullmatch(
        r"(?:table )?(?:definition|columns|fields|schema|structure)", words
    ):
        return True
    if re.search(r"\b(?:query|path|request|response|headers?|body|params?|parameters?)\b", words):
        return False
    return _named_label(document, index, label) if label.bold and not label.value else None


def _named_label(document: Document, index: int, label: Label) -> EntityName | None:
    named = name_in_title(label.name)
    says_table = re.search(r"(?i)\btable\b|\bmodel\b|\bentity\b", label.name) is not None
    return named if says_table or named_section(document, index) is None else None


# --- bullets


def _begins_list(document: Document, index: int) -> bool:
    return index == 0 or not isinstance(document.blocks[index - 1], Item)


def _run(document: Document, index: int) -> list[Item]:
    items: list[Item] = []
    for block in document.blocks[index:]:
        if not isinstance(block, Item):
            break
        items.append(block)
    return items


def _from_items(document: Document, index: int) -> Iterator[TableDraft]:
    items = _run(document, index)
    found = named_section(document, index)
    yield from _labelled_lists(document, index, items, found)


def _labelled_lists(
    document: Document,
    index: int,
    items: list[Item],
    found: tuple[EntityName, Section] | None,
) -> Iterator[TableDraft]:
    """Split a run of items at `- **Columns:**` and entity labels, and read each list of columns."""
    title = document.section_at(index).words
    label = _label_before(document, index)
    closed = label is False or (_ELSEWHERE.search(title) is not None and not _is_fields(title))
    if label is None and index > 0 and isinstance(document.blocks[index - 1], Paragraph):
        closed = closed or _is_other_list(document.blocks[index - 1])
    groups: list[tuple[EntityName | None, bool, list[Item]]] = [
        (label if isinstance(label, EntityName) else None, closed, [])
    ]
    depth: int | None = None
    for at, item in enumerate(items):
        nested = at + 1 < len(items) and items[at + 1].depth > item.depth
        heading = label_of(item.text)
        words = key(heading.name) if heading else ""
        table = _table_in(heading) if heading else None
        if table is not None:
            groups.append((EntityName(entity=entity_name(table), table=table), closed, []))
        elif heading is not None and not heading.value and words in _ATTRIBUTES:
            groups.append((groups[-1][0], False, []))
            depth = item.depth
        elif heading is not None and _is_entity_label(heading.name, heading.value, nested=nested):
            groups.append((name_in_title(heading.name, item.text), False, []))
            depth = item.depth
        elif heading is not None and not heading.value and _ELSEWHERE.search(words):
            groups.append((groups[-1][0], True, []))
            depth = item.depth
        else:
            if depth is not None and item.depth <= depth and groups[-1][2]:
                groups.append((None, closed, []))
                depth = None
            groups[-1][2].append(item)
    modelled = role_of(PurePosixPath(document.path)) in {Role.DATA_MODEL, Role.SCHEMA}
    named_only = label is True or _is_first_list(document, index)
    for name, is_closed, members in groups:
        if is_closed or not members:
            continue
        entries = _columns(members) or (_names(members) if named_only else [])
        entries = entries or (_keyed_names(members) if modelled else [])
        named = (name, document.section_at(index)) if name else found
        if entries and named is not None:
            yield _draft(document, index, named[0], named[1], entries, "bullets")


def _table_in(label: Label) -> str | None:
    """Return the table that `- **Table Name**: `notes`` names."""
    if not re.fullmatch(r"(?:database |db )?table(?: name)?", key(label.name)):
        return None
    named = re.fullmatch(r"[A-Za-z_]\w*", plain(label.value))
    return named.group() if named else None


def _is_fields(title: str) -> bool:
    return re.search(r"\b(?:fields?|columns?|attributes?|properties)\b", title) is not None


def _is_other_list(block: Block) -> bool:
    """Whether the paragraph before a list announces something else than columns."""
    text = plain(block.text) if isinstance(block, Paragraph) else ""
    last = text.split("\n")[-1]
    return (
        last.endswith(":")
        and _ELSEWHERE.search(key(last)) is not None
        and not _is_fields(key(last))
    )


def _is_entity_label(name: str, value: str, *, nested: bool) -> bool:
    """Whether an item names an entity whose columns are nested below it."""
    return (
        nested
        and name_in_title(name) is not None
        and (not value or "." not in value)
        and not read_facts(value).type
    )


def _columns(items: list[Item]) -> list[Entry]:
    top = min(item.depth for item in items)
    listed = [item for item in items if item.depth == top]
    found = [_columns_in(item) for item in listed]
    entries = [entry for here in found for entry in here]
    typed = sum(
        entry.facts.type is not None or bool(entry.facts.ambiguous) or bool(entry.facts.primary_key)
        for entry in entries
    )
    read = sum(bool(here) for here in found)
    if not entries or read * 2 < len(listed) or typed * 2 < len(entries):
        return []
    return [
        entry for item, here in zip(listed, found, strict=True) for entry in (here or _bare(item))
    ]


_SPACED = re.compile(r"^(?P<name>[a-z_][A-Za-z0-9_]*)\s+(?P<rest>[A-Za-z].*)$", re.DOTALL)
_BARE = re.compile(r"^`?[a-z_][A-Za-z0-9_]*`?$")


def _columns_in(item: Item) -> list[Entry]:
    """Read the column that an item states: `id: int`, or as SQL would say it, `id int`."""
    text = unticked(item.text)
    found = [entry for entry in read_entry(item.text, item.span) if _is_column(entry, text)]
    spaced = None if found else _SPACED.match(text)
    if spaced is None or read_type_at_start(spaced["rest"]) is None:
        return found
    return read_entry(f"`{spaced['name']}`: {spaced['rest']}", item.span)


def _bare(item: Item) -> list[Entry]:
    """Read an item among columns that is nothing but a name: a column whose type is left open."""
    return read_entry(f"`{item.text.strip('`')}`", item.span) if _BARE.match(item.text) else []


_LISTED = re.compile(r"^[`*]*(?P<name>[a-z_]\w*)[`*]*\s*(?P<rest>$|[:(].*)$", re.DOTALL)


def _keyed_names(items: list[Item]) -> list[Entry]:
    """Read `- id`, `- author_id`, `- state: open | done` of a data model that leaves types open."""
    top = min(item.depth for item in items)
    listed = [(item, _LISTED.match(item.text)) for item in items if item.depth == top]
    found = [(item, line["name"], line["rest"]) for item, line in listed if line is not None]
    keyed = any(re.fullmatch(r"id|\w+_id|\w+Id", name) for _, name, _ in found)
    if not keyed or len(found) < max(len(listed), _FEWEST):
        return []
    return [
        entry for item, name, rest in found for entry in read_entry(f"`{name}`{rest}", item.span)
    ]


_CODE_NAME = re.compile(r"^`(?P<name>[A-Za-z_]\w*)`\s*(?:$|[:(—\u2013-])")


def _is_first_list(document: Document, index: int) -> bool:
    """Whether a list is the first below a heading that is nothing but a table's name."""
    section = document.section_at(index)
    before = document.blocks[section.start : index]
    return re.fullmatch(r"`?[a-z_][a-z0-9_]*`?", section.title.strip()) is not None and not any(
        isinstance(block, Item | Table | Fence) for block in before
    )


def _names(items: list[Item]) -> list[Entry]:
    """Read a list that gives names in code and no types: every item must be one."""
    top = min(item.depth for item in items)
    listed = [item for item in items if item.depth == top]
    if len(listed) < _FEWEST or not all(_CODE_NAME.match(item.text) for item in listed):
        return []
    return [entry for item in listed for entry in read_entry(item.text, item.span)]


def _is_column(entry: Entry, text: str) -> bool:
    name = re.fullmatch(r"[a-z][A-Za-z0-9_]*", entry.name)
    if name is None:
        return False
    facts = entry.facts
    told = facts.type is not None or facts.ambiguous or facts.primary_key or facts.reference
    return bool(told) or (entry.marked and ":" in text)


# --- lines in a fence


def _from_fence(document: Document, index: int, fence: Fence) -> Iterator[TableDraft]:
    """Read `id: UUID (Primary Key)` lines in a plain fence below a table's name."""
    if fence.language not in {"", "text", "plaintext", "txt", "yaml", "yml"}:
        return
    found = named_section(document, index)
    if found is None:
        return
    title = document.section_at(index).words
    if _ELSEWHERE.search(title) or _label_before(document, index) is False:
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
    if len(entries) >= _FEWEST and len(entries) * 2 > len(lines):
        yield _draft(document, index, found[0], found[1], entries, "lines")


# --- a sentence


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
        if len(entries) >= _FEWEST:
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
