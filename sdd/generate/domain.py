"""An application with the Python names of everything in it, worked out once for all files."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from sdd import names
from sdd.generate import naming
from sdd.generate.files import Options
from sdd.generate.layouts import LAYOUTS, Layout
from sdd.ir import Application, Column, Entity, Type
from sdd.ir.behaviour import (
    ChildOf,
    Direct,
    Operation,
    Ownership,
    Shared,
    UserItself,
    issues_tokens,
    operations,
    ownership,
    refreshes,
)
from sdd.ir.conventions.endpoints import principal_type
from sdd.ir.matching import user_entity

PYTHON = {
    Type.INT: "int",
    Type.STR: "str",
    Type.TEXT: "str",
    Type.BOOL: "bool",
    Type.FLOAT: "float",
    Type.DECIMAL: "Decimal",
    Type.DATETIME: "datetime",
    Type.DATE: "date",
    Type.TIME: "time",
    Type.UUID: "UUID",
    Type.JSON: "Any",
    Type.ENUM: "str",
    Type.OBJECT: "dict[str, Any]",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """An entity that the backend stores, with its Python names.

    Attributes:
        cls: The model class.
        module: The module of its model, schema and repository.
        plural: The module of its routes.
        variable: A local variable that holds one row.
        attributes: Column name → attribute.
        enums: Column name → the class of its choices.
    """

    entity: Entity
    cls: str
    module: str
    plural: str
    variable: str
    attributes: Mapping[str, str]
    enums: Mapping[str, str]
    ownership: Ownership

    @property
    def rows(self) -> str:
        """A local variable that holds several rows."""
        return self.plural if self.plural != self.variable else f"{self.variable}_rows"

    @property
    def label(self) -> str:
        """What people call a row."""
        return " ".join(names.words(self.entity.name)) or "row"

    @property
    def key(self) -> Column:
        """The primary key."""
        key = self.entity.key
        if key is None:
            raise ValueError(self.entity.name)
        return key

    def ref(self, column: Column) -> str:
        """A column as an attribute of the class."""
        return f"{self.cls}.{self.attributes[column.name]}"

    def annotation(self, column: Column) -> str:
        """The Python type of a column, without None."""
        if column.name in self.enums:
            return self.enums[column.name]
        if column.type is Type.LIST:
            return f"list[{PYTHON.get(column.item or Type.STR, 'Any')}]"
        return PYTHON[column.type or Type.STR]


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """Everything that several files agree on.

    Attributes:
        own_users: Whether the backend signs its users in itself.
        refreshes: Whether tokens are renewed by refresh tokens.
    """

    application: Application
    tables: Mapping[str, Table]
    operations: tuple[Operation, ...]
    principal: Type
    own_users: bool
    refreshes: bool
    layout: Layout
    style: str

    def access(self, table: Table) -> str:
        """The class through which routes reach a table's rows."""
        return f"{table.cls}{self.layout.access_suffix}"

    @property
    def compares(self) -> bool:
        """Whether a foreign row answers otherwise than an absent one."""
        return self.application.errors.foreign_status == HTTPStatus.FORBIDDEN

    @property
    def is_sync(self) -> bool:
        """Whether handlers are plain functions, which open their sessions themselves."""
        return self.style == "sync"

    @property
    def principal_annotation(self) -> str:
        """The Python type of the user's id."""
        return PYTHON[self.principal]

    @property
    def user(self) -> Table | None:
        """The table of the users, when it is ours."""
        entity = user_entity(self.application)
        return self.tables.get(entity.name) if entity else None

    def table_named(self, table: str) -> Table | None:
        """Find one of our tables by its name in the database."""
        return next((item for item in self.tables.values() if item.entity.table == table), None)


def domain(application: Application, options: Options | None = None) -> Domain:
    """Name everything in a completed application."""
    options = options or Options()
    tables: dict[str, Table] = {}
    for entity in application.entities:
        if entity.managed_by is None and entity.columns:
            tables[entity.name] = _table(application, entity, tuple(tables.values()))
    return Domain(
        application=application,
        tables=tables,
        operations=operations(application),
        principal=principal_type(application),
        own_users=issues_tokens(application),
        refreshes=refreshes(application),
        layout=LAYOUTS[options.layout],
        style=options.style,
    )


def _table(application: Application, entity: Entity, others: tuple[Table, ...]) -> Table:
    taken = {item.cls for item in others} | {cls for item in others for cls in item.enums.values()}
    cls = naming.unique(naming.class_name(entity.name), taken)
    module = naming.unique(naming.module_name(entity.name), {item.module for item in others})
    plural = naming.module_name(names.plural(module))
    variable = naming.variable(module)
    return Table(
        entity=entity,
        cls=cls,
        module=module,
        plural=naming.unique(plural, {item.plural for item in others}),
        variable=f"{variable}_row" if variable == plural else variable,
        attributes=naming.attributes(entity),
        enums={
            column.name: naming.unique(f"{cls}{names.pascal(column.name)}", {*taken, cls})
            for column in entity.columns
            if column.type is Type.ENUM and column.constraints.choices
        },
        ownership=ownership(application, entity),
    )


__all__ = [
    "PYTHON",
    "ChildOf",
    "Direct",
    "Domain",
    "Shared",
    "Table",
    "UserItself",
    "domain",
]
