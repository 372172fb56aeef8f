"""What the tables of a database are, as far as migrations change it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sdd.generate import naming
from sdd.generate.domain import Domain, Table
from sdd.generate.models import has_index
from sdd.ir import Column, Factory, Type

_TYPES: Mapping[Type, str] = {
    Type.INT: "sa.Integer()",
    Type.TEXT: "sa.Text()",
    Type.BOOL: "sa.Boolean()",
    Type.FLOAT: "sa.Float()",
    Type.DECIMAL: "sa.Numeric()",
    Type.DATETIME: "sa.DateTime(timezone=True)",
    Type.DATE: "sa.Date()",
    Type.TIME: "sa.Time()",
    Type.UUID: "sa.Uuid()",
    Type.LIST: "sa.JSON()",
    Type.JSON: "sa.JSON()",
}
_FILLS: Mapping[Type, str] = {
    Type.STR: "''",
    Type.TEXT: "''",
    Type.INT: "'0'",
    Type.BOOL: "sa.false()",
    Type.FLOAT: "'0'",
    Type.DECIMAL: "'0'",
    Type.DATETIME: "sa.text('CURRENT_TIMESTAMP')",
    Type.DATE: "sa.text('CURRENT_DATE')",
    Type.TIME: "'00:00:00'",
    Type.LIST: "'[]'",
    Type.JSON: "'{}'",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnState:
    """A column: its type, and what fills it in rows that exist already, both as source."""

    name: str
    type: str
    nullable: bool
    fill: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConstraintState:
    """A constraint: kind is primary, unique, foreignkey or check; `condition` is source."""

    name: str
    kind: str
    columns: tuple[str, ...] = ()
    target: str = ""
    on_delete: str = ""
    condition: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexState:
    """An index."""

    name: str
    columns: tuple[str, ...]
    unique: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TableState:
    """A table."""

    name: str
    columns: tuple[ColumnState, ...]
    constraints: tuple[ConstraintState, ...]
    indexes: tuple[IndexState, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaState:
    """All tables, each after those that it refers to."""

    tables: tuple[TableState, ...] = ()

    def table(self, name: str) -> TableState | None:
        """Find a table by name."""
        return next((item for item in self.tables if item.name == name), None)

    def dump(self) -> str:
        """Write it as JSON."""
        return json.dumps(asdict(self), indent=1) + "\n"


def load_state(text: str) -> SchemaState:
    """Read what `dump` wrote.

    Raises:
        ValueError: It is something else.
    """
    try:
        return SchemaState(tables=tuple(map(_load_table, json.loads(text)["tables"])))
    except (TypeError, KeyError) as error:
        raise ValueError(text[:40]) from error


def _load_table(table: Mapping[str, Any]) -> TableState:
    return TableState(
        name=table["name"],
        columns=tuple(ColumnState(**item) for item in table["columns"]),
        constraints=tuple(
            ConstraintState(**{**item, "columns": tuple(item["columns"])})
            for item in table["constraints"]
        ),
        indexes=tuple(
            IndexState(**{**item, "columns": tuple(item["columns"])}) for item in table["indexes"]
        ),
    )


def schema_state(domain: Domain) -> SchemaState:
    """Return the tables that the models declare."""
    states = {table.entity.table or "": _table(domain, table) for table in domain.tables.values()}
    ordered: dict[str, TableState] = {}
    for name in states:
        _after_targets(name, states, ordered, frozenset())
    return SchemaState(tables=tuple(ordered.values()))


def _after_targets(
    name: str,
    states: Mapping[str, TableState],
    ordered: dict[str, TableState],
    above: frozenset[str],
) -> None:
    if name in ordered or name in above:
        return
    for item in states[name].constraints:
        target = item.target.partition(".")[0]
        if target in states:
            _after_targets(target, states, ordered, above | {name})
    ordered[name] = states[name]


def _table(domain: Domain, table: Table) -> TableState:
    name = table.entity.table or ""
    columns = table.entity.columns
    keys = tuple(item.name for item in columns if item.primary_key)
    constraints = [ConstraintState(name=f"pk_{name}", kind="primary", columns=keys)]
    indexes = []
    for column in columns:
        constraints += _constraints(domain, table, column)
        if has_index(column):
            unique = bool(column.unique)
            indexes.append(
                IndexState(name=f"ix_{name}_{column.name}", columns=(column.name,), unique=unique)
            )
    for index in table.entity.indexes:
        joined = "_".join((name, *index.columns))
        if index.unique:
            constraints.append(
                ConstraintState(name=f"uq_{joined}", kind="unique", columns=index.columns)
            )
        elif not any(item.columns == index.columns for item in indexes):
            indexes.append(IndexState(name=f"ix_{joined}", columns=index.columns, unique=False))
    return TableState(
        name=name,
        columns=tuple(_column(table, item) for item in columns),
        constraints=tuple(constraints),
        indexes=tuple(indexes),
    )


def _constraints(domain: Domain, table: Table, column: Column) -> list[ConstraintState]:
    name = table.entity.table or ""
    found = []
    reference = column.foreign_key
    target = domain.table_named(reference.table) if reference else None
    if reference and target and target.entity.column(reference.column):
        found.append(
            ConstraintState(
                name=f"fk_{name}_{column.name}",
                kind="foreignkey",
                columns=(column.name,),
                target=f"{reference.table}.{reference.column}",
                on_delete=(reference.on_delete or "").replace("_", " ").upper(),
            )
        )
    if column.unique and not column.primary_key and not column.indexed:
        found.append(
            ConstraintState(name=f"uq_{name}_{column.name}", kind="unique", columns=(column.name,))
        )
    if column.name in table.enums:
        words = list(column.constraints.choices)
        condition = f"sa.column({column.name!r}).in_({words!r})"
        label = table.enums[column.name].lower()
        found.append(ConstraintState(name=label, kind="check", condition=condition))
    return found


def _column(table: Table, column: Column) -> ColumnState:
    made_by_database = (
        column.default is not None and column.default.factory is Factory.AUTOINCREMENT
    )
    return ColumnState(
        name=column.name,
        type=_type(table, column),
        nullable=bool(column.nullable) and not made_by_database and not column.primary_key,
        fill=_fill(table, column),
    )


def _type(table: Table, column: Column) -> str:
    if column.name in table.enums:
        return f"sa.String(length={max(map(len, column.constraints.choices))})"
    known = _TYPES.get(column.type or Type.STR)
    if known is not None:
        return known
    length = column.constraints.max_length if column.type is Type.STR else None
    return "sa.String()" if length is None else f"sa.String(length={length})"


def _fill(table: Table, column: Column) -> str | None:
    """Return what rows that exist are filled with; None where only people can tell."""
    if column.nullable or column.primary_key or column.foreign_key or column.unique:
        return None
    default = column.default
    value = default.value if default and default.factory is None else None
    if isinstance(value, bool):
        return "sa.true()" if value else "sa.false()"
    if value is not None:
        return naming.literal(str(value))
    if column.name in table.enums:
        return naming.literal(column.constraints.choices[0])
    return None if column.name == table.entity.owner_column else _FILLS.get(column.type or Type.STR)
