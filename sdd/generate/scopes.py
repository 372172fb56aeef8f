"""How a query on a table is confined to the user, and to the parents in the path."""

from dataclasses import dataclass

from sdd.generate import naming
from sdd.generate.domain import ChildOf, Direct, Domain, Table, UserItself
from sdd.ir import Column, Type
from sdd.ir.behaviour import Binding

_TEXT = frozenset({Type.STR, Type.TEXT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Load a row's parent: `variable = session.get(cls, reference)`."""

    variable: str
    cls: str
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What confines a query.

    Attributes:
        joins: (class, condition) for each parent up to the owner.
        conditions: Conditions of the `where`, the owner's last.
        steps: Each parent to load up to the owner, for a check after loading.
        foreign: The comparison that holds for somebody else's row; None: rows have no owner.
    """

    joins: tuple[tuple[str, str], ...]
    conditions: tuple[str, ...]
    steps: tuple[Step, ...]
    foreign: str | None

    @property
    def owned(self) -> bool:
        """Whether the rows belong to users at all."""
        return self.foreign is not None


def user_value(domain: Domain, column: Column) -> str:
    """Return the user's id as a value of an owner column."""
    if column.type in _TEXT and domain.principal not in _TEXT:
        return "str(user_id)"
    return "user_id"


def scope(domain: Domain, table: Table, bindings: tuple[Binding, ...] = ()) -> Scope:
    """Work out how queries on a table are confined."""
    joins: dict[str, str] = {}
    conditions = []
    for binding in reversed(bindings):
        child, parent = domain.tables[binding.child.name], domain.tables[binding.parent.name]
        argument = naming.argument(binding.parameter)
        conditions.append(f"{child.ref(binding.column)} == {argument}")
        if binding is not bindings[0]:
            joins[parent.cls] = _join(child, binding.column, parent)
    current, steps = table, []
    while isinstance(current.ownership, ChildOf):
        column = current.ownership.column
        parent = domain.tables[current.ownership.parent.name]
        reference = f"{current.variable}.{current.attributes[column.name]}"
        joins.setdefault(parent.cls, _join(current, column, parent))
        steps.append(Step(variable=parent.variable, cls=parent.cls, reference=reference))
        current = parent
    foreign = None
    if isinstance(current.ownership, Direct | UserItself):
        column = current.ownership.column
        value = user_value(domain, column)
        conditions.append(f"{current.ref(column)} == {value}")
        foreign = f"{current.variable}.{current.attributes[column.name]} != {value}"
    return Scope(
        joins=tuple(joins.items()),
        conditions=tuple(conditions),
        steps=tuple(steps),
        foreign=foreign,
    )


def _join(child: Table, column: Column, parent: Table) -> str:
    return f"col({child.ref(column)}) == col({parent.ref(parent.key)})"
