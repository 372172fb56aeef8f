"""Limits that behaviour documents repeat: a stale one contradicts the column's."""

import re
from collections.abc import Iterable, Iterator

from sdd.ir import Column, Entity, Type
from sdd.speclang.findings import Findings
from sdd.speclang.inline import plain, unticked
from sdd.speclang.outline import Document
from sdd.speclang.phrases import read_facts
from sdd.text import Span
from sdd.text.markdown import Item, Paragraph, Table

_LEADING = re.compile(r"^(?:the\s+)?(?P<first>[A-Za-z_]\w*)(?:\s+(?P<second>[a-z]\w*))?")
_MEASURED = frozenset({Type.STR, Type.TEXT, None})


def compare_limits(
    documents: Iterable[Document], entities: Iterable[Entity], findings: Findings
) -> None:
    """Report where a document states another maximum length than the column it speaks of."""
    columns = _columns(entities)
    for document in documents:
        for text, span in _lines(document):
            found = _column_in(text, columns)
            if found is None:
                continue
            name, column = found
            stated = read_facts(text, prose=True).constraints.max_length
            limit = column.constraints.max_length
            if stated is None or limit is None or stated == limit:
                continue
            findings.contradiction(
                "contradicting-length",
                f"{name} has two maximum lengths: {limit} in the schema and {stated} here.",
                ((column.span, f"here {limit}"), (span, f"here {stated}")),
                hint=f"Write the same in both places; {limit} is followed for now.",
                subject=f"{name}:length:{span.path}",
            )


def _columns(entities: Iterable[Entity]) -> dict[str, tuple[str, Column] | None]:
    """Return columns by a name that only one entity has; None where several have it."""
    found: dict[str, tuple[str, Column] | None] = {}
    for entity in entities:
        for column in entity.columns if not entity.managed_by else ():
            key = column.name.replace("_", "").casefold()
            known = key in found
            found[key] = None if known else (f"{entity.name}.{column.name}", column)
    return found


def _column_in(
    text: str, columns: dict[str, tuple[str, Column] | None]
) -> tuple[str, Column] | None:
    words = _LEADING.match(plain(text))
    if words is None:
        return None
    for name in (f"{words['first']}{words['second'] or ''}", words["first"], words["second"] or ""):
        found = columns.get(name.replace("_", "").casefold())
        if found is not None and found[1].type in _MEASURED:
            return found
    return None


def _lines(document: Document) -> Iterator[tuple[str, Span]]:
    for block in document.blocks:
        match block:
            case Item() | Paragraph():
                for at, line in enumerate(block.text.split("\n")):
                    yield unticked(line), Span(path=document.path, line=block.span.line + at)
            case Table():
                for row in block.rows:
                    yield ": ".join(row.cells), row.span
            case _:
                pass
