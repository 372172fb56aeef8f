"""The rows that must stand in the database before a request makes sense."""

from dataclasses import dataclass, field, replace

from sdd.generate import naming
from sdd.generate.checks.values import pair
from sdd.generate.domain import ChildOf, Direct, Domain, Table, UserItself
from sdd.ir import Column, Factory, Type
from sdd.ir.behaviour import Operation

ABSENT = {
    Type.INT: "2147480000",
    Type.UUID: "00000000-0000-4000-8000-000000000000",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FactoryPlan:
    """A function that makes a valid row: its own parameters, and the values of the rest."""

    name: str
    cls: str
    label: str
    parameters: tuple[tuple[str, str], ...]
    values: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Scene:
    """Lines that store rows, and the variables that hold them.

    Attributes:
        above: What the innermost parent in the path refers to.
    """

    domain: Domain
    user: str
    lines: list[str] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    above: dict[str, str] = field(default_factory=dict)

    def row(self, table: Table, **fixed: str) -> str:
        """Store one row with all that it refers to; return its variable."""
        name = table.variable
        if name in self.variables.values():
            name = naming.unique(f"other_{name}", self.variables.values())
        arguments = [self._argument(table, column, fixed) for column in given(self.domain, table)]
        arguments += [
            f"{attribute}={value}"
            for attribute, value in fixed.items()
            if attribute not in {table.attributes[c.name] for c in given(self.domain, table)}
        ]
        made = f"{factory_name(table)}({', '.join([*self._oneself(table), *arguments])})"
        # The users themselves are stored before each test where the backend signs them in.
        stored = isinstance(table.ownership, UserItself) and self.domain.own_users
        self.lines.append(f"{name} = {made if stored else f'store({made})'}")
        self.variables[f"{table.entity.name}{len(self.variables)}"] = name
        return name

    def _oneself(self, table: Table) -> tuple[str, ...]:
        if not isinstance(table.ownership, UserItself):
            return ()
        return (f"{table.attributes[table.key.name]}={self.user}",)

    def _argument(self, table: Table, column: Column, fixed: dict[str, str]) -> str:
        attribute = table.attributes[column.name]
        if attribute in fixed:
            return fixed[attribute]
        if isinstance(table.ownership, Direct) and table.ownership.column.name == column.name:
            return owner_value(self.domain, column, self.user)
        target = self.domain.table_named(column.foreign_key.table) if column.foreign_key else None
        if target is None or isinstance(target.ownership, UserItself):
            return self.user
        known = self.variables.get(target.entity.name)
        parent = known or self.parent(target)
        return f"{parent}.{target.attributes[target.key.name]}"

    def parent(self, table: Table) -> str:
        """Store a row that others refer to, once."""
        known = self.variables.get(table.entity.name)
        if known is None:
            known = self.row(table)
            self.variables[table.entity.name] = known
        return known

    def parents(self, operation: Operation) -> None:
        """Store the rows that the parents in a path pick."""
        bound: dict[str, str] = {}
        for binding in operation.bindings:
            parent = self.domain.tables[binding.parent.name]
            self.above = bound
            variable = self.row(parent, **bound)
            self.variables[parent.entity.name] = variable
            child = self.domain.tables[binding.child.name]
            key = f"{variable}.{parent.attributes[parent.key.name]}"
            bound = {child.attributes[binding.column.name]: key}

    def other_parent(self, operation: Operation) -> None:
        """Store another parent of the same user, which the path picks from now on."""
        parent = self.domain.tables[operation.bindings[-1].parent.name]
        self.variables[parent.entity.name] = self.row(parent, **self.above)

    def bound(self, operation: Operation) -> dict[str, str]:
        """Return what the row itself must refer to, to stand below the parents in the path."""
        if not operation.bindings:
            return {}
        last = operation.bindings[-1]
        parent = self.domain.tables[last.parent.name]
        child = self.domain.tables[last.child.name]
        variable = self.variables[parent.entity.name]
        key = f"{variable}.{parent.attributes[parent.key.name]}"
        return {child.attributes[last.column.name]: key}

    def path(self, operation: Operation, row: str | None, *, user: str | None = None) -> str:
        """Return the path of a request as source; without a row, of one that does not exist."""
        text = naming.literal(operation.endpoint.path)[1:-1].replace('"', "")
        if operation.path_user is not None:
            text = text.replace(f"{{{operation.path_user}}}", f"{{{user or self.user}}}")
        for binding in operation.bindings:
            parent = self.domain.tables[binding.parent.name]
            variable = self.variables[parent.entity.name]
            key = f"{variable}.{parent.attributes[parent.key.name]}"
            text = text.replace(f"{{{binding.parameter}}}", f"{{{key}}}")
        if operation.key is not None and operation.entity is not None:
            table = self.domain.tables[operation.entity.name]
            key = ABSENT.get(table.key.type or Type.STR, "absent")
            if row is not None:
                key = f"{{{row}.{table.attributes[table.key.name]}}}"
            text = text.replace(f"{{{operation.key}}}", key)
        return f'f"{text}"' if "{" in text else f'"{text}"'


def owner_value(domain: Domain, column: Column, user: str) -> str:
    """Return a user's id as a value of an owner column."""
    textual = {Type.STR, Type.TEXT}
    return f"str({user})" if column.type in textual and domain.principal not in textual else user


def standing_users(domain: Domain, table: Table) -> int:
    """Return how many rows stand in a table before each test: the two users that sign in."""
    return 2 if domain.own_users and isinstance(table.ownership, UserItself) else 0


def given(domain: Domain, table: Table) -> tuple[Column, ...]:
    """Return the columns that a factory takes: the owner, or the way to it, and what must refer."""
    found = []
    for column in table.entity.columns:
        owned = table.ownership
        own = isinstance(owned, Direct | ChildOf) and owned.column.name == column.name
        target = domain.table_named(column.foreign_key.table) if column.foreign_key else None
        if own or (target is not None and not column.nullable and target is not table):
            found.append(column)
    return tuple(found)


def factory_name(table: Table) -> str:
    """Return the name of the function that makes a row."""
    return f"make_{table.module.strip('_')}"


def factory_plan(domain: Domain, table: Table) -> FactoryPlan:
    """Plan the function that makes rows of a table."""
    taken = given(domain, table)
    values = []
    for column in table.entity.columns:
        if column in taken or column.nullable or column.default is not None:
            continue
        # A pattern binds what is sent, not what is stored.
        stored = replace(column, constraints=replace(column.constraints, pattern=None))
        both = pair(table, stored)
        if both is not None:
            source = both.python[0]
            values.append((table.attributes[column.name], _unique(column, source)))
    return FactoryPlan(
        name=factory_name(table),
        cls=table.cls,
        label=table.label,
        parameters=tuple(
            (table.attributes[column.name], _annotation(domain, table, column)) for column in taken
        ),
        values=tuple(values),
    )


def _annotation(domain: Domain, table: Table, column: Column) -> str:
    """Return the type of a reference: a key that the database makes may be None to a checker."""
    text = table.annotation(column)
    target = domain.table_named(column.foreign_key.table) if column.foreign_key else None
    default = target.key.default if target else None
    made = default is not None and default.factory is Factory.AUTOINCREMENT
    return f"{text} | None" if made and "None" not in text else text


def _unique(column: Column, source: str) -> str:
    if not (column.unique or column.primary_key):
        return source
    if column.type is Type.INT:
        return "next(numbers)"
    if column.type is Type.UUID:
        return "uuid4()"
    if column.type in {Type.STR, Type.TEXT}:
        return (
            'f"u{next(numbers)}@example.com"' if "email" in column.name else 'f"u{next(numbers)}"'
        )
    return source
