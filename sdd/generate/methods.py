"""Which method of a repository each operation calls, and what that method does."""

from collections.abc import Mapping
from dataclasses import dataclass

from sdd.generate import naming
from sdd.generate.counts import field_counts
from sdd.generate.domain import Direct, Domain, Table, UserItself
from sdd.generate.lists import list_plan
from sdd.generate.models import member
from sdd.generate.repositories import Call, Check, MethodPlan, Repositories
from sdd.generate.schemas import FieldPlan
from sdd.generate.scopes import scope, user_value
from sdd.ir import Column, Factory, Shape, Type
from sdd.ir.behaviour import Action, Binding, Operation, puts_new
from sdd.ir.matching import find_column, followed_flag

USER = "current_user_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """An operation with what planning its method needs.

    Attributes:
        body: The class of the request body, None without one.
        fields: The lines of that class.
        total: Whether the answer states how many rows there are on all pages.
    """

    table: Table
    operation: Operation
    body: str | None = None
    fields: tuple[FieldPlan, ...] = ()
    total: bool = False

    @property
    def bindings(self) -> tuple[Binding, ...]:
        """The parents in the path."""
        return self.operation.bindings

    @property
    def key(self) -> tuple[str, ...]:
        """The argument that picks the row, if any."""
        return (naming.argument(self.operation.key),) if self.operation.key else ()


def plan_method(repositories: Repositories, job: Job) -> Call:
    """Plan the method that an operation calls, and say how."""
    match job.operation.action:
        case Action.LIST:
            return _find(repositories, job)
        case Action.CREATE:
            return _create(repositories, job)
        case Action.READ | Action.ME:
            return _get(repositories, job)
        case Action.REPLACE | Action.UPDATE:
            return _update(repositories, job)
        case Action.DELETE:
            return _delete(repositories, job)
        case Action.TOGGLE:
            return _toggle(repositories, job)
        case Action.STATISTICS:
            return _statistics(repositories, job)
        case _:
            raise ValueError(job.operation.action)


def _of_user(repositories: Repositories, job: Job) -> str:
    confined = scope(repositories.domain, job.table, job.bindings)
    return " of the user" if confined.owned else ""


def _find(repositories: Repositories, job: Job) -> Call:
    table, operation = job.table, job.operation
    wanted = [
        f"{naming.argument(item.parameter)}: {query_annotation(table, operation, item.parameter)}"
        for item in operation.filters
    ]
    sorting, paging = operation.sorting, operation.paging
    controls = [sorting.parameter, sorting.direction] if sorting else []
    controls += [paging.page, paging.size, paging.offset] if paging else []
    wanted += [
        f"{naming.argument(name)}: {query_annotation(table, operation, name)}"
        for name in controls
        if name
    ]
    listing = list_plan(table, operation, total=job.total)
    keywords = ("*", *wanted) if wanted else ()
    rows = f"list[{table.cls}]"
    plan = MethodPlan(
        kind="find",
        name=f"find{repositories.suffix(table, job.bindings)}",
        doc=f"Return {_some(table)}{_of_user(repositories, job)}"
        + (" on a page, and how many there are on all pages." if job.total else "."),
        signature=repositories.signature(table, job.bindings, *keywords),
        returns=f"tuple[{rows}, int]" if job.total else rows,
        scope=scope(repositories.domain, table, job.bindings),
        parents=repositories.parents(job.bindings),
        listing=listing,
    )
    name = repositories.add(table, plan)
    passed = [line.partition(":")[0] for line in wanted]
    return Call(
        method=name,
        arguments=(
            *repositories.arguments(table, job.bindings, USER),
            *(f"{argument}={argument}" for argument in passed),
        ),
        total=job.total,
    )


def _some(table: Table) -> str:
    return f"the {table.label} rows"


def query_annotation(table: Table, operation: Operation, name: str) -> str:
    """Return the Python type of a query parameter."""
    parameter = next(item for item in operation.endpoint.parameters if item.name == name)
    column = find_column(table.entity, name)
    text = parameter_annotation(table, column, parameter.type, parameter.constraints.choices)
    default = parameter.default
    empty = not parameter.required and (default is None or default.value is None)
    return f"{text} | None" if empty else text


def parameter_annotation(
    table: Table | None, column: Column | None, type_: Type | None, words: tuple[str, ...]
) -> str:
    """Return the Python type of a parameter, without None."""
    if words and type_ in {Type.ENUM, Type.STR}:
        own = table and column and column.name in table.enums
        if table and column and own and column.constraints.choices == words:
            return table.enums[column.name]
        return f"Literal[{', '.join(map(naming.literal, words))}]"
    return _PARAMETER.get(type_ or Type.STR, "str")


_PARAMETER: Mapping[Type, str] = {
    Type.INT: "int",
    Type.BOOL: "bool",
    Type.FLOAT: "float",
    Type.DECIMAL: "Decimal",
    Type.DATETIME: "datetime",
    Type.DATE: "date",
    Type.TIME: "time",
    Type.UUID: "UUID",
    Type.LIST: "list[str]",
}


def _get(repositories: Repositories, job: Job) -> Call:
    if job.operation.mine:
        return Call(method=own_getter(repositories, job.table).name, arguments=(USER,))
    plan = repositories.getter(job.table, job.bindings)
    passed = (*repositories.arguments(job.table, job.bindings, USER), *job.key)
    return Call(method=plan.name, arguments=passed)


def own_getter(repositories: Repositories, table: Table) -> MethodPlan:
    """Plan the method that loads the row that the user has once, or is."""
    name = "get_own"
    methods = repositories.of(table).methods
    if name not in methods:
        methods[name] = MethodPlan(
            kind="get_own",
            name=name,
            doc=f"Return the user's own {table.label}.",
            signature=repositories.signature(table, ()),
            returns=table.cls,
            scope=(confined := scope(repositories.domain, table)),
            conditions=confined.conditions,
        )
    return methods[name]


def _loading(repositories: Repositories, job: Job) -> tuple[str, str, tuple[str, ...]]:
    """Return the call that loads a row in a method, the method's signature, and its arguments."""
    table = job.table
    if job.operation.mine:
        own_getter(repositories, table)
        return "self.get_own(user_id)", repositories.signature(table, ()), (USER,)
    getter = repositories.getter(table, job.bindings)
    inner = (*repositories.arguments(table, job.bindings, "user_id"), getter.key)
    outer = (*repositories.arguments(table, job.bindings, USER), *job.key)
    return f"self.{getter.name}({', '.join(inner)})", getter.signature, outer


