"""Tables and shapes from the classes of models, with what they inherit."""

import re
from dataclasses import replace

from sdd.ir import Default, Field, Shape, Type
from sdd.names import snake
from sdd.speclang.schema.draft import ColumnDraft, TableDraft
from sdd.speclang.schema.naming import entity_name
from sdd.speclang.schema.sqlmodel_code import MODELS, Class

_DEEPEST_BASES = 8


def tables_of(classes: list[Class]) -> list[TableDraft]:
    """Return the tables among classes, fields of bases first."""
    known = {item.name: item for item in classes}
    enums = {item.name: item for item in classes if item.values}
    found: list[TableDraft] = []
    for item in classes:
        if not item.is_table:
            continue
        columns = tuple(
            _enumerated(column, enums)
            for column in _inherited(item, known)
            if not _is_related(column, known)
        )
        found.append(
            TableDraft(
                entity=entity_name(item.table or item.name),
                table=item.table,
                implied_table=None if item.table else snake(item.name).replace("_", ""),
                form="sqlmodel",
                document=item.span.path,
                span=item.span,
                columns=columns,
                section=item.section,
            )
        )
    return found


def _is_related(column: ColumnDraft, known: dict[str, Class]) -> bool:
    """Whether an annotation names another table: a relationship written without `Relationship`."""
    names = re.findall(r"[A-Za-z_]\w*", column.type_text)
    return any(name in known and known[name].is_table for name in names)


def _inherited(item: Class, known: dict[str, Class], depth: int = 0) -> list[ColumnDraft]:
    columns: dict[str, ColumnDraft] = {}
    if depth < _DEEPEST_BASES:
        for base in item.bases:
            parent = known.get(base)
            if parent is not None and parent is not item:
                columns.update(
                    {column.name: column for column in _inherited(parent, known, depth + 1)}
                )
    columns.update({column.name: column for column in item.columns})
    return list(columns.values())


def _enumerated(column: ColumnDraft, enums: dict[str, Class]) -> ColumnDraft:
    names = re.findall(r"[A-Za-z_]\w*", column.type_text)
    enum = next((enums[name] for name in names if name in enums), None)
    default = column.facts.default
    if default is not None and isinstance(default.value, str) and "." in default.value:
        owner, _, member = default.value.partition(".")
        values = enums[owner].values if owner in enums else ()
        matching = next(
            (value for value in values if value.casefold() == member.casefold()), member.casefold()
        )
        default = Default(value=matching)
    facts = replace(column.facts, default=default)
    if enum is not None:
        facts = replace(
            facts,
            type=Type.ENUM,
            constraints=replace(facts.constraints, choices=enum.values),
        )
    return replace(column, facts=facts)


def shapes_of(classes: list[Class]) -> dict[str, Shape]:
    """Return the request and response models among classes, as shapes."""
    known = {item.name: item for item in classes}
    enums = {item.name: item for item in classes if item.values}
    return {
        item.name: Shape(
            type=Type.OBJECT,
            fields=tuple(
                _shape_field(_enumerated(column, enums)) for column in _inherited(item, known)
            ),
            span=item.span,
        )
        for item in classes
        if not item.is_table and not item.values and _is_model(item, known)
    }


def _is_model(item: Class, known: dict[str, Class], depth: int = 0) -> bool:
    if depth > _DEEPEST_BASES:
        return False
    return any(
        base.rpartition(".")[2] in MODELS
        or (base in known and _is_model(known[base], known, depth + 1))
        for base in item.bases
    )


def _shape_field(column: ColumnDraft) -> Field:
    facts = column.facts
    nullable = facts.nullable if facts.nullable is not None else column.implied.nullable
    return Field(
        name=column.name,
        shape=Shape(
            type=facts.type,
            nullable=nullable or None,
            constraints=facts.constraints,
            item=Shape(type=facts.item) if facts.item else None,
            span=column.span,
        ),
        required=facts.default is None,
        default=facts.default,
        span=column.span,
    )
