"""Fields of a body of which one or the other is sent: `username or email: string`."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from sdd.ir import Field
from sdd.speclang.fields import read_entry, read_table
from sdd.speclang.inline import plain, unticked, visible
from sdd.text import Span
from sdd.text.markdown import Block, Item, Row, Table

_NAME = r"[*_`]*(?P<{}>[A-Za-z_]\w*)[*_`]*"
_EITHER = re.compile(
    rf"^{_NAME.format('one')}\s+or\s+{_NAME.format('other')}(?P<rest>\W.*|)$", re.DOTALL
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Either:
    """Two names that one item or row gives to what is sent."""

    one: str
    other: str
    span: Span


def apart(blocks: Iterable[Block]) -> tuple[list[Block], tuple[Either, ...]]:
    """Give each of two names an item or row of its own; return what stood together, too."""
    parted: list[Block] = []
    found: list[Either] = []
    for block in blocks:
        if isinstance(block, Item):
            parted.extend(_items(block, found))
        elif isinstance(block, Table):
            rows = tuple(each for row in block.rows for each in _rows(row, block, found))
            parted.append(replace(block, rows=rows))
        else:
            parted.append(block)
    return parted, tuple(found)


def optional(fields: tuple[Field, ...], found: tuple[Either, ...]) -> tuple[Field, ...]:
    """Ask for neither of two fields, since the other may be there instead."""
    names = {name for either in found for name in (either.one, either.other)}
    return tuple(
        replace(field, required=False) if field.name in names else field for field in fields
    )


def _items(item: Item, found: list[Either]) -> Iterator[Item]:
    told = _EITHER.match(visible(unticked(item.text)).strip())
    texts = [f"`{told[name]}`{told['rest']}" for name in ("one", "other")] if told else []
    entries = [entry for text in texts for entry in read_entry(text, item.span)]
    # Without a type it may be a sentence or a list of values: `missing or invalid: 401`.
    if told is None or not entries or any(entry.facts.type is None for entry in entries):
        yield item
        return
    found.append(Either(one=told["one"], other=told["other"], span=item.span))
    yield from (replace(item, text=text) for text in texts)


def _rows(row: Row, table: Table, found: list[Either]) -> Iterator[Row]:
    told = _EITHER.match(plain(row.cells[0])) if row.cells else None
    if told is None or told["rest"].strip():
        yield row
        return
    rows = [replace(row, cells=(told[name], *row.cells[1:])) for name in ("one", "other")]
    if not read_table(replace(table, rows=tuple(rows))):
        yield row
        return
    found.append(Either(one=told["one"], other=told["other"], span=row.span))
    yield from rows