def _create(repositories: Repositories, job: Job) -> Call:
    table, domain = job.table, repositories.domain
    settings = [*_owner_settings(domain, table), *_binding_settings(table, job.bindings)]
    moments = [
        table.attributes[column.name]
        for column in table.entity.columns
        if column.default and column.default.factory is Factory.NOW and column.type is Type.DATETIME
    ]
    shared = len(moments) > 1
    settings += [(attribute, "now") for attribute in moments] if shared else []
    plan = MethodPlan(
        kind="create",
        name=f"create{repositories.suffix(table, job.bindings)}",
        doc=f"Store a new {table.label}{_of_user(repositories, job)}.",
        signature=repositories.signature(
            table, job.bindings, f"data: {job.body}" if job.body else ""
        ),
        returns=table.cls,
        scope=scope(domain, table, job.bindings),
        parents=repositories.parents(job.bindings),
        settings=tuple(settings),
        checks=_checks(repositories, job),
        body=job.body is not None,
        now=shared,
    )
    name = repositories.add(table, plan)
    passed = repositories.arguments(table, job.bindings, USER)
    return Call(method=name, arguments=(*passed, "body") if job.body else passed)


def _owner_settings(domain: Domain, table: Table) -> list[tuple[str, str]]:
    if not isinstance(table.ownership, Direct):
        return []
    column = table.ownership.column
    return [(table.attributes[column.name], user_value(domain, column))]


def _binding_settings(table: Table, bindings: tuple[Binding, ...]) -> list[tuple[str, str]]:
    if not bindings:
        return []
    last = bindings[-1]
    return [(table.attributes[last.column.name], naming.argument(last.parameter))]


def _checks(repositories: Repositories, job: Job) -> tuple[Check, ...]:
    """Return the calls that fail when the body refers to rows that are not the user's."""
    table, domain = job.table, repositories.domain
    found = []
    for column in table.entity.columns:
        reference = column.foreign_key
        target = domain.table_named(reference.table) if reference else None
        attribute = table.attributes[column.name]
        line = next((item for item in job.fields if item.attribute == attribute), None)
        if target is None or line is None or isinstance(target.ownership, UserItself):
            continue
        value = f"data.{attribute}"
        guards = [f"{value} is not MISSING"] if line.optional else []
        guards += [f"{value} is not None"] if line.annotation.find("None") >= 0 else []
        getter = repositories.getter(target, ())
        owner = "self" if target is table else f"{domain.access(target)}(self._session)"
        passed = ", ".join((*repositories.arguments(target, (), "user_id"), value))
        found.append(
            Check(guard=" and ".join(guards) or None, call=f"{owner}.{getter.name}({passed})")
        )
    return tuple(found)


def refreshing(table: Table) -> list[tuple[str, str]]:
    """Return the columns that every change sets anew."""
    return [
        (table.attributes[column.name], "utc_now()")
        for column in table.entity.columns
        if column.refreshed
    ]


