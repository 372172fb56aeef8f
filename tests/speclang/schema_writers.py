"""Writes tables down in more of the forms that people use, and in the words that they vary."""

from collections.abc import Callable
from dataclasses import dataclass

from speclang.writers import conditions, python_class, sql_default, sql_type

from sdd.ir import Column, Entity, Factory


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """How somebody writes a table down.

    Attributes:
        name: The headers over names, types and conditions.
        tick: What stands around names: a back tick, bold, or nothing.
        title: The heading, with `{table}` and `{entity}` in it.
        reversed: Whether the columns of a Markdown table come in the opposite order.
        lower: Whether conditions and types are written small.
    """

    name: tuple[str, str, str] = ("Column", "Type", "Constraints")
    tick: str = ""
    title: str = "### {table}"
    reversed: bool = False
    lower: bool = False

    def heading(self, entity: Entity) -> str:
        """Return the heading over a table."""
        return self.title.format(table=entity.table, entity=entity.name)

    def told(self, text: str) -> str:
        """Return a type or conditions in this hand's case; values keep theirs."""
        return text.lower() if self.lower else text

    def rows(self, header: tuple[str, ...], cells: list[tuple[str, ...]]) -> str:
        """Return a Markdown table."""
        lines = [header, ("---",) * len(header), *cells]
        turned = [tuple(reversed(line)) if self.reversed else line for line in lines]
        return "\n".join("| " + " | ".join(line) + " |" for line in turned)


def one_column_of_conditions(entity: Entity, hand: Hand) -> str:
    """`| id | INTEGER | PRIMARY KEY, … | … |`."""
    cells = [
        (
            f"{hand.tick}{column.name}{hand.tick}",
            hand.told(sql_type(column)),
            hand.told(", ".join(conditions(column))),
            "What it is for",
        )
        for column in entity.columns
    ]
    return f"{hand.heading(entity)}\n\n{hand.rows((*hand.name, 'Description'), cells)}\n"


def columns_of_their_own(entity: Entity, hand: Hand) -> str:
    """`| id | INTEGER | PK | No | auto-increment | … |`."""
    header = (*hand.name[:2], "Key", "Nullable", "Unique", "Default", "References")
    cells = [
        (
            f"{hand.tick}{column.name}{hand.tick}",
            hand.told(sql_type(column)),
            "PK" if column.primary_key else "FK" if column.foreign_key else "",
            "Yes" if column.nullable else "No",
            "Yes" if column.unique else "No",
            _default(column),
            _target(column),
        )
        for column in entity.columns
    ]
    return f"{hand.heading(entity)}\n\n{hand.rows(header, cells)}\n"


def _default(column: Column) -> str:
    if column.default is None:
        return "-"
    auto = column.default.factory is Factory.AUTOINCREMENT
    return "auto-increment" if auto else sql_default(column.default)


def _target(column: Column) -> str:
    key = column.foreign_key
    return f"{key.table}.{key.column}" if key else ""


def nested_bullets(entity: Entity, hand: Hand) -> str:
    """`- **Columns**:` with an item for each below it."""
    items = "\n".join(f"  - {_entry(column, hand)}" for column in entity.columns)
    return f"{hand.heading(entity)}\n\nKept for its owner.\n\n- **Columns**:\n{items}\n"


def bullets(entity: Entity, hand: Hand) -> str:
    """`- id: integer (primary key, …)`."""
    items = "\n".join(f"- {_entry(column, hand)}" for column in entity.columns)
    return f"{hand.heading(entity)}\n\n{items}\n"


def _entry(column: Column, hand: Hand) -> str:
    told = hand.told(", ".join(conditions(column)))
    return f"{hand.tick}{column.name}{hand.tick}: {hand.told(sql_type(column))} ({told})"


def lines(entity: Entity, hand: Hand) -> str:
    """`id: INTEGER (PRIMARY KEY)` in a plain fence."""
    plain = Hand(lower=hand.lower)
    inside = "\n".join(_entry(column, plain) for column in entity.columns)
    return f"{hand.heading(entity)}\n\n```\n{inside}\n```\n"


def ddl(entity: Entity, hand: Hand) -> str:
    """CREATE TABLE with the foreign keys at its end."""
    inside = []
    for column in entity.columns:
        parts = [column.name, sql_type(column)]
        parts.append("PRIMARY KEY" if column.primary_key else "NULL" * bool(column.nullable))
        if not column.primary_key and not column.nullable:
            parts.append("NOT NULL")
        parts.extend(["UNIQUE"] if column.unique else [])
        if column.default is not None and not column.primary_key:
            parts.append(f"DEFAULT {sql_default(column.default)}")
        inside.append("    " + " ".join(filter(None, parts)).replace("INTEGER PRI", "SERIAL PRI"))
    inside.extend(
        f"    CONSTRAINT fk_{column.name} FOREIGN KEY ({column.name}) "
        f"REFERENCES {key.table}({key.column})"
        for column in entity.columns
        if (key := column.foreign_key) is not None
    )
    body = ",\n".join(inside)
    return f"{hand.heading(entity)}\n\n```sql\nCREATE TABLE {entity.table} (\n{body}\n);\n```\n"


def classes(entity: Entity, hand: Hand) -> str:
    """A SQLModel class below a heading."""
    return f"{hand.heading(entity)}\n\n```python\n{python_class(entity)}\n```\n"


def dbml(entity: Entity, hand: Hand) -> str:
    """`Table notes { … }`."""
    inside = []
    for column in entity.columns:
        settings = ["pk", "increment"] if column.primary_key else []
        if not column.primary_key:
            settings.append("null" if column.nullable else "not null")
        settings.extend(["unique"] if column.unique else [])
        if column.default is not None and not column.primary_key:
            made = column.default.factory is not None
            value = sql_default(column.default)
            settings.append(f"default: `{value}`" if made else f"default: {value.lower()}")
        if (key := column.foreign_key) is not None:
            settings.append(f"ref: > {key.table}.{key.column}")
        written = (
            sql_type(column).replace(" WITH TIME ZONE", "").replace("DOUBLE PRECISION", "float")
        )
        inside.append(f"  {column.name} {written} [{', '.join(settings)}]")
    body = "\n".join(inside)
    return f"{hand.heading(entity)}\n\n```dbml\nTable {entity.table} {{\n{body}\n}}\n```\n"


Write = Callable[[Entity, Hand], str]
FORMS: tuple[Write, ...] = (
    *(one_column_of_conditions, columns_of_their_own, nested_bullets, bullets, lines, ddl),
    *(classes, dbml),
)
