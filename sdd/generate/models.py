"""Plans of the model files: one table each."""

from dataclasses import dataclass

from sdd.generate import naming
from sdd.generate.domain import Domain, Table
from sdd.ir import Column, Factory, Type


@dataclass(frozen=True, slots=True, kw_only=True)
class EnumPlan:
    """A class of choices: (member, value as source)."""

    name: str
    doc: str
    members: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnPlan:
    """A line of a model."""

    attribute: str
    annotation: str
    arguments: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelPlan:
    """A model class."""

    name: str
    table: str
    doc: str
    columns: tuple[ColumnPlan, ...]
    enums: tuple[EnumPlan, ...]
    table_arguments: tuple[str, ...]


def model_plan(domain: Domain, table: Table) -> ModelPlan:
    """Plan the model of a table."""
    entity = table.entity
    return ModelPlan(
        name=table.cls,
        table=naming.literal(entity.table),
        doc=naming.sentence(f"A row of the table {entity.table}"),
        columns=tuple(_column(domain, table, item) for item in entity.columns),
        enums=tuple(
            _enum(table, column) for column in entity.columns if column.name in table.enums
        ),
        table_arguments=_table_arguments(table),
    )


def _enum(table: Table, column: Column) -> EnumPlan:
    members: dict[str, str] = {}
    for value in column.constraints.choices:
        members[naming.unique(naming.constant(value), members)] = naming.literal(value)
    return EnumPlan(
        name=table.enums[column.name],
        doc=naming.sentence(f"What {table.label} {column.name} may be, in this order"),
        members=tuple(members.items()),
    )


def member(table: Table, column: Column, value: object) -> str:
    """Return a choice of a column as source."""
    for name, literal in _enum(table, column).members:
        if literal == naming.literal(str(value)):
            return f"{table.enums[column.name]}.{name}"
    return naming.literal(str(value))


def _column(domain: Domain, table: Table, column: Column) -> ColumnPlan:
    attribute = table.attributes[column.name]
    annotation = table.annotation(column)
    made_by_database = (
        column.default is not None and column.default.factory is Factory.AUTOINCREMENT
    )
    if column.nullable or made_by_database:
        annotation = f"{annotation} | None"
    return ColumnPlan(
        attribute=attribute,
        annotation=annotation,
        arguments=(
            *_default(table, column),
            *_keys(domain, column),
            *_storage(table, column, attribute),
        ),
    )


def _default(table: Table, column: Column) -> tuple[str, ...]:
    default = column.default
    if default is None:
        return ()
    match default.factory:
        case Factory.NOW:
            maker = "utc_now" if column.type is Type.DATETIME else "today"
            return (f"default_factory={maker}",)
        case Factory.UUID:
            maker = "uuid4" if column.type is Type.UUID else "new_id"
            return (f"default_factory={maker}",)
        case Factory.EMPTY_LIST:
            return ("default_factory=list",)
        case Factory.EMPTY_OBJECT:
            return ("default_factory=dict",)
        case Factory.AUTOINCREMENT:
            return ("default=None",)
        case None:
            pass
    return (f"default={default_literal(table, column)}",)


def default_literal(table: Table, column: Column) -> str:
    """Return a column's literal default as source."""
    value = column.default.value if column.default else None
    if value is not None and column.name in table.enums:
        return member(table, column, value)
    if value is not None and column.type is Type.DECIMAL:
        return f"Decimal({naming.literal(str(value))})"
    return naming.literal(value)


def _keys(domain: Domain, column: Column) -> tuple[str, ...]:
    found = []
    if column.primary_key:
        found.append("primary_key=True")
    reference = column.foreign_key
    target = domain.table_named(reference.table) if reference else None
    if reference and target and target.entity.column(reference.column):
        found.append(f"foreign_key={naming.literal(f'{reference.table}.{reference.column}')}")
        if reference.on_delete:
            rule = reference.on_delete.replace("_", " ").upper()
            found.append(f"ondelete={naming.literal(rule)}")
    if column.unique and not column.primary_key:
        found.append("unique=True")
    if has_index(column):
        found.append("index=True")
    return tuple(found)


def has_index(column: Column) -> bool:
    """Tell whether a column has an index of its own; a key has one anyhow, unless specs ask."""
    return bool(column.indexed) and (not column.primary_key or "indexed" not in column.assumed)


def _storage(table: Table, column: Column, attribute: str) -> tuple[str, ...]:
    found = []
    if column.constraints.max_length is not None and column.type is Type.STR:
        found.append(f"max_length={column.constraints.max_length}")
    if column.name in table.enums:
        found.append(f"sa_type=string_enum({table.enums[column.name]})")
    special = {
        Type.DATETIME: "UTCDateTime",
        Type.TEXT: "Text",
        Type.LIST: "JSONValue",
        Type.JSON: "JSONValue",
    }
    if column.type in special:
        found.append(f"sa_type={special[column.type]}")
    if column.type is Type.JSON and not column.nullable:
        found.append("nullable=False")
    if attribute != column.name:
        found.append(f'sa_column_kwargs={{"name": {naming.literal(column.name)}}}')
    return tuple(found)


def _table_arguments(table: Table) -> tuple[str, ...]:
    found = []
    for index in table.entity.indexes:
        listed = ", ".join(naming.literal(name) for name in index.columns)
        joined = "_".join((table.entity.table or "", *index.columns))
        if index.unique:
            found.append(f"UniqueConstraint({listed}, name={naming.literal(f'uq_{joined}')})")
        elif not _is_single(table, index.columns):
            found.append(f"Index({naming.literal(f'ix_{joined}')}, {listed})")
    return tuple(found)


def _is_single(table: Table, columns: tuple[str, ...]) -> bool:
    column = table.entity.column(columns[0]) if len(columns) == 1 else None
    return column is not None and bool(column.indexed)
