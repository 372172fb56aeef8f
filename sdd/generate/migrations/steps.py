"""The steps from one state of the tables to another, as source."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sdd.generate.migrations.state import (
    ColumnState,
    ConstraintState,
    IndexState,
    SchemaState,
    TableState,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What happens to one table: `call(arguments)`, or changes of a batch."""

    call: str
    arguments: tuple[str, ...]
    batch: tuple[str, ...] = ()


@dataclass(slots=True)
class _Change:
    """What differs between two states of one table."""

    old: TableState
    new: TableState
    lines: list[str] = field(default_factory=list)

    def before(self) -> Iterator[Step]:
        """Indexes that go."""
        kept = self.new.indexes
        yield from (_drop_index(self.old, item) for item in self.old.indexes if item not in kept)

    def after(self) -> Iterator[Step]:
        """Indexes that come."""
        known = self.old.indexes
        yield from (_create_index(self.new, item) for item in self.new.indexes if item not in known)

    def batch(self) -> Iterator[Step]:
        """Columns and constraints."""
        old = {item.name: item for item in self.old.columns}
        new = {item.name: item for item in self.new.columns}
        for item in self.old.constraints:
            if item not in self.new.constraints and item.kind != "primary":
                self.lines.append(f"batch.drop_constraint({item.name!r}, type_={item.kind!r})")
        self.lines += [f"batch.add_column({_column(item)})" for item in _added(new, old)]
        for name, column in new.items():
            self.lines += _altered(old.get(name), column)
        self.lines += [f"batch.drop_column({item.name!r})" for item in _added(old, new)]
        for item in self.new.constraints:
            if item not in self.old.constraints and item.kind != "primary":
                self.lines.append(f"batch.create_{_creation(item)}")
        if self.lines:
            yield Step(call=self.new.name, arguments=_kept(self), batch=tuple(self.lines))


def _added(some: dict[str, ColumnState], others: dict[str, ColumnState]) -> list[ColumnState]:
    return [item for name, item in some.items() if name not in others]


def _kept(change: _Change) -> tuple[str, ...]:
    """Return the checks that stay, which SQLite would lose when it copies the table."""
    return tuple(
        _constraint(item)
        for item in change.old.constraints
        if item.kind == "check" and item in change.new.constraints
    )


def _altered(before: ColumnState | None, item: ColumnState) -> list[str]:
    if before is None or (before.type, before.nullable) == (item.type, item.nullable):
        return []
    parts = [repr(item.name), f"existing_type={before.type}"]
    if before.type != item.type:
        parts.append(f"type_={item.type}")
    if before.nullable != item.nullable:
        parts.append(f"nullable={item.nullable}")
    else:
        parts.append(f"existing_nullable={item.nullable}")
    return [f"batch.alter_column({', '.join(parts)})"]


def _column(item: ColumnState) -> str:
    filled = f", server_default={item.fill}" if item.fill and not item.nullable else ""
    return f"sa.Column({item.name!r}, {item.type}, nullable={item.nullable}{filled})"


def _constraint(item: ConstraintState) -> str:
    listed = ", ".join(map(repr, item.columns))
    match item.kind:
        case "primary":
            return f"sa.PrimaryKeyConstraint({listed}, name={item.name!r})"
        case "unique":
            return f"sa.UniqueConstraint({listed}, name={item.name!r})"
        case "check":
            return f"sa.CheckConstraint({item.condition}, name={item.name!r})"
        case _:
            rule = f", ondelete={item.on_delete!r}" if item.on_delete else ""
            target = f"[{item.target!r}]"
            return f"sa.ForeignKeyConstraint([{listed}], {target}, name={item.name!r}{rule})"


def _creation(item: ConstraintState) -> str:
    match item.kind:
        case "unique":
            return f"unique_constraint({item.name!r}, {list(item.columns)!r})"
        case "check":
            return f"check_constraint({item.name!r}, {item.condition})"
        case _:
            table, _, column = item.target.partition(".")
            rule = f", ondelete={item.on_delete!r}" if item.on_delete else ""
            own = list(item.columns)
            return f"foreign_key({item.name!r}, {table!r}, {own!r}, [{column!r}]{rule})"


def _create_index(table: TableState, item: IndexState) -> Step:
    arguments = [repr(item.name), repr(table.name), repr(list(item.columns))]
    arguments += ["unique=True"] if item.unique else []
    return Step(call="op.create_index", arguments=tuple(arguments))


def _drop_index(table: TableState, item: IndexState) -> Step:
    return Step(call="op.drop_index", arguments=(repr(item.name), f"table_name={table.name!r}"))


def _create(table: TableState) -> Iterator[Step]:
    columns = (
        f"sa.Column({item.name!r}, {item.type}, nullable={item.nullable})" for item in table.columns
    )
    constraints = map(_constraint, table.constraints)
    yield Step(call="op.create_table", arguments=(repr(table.name), *columns, *constraints))
    yield from (_create_index(table, item) for item in table.indexes)


def _drop(table: TableState) -> Iterator[Step]:
    yield from (_drop_index(table, item) for item in table.indexes)
    yield Step(call="op.drop_table", arguments=(repr(table.name),))


def steps(old: SchemaState, new: SchemaState) -> tuple[Step, ...]:
    """Return the steps that turn one state of the tables into another."""
    found: list[Step] = []
    changes = [
        _Change(old=before, new=table)
        for table in new.tables
        if (before := old.table(table.name)) is not None and before != table
    ]
    for change in changes:
        found += change.before()
    for table in new.tables:
        if old.table(table.name) is None:
            found += _create(table)
    for change in changes:
        found += change.batch()
    for table in reversed(old.tables):
        if new.table(table.name) is None:
            found += _drop(table)
    for change in changes:
        found += change.after()
    return tuple(found)


def needs_people(old: SchemaState, new: SchemaState) -> tuple[str, ...]:
    """Return the columns for which nobody but people can say what rows that exist hold."""
    return tuple(
        f"{table.name}.{item.name}"
        for table in new.tables
        if (before := old.table(table.name)) is not None
        for item in table.columns
        if item.name not in {column.name for column in before.columns}
        if not item.nullable and item.fill is None
    )
