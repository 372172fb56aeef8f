"""Writes applications down in the forms that people use, for reading them back."""

from collections.abc import Iterable

from sdd.ir import Column, Default, Endpoint, Entity, Factory, Type

SQL = {
    Type.STR: "VARCHAR",
    Type.TEXT: "TEXT",
    Type.INT: "INTEGER",
    Type.BOOL: "BOOLEAN",
    Type.FLOAT: "DOUBLE PRECISION",
    Type.DATE: "DATE",
    Type.DATETIME: "TIMESTAMP WITH TIME ZONE",
    Type.UUID: "UUID",
    Type.JSON: "JSONB",
}
PYTHON = {
    Type.STR: "str",
    Type.TEXT: "str",
    Type.INT: "int",
    Type.BOOL: "bool",
    Type.FLOAT: "float",
    Type.DATE: "date",
    Type.DATETIME: "datetime",
    Type.UUID: "UUID",
    Type.JSON: "dict",
}


def sql_type(column: Column) -> str:
    """A column's type as SQL writes it."""
    assert column.type is not None
    length = column.constraints.max_length
    return f"{SQL[column.type]}({length})" if length else SQL[column.type]


def sql_default(default: Default) -> str:
    """A default as SQL writes it."""
    match default.factory:
        case Factory.NOW:
            return "now()"
        case Factory.UUID:
            return "gen_random_uuid()"
        case Factory.AUTOINCREMENT:
            return "autoincrement"
        case _:
            return (
                f"'{default.value}'"
                if isinstance(default.value, str)
                else str(default.value).upper()
            )


def conditions(column: Column) -> list[str]:
    """Everything but the type, in the words of SQL."""
    found = []
    if column.primary_key:
        found.append("PRIMARY KEY")
    else:
        found.append("NULL" if column.nullable else "NOT NULL")
    if column.unique:
        found.append("UNIQUE")
    if column.default is not None:
        auto = column.default.factory is Factory.AUTOINCREMENT
        found.append("auto-increment" if auto else f"DEFAULT {sql_default(column.default)}")
    if column.foreign_key:
        found.append(f"FOREIGN KEY → {column.foreign_key.table}.{column.foreign_key.column}")
    return found


def as_tables(entity: Entity) -> str:
    """A Markdown table below the table's name."""
    rows = "\n".join(
        f"| `{column.name}` | {sql_type(column)} | {', '.join(conditions(column))} |"
        for column in entity.columns
    )
    return (
        f"# Schema\n\n### {entity.table}\n\n| Column | Type | Constraints |\n|---|---|---|\n"
        f"{rows}\n"
    )


def as_bullets(entity: Entity) -> str:
    """Bullets of the form `name: type (conditions)`."""
    items = "\n".join(
        f"- {column.name}: {sql_type(column).lower()} ({', '.join(conditions(column)).lower()})"
        for column in entity.columns
    )
    return f"# Schema\n\n### {entity.table}\n\n{items}\n"


def as_ddl(entity: Entity) -> str:
    """A CREATE TABLE."""
    lines = []
    for column in entity.columns:
        parts = [column.name, "SERIAL" if column.primary_key else sql_type(column)]
        parts.append(
            "PRIMARY KEY" if column.primary_key else ("NULL" if column.nullable else "NOT NULL")
        )
        if column.unique:
            parts.append("UNIQUE")
        if column.default is not None and not column.primary_key:
            parts.append(f"DEFAULT {sql_default(column.default)}")
        if column.foreign_key:
            parts.append(f"REFERENCES {column.foreign_key.table}({column.foreign_key.column})")
        lines.append("    " + " ".join(parts))
    return (
        f"# Schema\n\n```sql\nCREATE TABLE {entity.table} (\n" + ",\n".join(lines) + "\n);\n```\n"
    )


def python_class(entity: Entity) -> str:
    """A SQLModel class as source."""
    lines = [
        f"class {entity.name}(SQLModel, table=True):",
        f'    __tablename__ = "{entity.table}"',
        "",
    ]
    for column in entity.columns:
        assert column.type is not None
        arguments = []
        if column.primary_key:
            arguments = ["default=None", "primary_key=True"]
        elif column.default is not None:
            arguments.append(_python_default(column.default))
        if column.foreign_key:
            arguments.append(
                f'foreign_key="{column.foreign_key.table}.{column.foreign_key.column}"'
            )
        if column.unique:
            arguments.append("unique=True")
        if column.constraints.max_length:
            arguments.append(f"max_length={column.constraints.max_length}")
        if column.type is Type.TEXT:
            arguments.append("sa_type=Text")
        nullable = column.nullable or column.primary_key
        annotation = PYTHON[column.type] + (" | None" if nullable else "")
        lines.append(f"    {column.name}: {annotation} = Field({', '.join(arguments)})")
    return "\n".join(lines)


def as_sqlmodel(entity: Entity) -> str:
    """A SQLModel class in a fence."""
    return f"# Schema\n\n```python\n{python_class(entity)}\n```\n"


def _python_default(default: Default) -> str:
    match default.factory:
        case Factory.NOW:
            return "default_factory=utc_now"
        case Factory.UUID:
            return "default_factory=uuid4"
        case _:
            return f"default={default.value!r}"


def as_contract(endpoints: Iterable[Endpoint]) -> str:
    """A heading for each endpoint, with its access and its statuses in tables and labels."""
    parts = ["# API\n\n## Endpoints\n"]
    for endpoint in endpoints:
        rows = "\n".join(
            f"| {status} | Something went wrong |"
            for status in endpoint.statuses
            if status != endpoint.success_status
        )
        errors = f"\n**Errors**:\n\n| Status | When |\n|---|---|\n{rows}\n" if rows else ""
        access = "Required" if endpoint.auth else "None"
        parts.append(
            f"### {endpoint.name}\n\nDoes it.\n\n**Authentication**: {access}\n\n"
            f"**Response**: `{endpoint.success_status}`\n{errors}"
        )
    return "\n".join(parts)


def as_listing(endpoints: Iterable[Endpoint]) -> str:
    """One table of all endpoints."""
    rows = "\n".join(
        f"| {item.method} | `{item.path}` | {'Yes' if item.auth else 'No'} | "
        f"{item.success_status} |"
        for item in endpoints
    )
    return f"# API\n\n| Method | Path | Auth | Success |\n|---|---|---|---|\n{rows}\n"
