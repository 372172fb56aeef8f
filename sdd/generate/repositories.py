"""Plans of the repositories: every query of the backend."""

import ast
from dataclasses import dataclass, field, replace

from sdd.generate import naming
from sdd.generate.counts import CountPlan
from sdd.generate.domain import Domain, Table
from sdd.generate.lists import ListPlan
from sdd.generate.scopes import Scope, scope
from sdd.ir.behaviour import Binding


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A row that a request refers to must be the user's: `guard`, then `call`."""

    guard: str | None
    call: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodPlan:
    """A method of a repository.

    Attributes:
        kind: Which part of the template it is.
        signature: Its parameters after `self`, as source.
        parents: Calls that fail unless the parents in the path are the user's.
        loads: The call that loads the one row.
        compare: Load first and compare then, because a foreign row answers otherwise.
        settings: (attribute, value) that a switch or creation sets.
    """

    kind: str
    name: str
    doc: str
    signature: str
    returns: str
    scope: Scope
    parents: tuple[str, ...] = ()
    key: str = ""
    conditions: tuple[str, ...] = ()
    loads: str = ""
    compare: bool = False
    settings: tuple[tuple[str, str], ...] = ()
    checks: tuple[Check, ...] = ()
    listing: ListPlan | None = None
    counts: tuple[CountPlan, ...] = ()
    body: bool = False
    now: bool = False
    excluded: tuple[str, ...] = ()
    upsert: tuple[tuple[str, str], ...] = ()

    @property
    def bound(self) -> tuple[tuple[str, str], ...]:
        """What the statement that finds the one row is run with: (name, value)."""
        if self.kind not in {"get", "get_own"} or (self.compare and not self.parents):
            return ()
        values = [condition.partition(" == ")[2] for condition in self.conditions]
        return tuple((_place(value), value) for value in dict.fromkeys(values))

    @property
    def places(self) -> tuple[str, ...]:
        """The conditions of that statement, with places for the values."""
        parts = [condition.partition(" == ") for condition in self.conditions]
        return tuple(f'{column} == bindparam("{_place(value)}")' for column, _, value in parts)

    @property
    def passed(self) -> str:
        """What a method of the same signature passes on."""
        tree = ast.parse(f"def method({self.signature}): ...").body[0]
        if not isinstance(tree, ast.FunctionDef):
            raise TypeError(self.signature)
        plain = [item.arg for item in tree.args.args]
        named = [f"{item.arg}={item.arg}" for item in tree.args.kwonlyargs]
        return ", ".join([*plain, *named])


def _place(value: str) -> str:
    """Return the name of a value: the argument that it is made of."""
    return value.removeprefix("str(").removesuffix(")")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """How a route calls the repository: `method(arguments)`."""

    method: str
    arguments: tuple[str, ...]
    total: bool = False


@dataclass(slots=True)
class Repository:
    """The plan of one repository, which grows as operations ask for methods."""

    table: Table
    methods: dict[str, MethodPlan] = field(default_factory=dict)


@dataclass(slots=True)
class Repositories:
    """The plans of all repositories."""

    domain: Domain
    plans: dict[str, Repository] = field(default_factory=dict)

    def of(self, table: Table) -> Repository:
        """Return the repository of a table, planning it if it is new."""
        return self.plans.setdefault(table.entity.name, Repository(table=table))

    def getter(self, table: Table, bindings: tuple[Binding, ...]) -> MethodPlan:
        """Return the method that loads one row, planning it if it is new."""
        name = f"get{self.suffix(table, bindings)}"
        repository = self.of(table)
        if name not in repository.methods:
            confined = scope(self.domain, table, bindings)
            key = f"{table.variable}_{table.attributes[table.key.name].strip('_')}"
            compare = self.domain.compares
            repository.methods[name] = MethodPlan(
                kind="get",
                name=name,
                doc=f"Return one {table.label}" + (" of the user." if confined.owned else "."),
                signature=self.signature(table, bindings, f"{key}: {table.annotation(table.key)}"),
                returns=table.cls,
                scope=confined,
                key=key,
                conditions=(f"{table.ref(table.key)} == {key}", *confined.conditions),
                compare=compare and confined.owned,
                parents=self.parents(bindings) if compare else (),
            )
        return repository.methods[name]

    def suffix(self, table: Table, bindings: tuple[Binding, ...]) -> str:
        """Return what tells methods below a parent from those of the table's usual paths."""
        variants = {
            tuple(binding.parent.name for binding in item.bindings)
            for item in self.domain.operations
            if item.entity is not None and item.entity.name == table.entity.name
        }
        own = tuple(binding.parent.name for binding in bindings)
        if not own or variants == {own}:
            return "" if own or not variants or () in variants else "_by_id"
        return f"_of_{self.domain.tables[own[-1]].variable}"

    def signature(self, table: Table, bindings: tuple[Binding, ...], *more: str) -> str:
        """Return the parameters of a method after `self`."""
        found = []
        if scope(self.domain, table, bindings).owned:
            found.append(f"user_id: {self.domain.principal_annotation}")
        for binding in bindings:
            parent = self.domain.tables[binding.parent.name]
            found.append(f"{naming.argument(binding.parameter)}: {parent.annotation(parent.key)}")
        return ", ".join([*found, *(item for item in more if item)])

    def arguments(self, table: Table, bindings: tuple[Binding, ...], user: str) -> tuple[str, ...]:
        """Return what a caller passes for the parameters that `signature` begins with."""
        own = (user,) if scope(self.domain, table, bindings).owned else ()
        return (*own, *(naming.argument(binding.parameter) for binding in bindings))

    def parents(self, bindings: tuple[Binding, ...]) -> tuple[str, ...]:
        """Return the call that fails unless the innermost parent in the path is the user's."""
        if not bindings:
            return ()
        last, above = bindings[-1], bindings[:-1]
        parent = self.domain.tables[last.parent.name]
        method = self.getter(parent, above)
        passed = (*self.arguments(parent, above, "user_id"), naming.argument(last.parameter))
        owner = self.domain.access(parent)
        return (f"{owner}(self._session).{method.name}({', '.join(passed)})",)

    def add(self, table: Table, plan: MethodPlan) -> str:
        """Add a method; an equal one is shared, another one of the same name is renamed."""
        methods = self.of(table).methods
        name = plan.name
        while name in methods and methods[name] != replace(plan, name=name):
            name = naming.unique(name, methods)
        methods[name] = replace(plan, name=name)
        return name