def _moments(table: Table, fields: tuple[FieldPlan, ...]) -> list[tuple[str, str]]:
    """Return `completed_at` and the like, which follow a boolean column."""
    sent = {item.attribute for item in fields}
    found = []
    for column in table.entity.columns:
        attribute = table.attributes[column.name]
        flag = followed_flag(table.entity, column)
        if flag is None or not column.nullable or attribute in sent:
            continue
        row = table.variable
        held = f"{row}.{table.attributes[flag.name]}"
        found.append((attribute, f"({row}.{attribute} or utc_now()) if {held} else None"))
    return found


def _update(repositories: Repositories, job: Job) -> Call:
    table = job.table
    loads, signature, passed = _loading(repositories, job)
    verb = job.operation.action.value
    doc = "Replace" if job.operation.action is Action.REPLACE else "Change"
    plan = MethodPlan(
        kind="update",
        name=f"{verb}{repositories.suffix(table, job.bindings)}",
        doc=f"{doc} one {table.label}{_of_user(repositories, job)}.",
        signature=", ".join(filter(None, (signature, f"data: {job.body}" if job.body else ""))),
        returns=table.cls,
        scope=scope(repositories.domain, table, job.bindings),
        loads=loads,
        settings=(*_moments(table, job.fields), *refreshing(table)),
        checks=_checks(repositories, job),
        body=job.body is not None,
        upsert=_upserts(repositories, job),
    )
    name = repositories.add(table, plan)
    return Call(method=name, arguments=(*passed, "body") if job.body else passed)


def _upserts(repositories: Repositories, job: Job) -> tuple[tuple[str, str], ...]:
    """Return what a new row is made with, where a replacement creates what is absent."""
    if not puts_new(repositories.domain.application, job.operation):
        return ()
    return tuple(_owner_settings(repositories.domain, job.table))


def _delete(repositories: Repositories, job: Job) -> Call:
    table = job.table
    loads, signature, passed = _loading(repositories, job)
    plan = MethodPlan(
        kind="delete",
        name=f"delete{repositories.suffix(table, job.bindings)}",
        doc=f"Delete one {table.label}{_of_user(repositories, job)}, and return what it was.",
        signature=signature,
        returns=table.cls,
        scope=scope(repositories.domain, table, job.bindings),
        loads=loads,
    )
    return Call(method=repositories.add(table, plan), arguments=passed)


def _toggle(repositories: Repositories, job: Job) -> Call:
    table, operation = job.table, job.operation
    column = operation.column
    if column is None:
        raise ValueError(operation.endpoint.name)
    loads, signature, passed = _loading(repositories, job)
    attribute = table.attributes[column.name]
    sent = next((item for item in job.fields if item.attribute == attribute), None)
    value = _switched(table, operation, column)
    extra = ""
    argument: tuple[str, ...] = ()
    if sent is not None:
        whole = table.annotation(column)
        optional = sent.optional or "None" in sent.annotation
        extra = f"{attribute}: {whole} | None" if optional else f"{attribute}: {whole}"
        value = f"{value} if {attribute} is None else {attribute}" if optional else attribute
        given = f"body.{attribute}"
        argument = (f"None if {given} is MISSING else {given}" if sent.optional else given,)
    plan = MethodPlan(
        kind="update",
        name=f"{_word(operation)}{repositories.suffix(table, job.bindings)}",
        doc=f"Switch {column.name} of one {table.label}{_of_user(repositories, job)}.",
        signature=", ".join(filter(None, (signature, extra))),
        returns=table.cls,
        scope=scope(repositories.domain, table, job.bindings),
        loads=loads,
        settings=((attribute, value), *_moments(table, job.fields), *refreshing(table)),
    )
    return Call(method=repositories.add(table, plan), arguments=(*passed, *argument))


def _word(operation: Operation) -> str:
    return naming.argument(operation.endpoint.path.rstrip("/").rpartition("/")[2])


def _switched(table: Table, operation: Operation, column: Column) -> str:
    held = f"{table.variable}.{table.attributes[column.name]}"
    if column.type is Type.DATETIME:
        return f"None if {held} else utc_now()"
    if column.type is Type.ENUM:
        value = member(table, column, operation.value)
        if operation.rest is None:
            return value
        return f"{member(table, column, operation.rest)} if {held} == {value} else {value}"
    return f"not {held}" if operation.value is None else str(bool(operation.value))


def _statistics(repositories: Repositories, job: Job) -> Call:
    table = job.table
    plan = MethodPlan(
        kind="statistics",
        name=f"count{repositories.suffix(table, job.bindings)}",
        doc=f"Count {_some(table)}{_of_user(repositories, job)}.",
        signature=repositories.signature(table, job.bindings),
        returns="dict[str, int]",
        scope=scope(repositories.domain, table, job.bindings),
        parents=repositories.parents(job.bindings),
        counts=field_counts(table, job.operation.endpoint.response or Shape()),
    )
    passed = repositories.arguments(table, job.bindings, USER)
    return Call(method=repositories.add(table, plan), arguments=passed)
