"""Tables as bullets: lists of columns below a heading, a label, or the name of the table."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from sdd.speclang.clauses import read_clauses
from sdd.speclang.documents import Role, role_of
from sdd.speclang.facts import merged, of_type
from sdd.speclang.fields import Entry, read_entry
from sdd.speclang.inline import key, label_of, unticked
from sdd.speclang.outline import Document
from sdd.speclang.schema.draft import TableDraft
from sdd.speclang.schema.labels import (
    ELSEWHERE,
    FEWEST,
    draft_of,
    heads_columns,
    is_entity_label,
    is_fields,
    is_other_list,
    label_before,
    table_in,
)
from sdd.speclang.schema.naming import EntityName, entity_name, name_in_title, named_section
from sdd.speclang.types import read_type, read_type_at_start
from sdd.text.markdown import Fence, Item, Paragraph, Table

_TYPED = re.compile(r"(?i)^[*_`]*(?:data )?type[*_`]*\s*:")
_Group = tuple[EntityName | None, bool, list[Item]]  # whose columns, whether none, the items


def begins_list(document: Document, index: int) -> bool:
    """Whether the item at `index` is the first of its list."""
    return index == 0 or not isinstance(document.blocks[index - 1], Item)


def _run(document: Document, index: int) -> list[Item]:
    items: list[Item] = []
    for block in document.blocks[index:]:
        if not isinstance(block, Item):
            break
        items.append(block)
    return items


def from_items(document: Document, index: int) -> Iterator[TableDraft]:
    """Yield the tables whose columns a list of items gives, each with its name."""
    found = named_section(document, index)
    modelled = role_of(PurePosixPath(document.path)) in {Role.DATA_MODEL, Role.SCHEMA}
    named_only = label_before(document, index) is True or _is_first_list(document, index)
    for name, is_closed, members in _groups(document, index, _run(document, index)):
        if is_closed or not members:
            continue
        entries = _columns(members) or (_names(members) if named_only else [])
        entries = entries or (_keyed_names(members) if modelled else [])
        named = (name, document.section_at(index)) if name else found
        if entries and named is not None:
            yield draft_of(document, index, named[0], named[1], entries, "bullets")


def _groups(document: Document, index: int, items: list[Item]) -> list[_Group]:
    """Split a run of items at `- **Columns:**` and at the labels that name an entity."""
    title = document.section_at(index).words
    label = label_before(document, index)
    closed = label is False or (ELSEWHERE.search(title) is not None and not is_fields(title))
    if label is None and index > 0 and isinstance(document.blocks[index - 1], Paragraph):
        closed = closed or is_other_list(document.blocks[index - 1])
    groups: list[_Group] = [(label if isinstance(label, EntityName) else None, closed, [])]
    depth: int | None = None
    for at, item in enumerate(items):
        below = items[at + 1] if at + 1 < len(items) else item
        nested = below.depth > item.depth and not _TYPED.match(below.text)
        opened = _opened(item, groups[-1][0], closed=closed, nested=nested)
        if opened is not None:
            groups.append(opened)
            depth = item.depth
            continue
        if depth is not None and item.depth <= depth and groups[-1][2]:
            groups.append((None, closed, []))
            depth = None
        groups[-1][2].append(item)
    return groups


def _opened(item: Item, current: EntityName | None, *, closed: bool, nested: bool) -> _Group | None:
    """Return the group that an item opens, or None for an item of the group that is open."""
    label = label_of(item.text)
    if label is None:
        return None
    table = table_in(label)
    if table is not None:
        return EntityName(entity=entity_name(table), table=table), closed, []
    words = key(label.name)
    if not label.value and heads_columns(label):
        return current, False, []
    if is_entity_label(label.name, label.value, nested=nested):
        return name_in_title(label.name, item.text), False, []
    if not label.value and ELSEWHERE.search(words):
        return current, True, []
    return None


def _columns(items: list[Item]) -> list[Entry]:
    top = min(item.depth for item in items)
    listed = [item for item in items if item.depth == top]
    found = [_detailed(item, below) for item, below in _with_details(items, top)]
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


def _with_details(items: list[Item], top: int) -> Iterator[tuple[Item, list[Item]]]:
    """Yield each item of the outermost level with those that are nested below it."""
    starts = [at for at, item in enumerate(items) if item.depth == top]
    for start, end in zip(starts, [*starts[1:], len(items)], strict=True):
        yield items[start], items[start + 1 : end]


def _detailed(item: Item, below: list[Item]) -> list[Entry]:
    """Read a column with what `- Type: …` and `- Constraints: …` below its name say of it."""
    entries = _columns_in(item)
    labels = [label for item in below if (label := label_of(item.text)) is not None]
    told = {key(label.name): label.value for label in labels if label.value}
    type_text = told.get("type") or told.get("data type")
    if type_text is None:
        return entries
    head = label_of(item.text)
    if not entries and head is not None and _BARE.match(head.name):
        entries = read_entry(f"`{head.name}`: {type_text}", item.span)
    if len(entries) != 1:
        return entries
    stated = merged(of_type(read_type(type_text)), read_clauses(told.get("constraints", "")))
    return [
        replace(
            entries[0],
            facts=merged(entries[0].facts, stated),
            type_text=entries[0].type_text if entries[0].facts.type else type_text,
        )
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
    """Read an item among columns that is a name, or a name in code with a remark; no type."""
    if _BARE.match(item.text):
        return read_entry(f"`{item.text.strip('`')}`", item.span)
    return read_entry(item.text, item.span) if _REMARKED.match(item.text) else []


_REMARKED = re.compile(r"^`[a-z_]\w*`\s*\([^()]*\)$")
_LISTED = re.compile(r"^[`*]*(?P<name>[a-z_]\w*)[`*]*\s*(?P<rest>$|[:(].*)$", re.DOTALL)


def _keyed_names(items: list[Item]) -> list[Entry]:
    """Read `- id`, `- author_id`, `- state: open | done` of a data model that leaves types open."""
    top = min(item.depth for item in items)
    listed = [(item, _LISTED.match(item.text)) for item in items if item.depth == top]
    found = [(item, line["name"], line["rest"]) for item, line in listed if line is not None]
    keyed = any(re.fullmatch(r"id|\w+_id|\w+Id", name) for _, name, _ in found)
    if not keyed or len(found) < max(len(listed), FEWEST):
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
    if len(listed) < FEWEST or not all(_CODE_NAME.match(item.text) for item in listed):
        return []
    return [entry for item in listed for entry in read_entry(item.text, item.span)]


def _is_column(entry: Entry, text: str) -> bool:
    name = re.fullmatch(r"[a-z][A-Za-z0-9_]*", entry.name)
    if name is None:
        return False
    facts = entry.facts
    told = facts.type is not None or facts.ambiguous or facts.primary_key or facts.reference
    return bool(told) or (entry.marked and ":" in text)
